"""The check: each verdict, and that it tells nothing that is not public."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.models import Channel
from app.core.db import Database
from app.directory import recognition
from app.directory.queries.check import Answer, Verdict, check
from app.members.models import Standing
from app.web import ratelimit
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.directory import PROVEN, channel_row, prove
from tests.factories.members import make_member
from tests.limits import one_window
from tests.portal import Portal

LINK = "https://www.tiktok.com/@bep.suong"


def told(answer: Answer) -> tuple[Any, ...]:
    people = [(p.member.stage_name, [c.url for c in p.channels]) for p in answer.people]
    return (answer.verdict, people)


@pytest.mark.parametrize(
    "pasted",
    [
        LINK,
        "tiktok.com/@bep.suong?lang=vi",
        "m.tiktok.com/@BEP.SUONG/video/71",
        " https://tiktok.com/@bep.suong/ ",
    ],
)
async def test_a_proven_channel_is_known_however_it_is_pasted(
    session: AsyncSession, pasted: str
) -> None:
    member = await make_member(session, stage_name="Bếp Sương")
    await prove(session, member, LINK)
    assert told(await check(session, pasted)) == (Verdict.GOOD, [("Bếp Sương", [LINK])])


async def test_the_same_handle_elsewhere_is_not_theirs(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Sương")
    await prove(session, member, LINK)
    answer = await check(session, "https://www.instagram.com/bep.suong/")
    assert told(answer) == (Verdict.ELSEWHERE, [("Bếp Sương", [LINK])])
    assert answer.shown == "Instagram, www.instagram.com/bep.suong/"
    assert answer.words == "bep suong"


async def test_a_bare_handle_names_the_accounts_that_are_theirs(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Sương")
    await prove(session, member, "https://www.tiktok.com/@bepsuong", 10)
    await prove(session, member, "https://www.youtube.com/@bepsuong", 20)
    await prove(session, member, "https://www.youtube.com/@khac", 30)
    answer = await check(session, "@bepsuong")
    assert answer.bare
    urls = ["https://www.youtube.com/@bepsuong", "https://www.tiktok.com/@bepsuong"]
    assert told(answer) == (Verdict.GOOD, [("Bếp Sương", urls)])


async def test_a_handle_of_several_members_says_so(session: AsyncSession) -> None:
    one = await make_member(session, stage_name="Một")
    two = await make_member(session, stage_name="Hai")
    await prove(session, one, "https://www.tiktok.com/@chung", 10)
    await prove(session, two, "https://www.youtube.com/@chung", 20)
    answer = await check(session, "chung")
    assert told(answer) == (
        Verdict.SEVERAL,
        [
            ("Hai", ["https://www.youtube.com/@chung"]),
            ("Một", ["https://www.tiktok.com/@chung"]),
        ],
    )


@pytest.mark.parametrize("ending", ["lost_at", "removed_at"])
async def test_a_proof_that_is_over_is_told(session: AsyncSession, ending: str) -> None:
    member = await make_member(session, stage_name="Bếp Sương")
    over = PROVEN + timedelta(days=20)
    await prove(session, member, LINK, **{ending: over})
    answer = await check(session, LINK)
    assert told(answer) == (Verdict.LOST, [("Bếp Sương", [LINK])])
    assert answer.channels[0].until == over


async def test_who_holds_a_channel_today_counts_and_not_who_held_it(session: AsyncSession) -> None:
    before = await make_member(session, stage_name="Trước")
    await prove(session, before, LINK, lost_at=PROVEN + timedelta(days=20))
    after = await make_member(session, stage_name="Sau")
    await prove(session, after, LINK)
    assert told(await check(session, LINK)) == (Verdict.GOOD, [("Sau", [LINK])])


async def test_an_applicant_is_nobody_yet(session: AsyncSession) -> None:
    applicant = await make_account(session)
    session.add(Channel(**channel_row(applicant.id, LINK, 10)))
    await session.flush()
    assert told(await check(session, LINK)) == (Verdict.UNKNOWN, [])


async def test_an_unproven_channel_of_a_member_is_nobodys(session: AsyncSession) -> None:
    member = await make_member(session)
    await prove(session, member, LINK, proven_at=None, proof_method=None)
    assert told(await check(session, LINK)) == (Verdict.UNKNOWN, [])


@pytest.mark.parametrize(
    ("standing", "verdict"),
    [
        (Standing.ACTIVE, Verdict.GOOD),
        (Standing.SUSPENDED, Verdict.SUSPENDED),
        (Standing.EXPELLED, Verdict.FORMER),
        (Standing.LAPSED, Verdict.FORMER),
        (Standing.LEFT, Verdict.FORMER),
    ],
)
async def test_a_number_and_a_link_give_the_same_verdict(
    session: AsyncSession, standing: Standing, verdict: Verdict
) -> None:
    member = await make_member(session, stage_name="Bếp Sương")
    await prove(session, member, LINK)
    member.standing = standing
    member.standing_until = PROVEN.date() if standing is Standing.SUSPENDED else None
    member.bar_until = PROVEN.date() if standing is Standing.EXPELLED else None
    await session.flush()
    expected = (verdict, [("Bếp Sương", [LINK])])
    assert told(await check(session, LINK)) == expected
    assert told(await check(session, member.number.lower().replace("-", " "))) == expected


async def test_a_mistyped_number_is_told_from_an_unknown_one(session: AsyncSession) -> None:
    assert (await check(session, "DTA-26-00012-7")).verdict is Verdict.MISTYPED
    unknown = await check(session, "DTA-26-00012-4")
    assert (unknown.verdict, unknown.shown) == (Verdict.UNKNOWN, "DTA-26-00012-4")


@pytest.mark.parametrize(
    ("pasted", "verdict", "said"),
    [
        ("https://vt.tiktok.com/ZS8abc/", Verdict.UNREADABLE, "short link"),
        ("https://fb.watch/abc/", Verdict.UNREADABLE, "short link"),
        ("https://www.facebook.com/groups/123", Verdict.UNREADABLE, "group"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", Verdict.UNREADABLE, "a post or a page"),
        ("0901234567", Verdict.UNREADABLE, "telephone number"),
        ("linh@gmail.com", Verdict.UNREADABLE, "e-mail address"),
        ("http://127.0.0.1/", Verdict.UNREADABLE, "public internet"),
        ("javascript:alert(1)", Verdict.UNREADABLE, "cannot read this"),
        ("x" * 3000, Verdict.UNREADABLE, "too long"),
        ("\x00\x01", Verdict.UNREADABLE, "cannot read this"),
        ("Bếp Nhà Sương", Verdict.NAME, ""),
    ],
)
async def test_what_is_no_account_is_explained(
    session: AsyncSession, pasted: str, verdict: Verdict, said: str
) -> None:
    answer = await check(session, pasted)
    assert answer.verdict is verdict
    assert said in answer.reason


def test_a_name_with_a_dot_may_be_a_handle_or_a_site() -> None:
    platforms = {link.platform for link in recognition.read("chi.bep").links}
    assert {"tiktok", "instagram"} <= platforms


@pytest.mark.parametrize("size", [1, 3])
async def test_a_check_that_finds_a_member_sends_one_statement(
    session: AsyncSession, shared_database: Database, size: int
) -> None:
    for place, site in enumerate(("tiktok.com/@", "youtube.com/@", "instagram.com/")[:size]):
        member = await make_member(session, stage_name=f"Người {place}")
        await prove(session, member, f"https://{site}chung")
    with statements(shared_database.engine) as seen:
        answer = await check(session, "@chung")
    assert (len(seen), len(answer.people)) == (1, size)


async def test_checking_too_often_is_refused_for_a_while(portal: Portal) -> None:
    ratelimit.forget_shares()
    async with one_window():
        for _ in range(60):
            assert (await portal.get("/check?q=0901234567")).status_code == 200
        refused = await portal.get("/check?q=0901234567")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert (await portal.get("/check")).status_code == 200


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%ff", "q=%E2%80%AE", "q=" + "a" * 9000, "q=a&q=%3Cscript%3Ealert(1)%3C/script%3E"],
)
async def test_the_page_answers_whatever_is_pasted(portal: Portal, query: str) -> None:
    answer = await portal.get(f"/check?{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text


async def test_an_answer_is_not_for_search_engines_and_the_form_is(portal: Portal) -> None:
    assert 'content="noindex, follow"' in (await portal.get("/check?q=%40abc")).text
    assert "noindex" not in (await portal.get("/check")).text
