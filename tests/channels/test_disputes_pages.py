"""Pages of disputes; and that nothing anywhere tells one side who the other is."""

from datetime import timedelta
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.accounts.models import Account, Role, StaffRole
from app.audit.models import AuditEvent
from app.channels.models import Channel, ChannelDispute, ChannelProof
from app.channels.queries import disputes as queries
from app.channels.service import disputes
from app.core import clock
from app.core.crypto import uuid7
from app.mail.models import Mail
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.disputes import Disputed, dispute_of, make_disputed
from tests.portal import Portal


def main(page: str) -> str:
    found = LexborHTMLParser(page).css_first("main")
    assert found is not None
    return found.html or ""


def words(page: str, selector: str = "main") -> str:
    found = LexborHTMLParser(page).css_first(selector)
    return " ".join(found.text().split()) if found else ""


async def disputed(portal: Portal, claimants: int = 1, *, days_ago: int = 0) -> Disputed:
    with clock.at(clock.now() - timedelta(days=days_ago)):
        async with portal.transaction() as session:
            return await make_disputed(session, claimants=claimants)


async def staff(portal: Portal, *roles: str) -> Account:
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Trần Thị Duyệt", roles=roles)
    await portal.sign_in(account.id)
    return account


async def row_of(portal: Portal, channel_id: UUID) -> ChannelDispute:
    async with portal.transaction() as session:
        return await dispute_of(session, channel_id)


async def secrets(portal: Portal, account: Account, channel: Channel) -> list[str]:
    """What would tell who a side is: their name, address, and everything by an id of its own."""
    async with portal.transaction() as session:
        proofs = await session.scalars(
            select(ChannelProof).where(ChannelProof.channel_id == channel.id)
        )
        codes = [
            s for p in proofs for s in (str(p.id), p.code or "", str(p.evidence.get("matched")))
        ]
        rows = await session.scalars(select(ChannelDispute))
        ids = [
            str(r.holder_case_id if r.holder_channel_id == channel.id else r.claimant_case_id)
            for r in rows
            if channel.id in (r.holder_channel_id, r.claimant_channel_id)
        ]
    return [
        account.display_name,
        account.email,
        str(account.id),
        str(channel.id),
        *filter(None, codes),
        *ids,
    ]


async def everything_told(portal: Portal, account: Account, channel: Channel, other: UUID) -> str:
    """Every page, answer and letter that a side has, with all headers."""
    await portal.sign_in(account.id)
    own = f"/apply/channels/{channel.id}"
    answers = [
        await portal.get(path)
        for path in (
            "/apply/channels", own, f"{own}/dispute", f"{own}/remove", f"{own}/followers",
            f"/staff/channels/{channel.id}", "/staff/channels/disputes", "/staff",
        )
    ]  # fmt: skip
    answers += [
        await portal.post(path, data)
        for path, data in (
            (f"{own}/dispute/say", {"words": ""}),
            (f"{own}/dispute/say", {"words": "It is mine."}),
            (f"{own}/dispute/give-way", {"seen": "1"}),
            (f"{own}/dispute/give-way", {"seen": "999", "sure": "yes"}),
            (f"{own}/check", {}),
            (f"{own}/proof", {"method": "rel_me"}),
            (f"{own}/remove", {"seen": "999"}),
        )
    ]
    answers += [await portal.get(f"{own}/dispute"), await portal.get(own)]
    told = [f"{a.headers}{a.text}".replace(str(other), "ASKED") for a in answers]
    async with portal.transaction() as session:
        mails = await session.execute(
            select(Mail.subject, Mail.body).where(Mail.account_id == account.id)
        )
        told += [f"{subject}{body}" for subject, body in mails]
    return "\n".join(told)


@pytest.mark.parametrize("end", ["open", "holder", "claimant", "neither", "gives way"])
async def test_nothing_tells_one_side_who_the_other_is(portal: Portal, end: str) -> None:
    it = await disputed(portal, claimants=2)
    row = await row_of(portal, it.claim.id)
    reviewer = await staff(portal, "reviewer")
    people = [(it.holder, it.held), *zip(it.claimants, it.claimed, strict=True)]
    async with portal.transaction() as session:
        for account, channel in people:
            await disputes.say(session, viewer_of(account), channel.id, f"I am {account.id}.")
            await disputes.say_as_staff(
                session, viewer_of(reviewer, "reviewer"), row.id, channel.id, "All three?",
                internal=True,
            )  # fmt: skip
    hidden = {account.id: await secrets(portal, account, channel) for account, channel in people}
    async with portal.transaction() as session:
        if end == "gives way":
            held = await session.get_one(Channel, it.held.id)
            await disputes.give_way(session, viewer_of(it.holder), held.id, held.version)
        elif end != "open":
            winner = {"holder": it.held.id, "claimant": it.claim.id}.get(end)
            await disputes.decide(
                session, viewer_of(reviewer, "reviewer"), row.id,
                (await dispute_of(session, it.claim.id)).version,
                winner=winner, because="There is a contract.",
            )  # fmt: skip
    for account, channel in people:
        told = await everything_told(portal, account, channel, other=it.held.id)
        assert "All three?" not in told
        assert str(row.id) not in told
        for other, theirs in people:
            if other.id == account.id:
                continue
            found = [one for one in hidden[other.id] if one in told]
            assert found == [], f"{end}: {account.display_name} reads {found}"
            assert str(theirs.id) not in told


async def test_the_channel_of_the_other_side_is_as_if_it_were_not(portal: Portal) -> None:
    it = await disputed(portal)
    await portal.sign_in(it.claimant.id)
    for method, tail in (
        ("GET", ""), ("GET", "/dispute"), ("GET", "/remove"),
        ("POST", "/dispute/say"), ("POST", "/dispute/give-way"), ("POST", "/check"),
    ):  # fmt: skip
        answers = []
        for channel_id in (it.held.id, uuid7()):
            answer = await portal.http.request(
                method,
                f"/apply/channels/{channel_id}{tail}",
                data={"words": "Mine.", "seen": "1", "sure": "yes"} if method == "POST" else None,
            )
            assert answer.status_code == 404
            answers.append(main(answer.text).replace(str(channel_id), ""))
        assert answers[0] == answers[1]


async def test_no_page_of_a_side_changes_by_what_the_others_do(portal: Portal) -> None:
    """Not by words of theirs, not by words of staff to them, not by one claimant more or less."""
    it = await disputed(portal)
    row = await row_of(portal, it.claim.id)
    reviewer = viewer_of(await staff(portal, "reviewer"), "reviewer")
    places = [
        f"/apply/channels/{it.held.id}",
        f"/apply/channels/{it.held.id}/dispute",
        f"/apply/channels/{it.held.id}/remove",
    ]
    await portal.sign_in(it.holder.id)
    before = [main((await portal.get(place)).text) for place in places]
    async with portal.transaction() as session:
        await disputes.say(session, viewer_of(it.claimant), it.claim.id, "Mine.")
        await disputes.say_as_staff(session, reviewer, row.id, it.claim.id, "Since when?")
        third = await make_account(session)
        further = await make_channel(session, account=third, link=it.held.url)
        await make_proof(session, further, seen=True)
    assert [main((await portal.get(place)).text) for place in places] == before
    async with portal.transaction() as session:
        again = await session.get_one(Channel, further.id)
        await disputes.give_way(session, viewer_of(third), again.id, again.version)
    assert [main((await portal.get(place)).text) for place in places] == before
    async with portal.transaction() as session:
        mails = await session.scalars(select(Mail.id).where(Mail.account_id == it.holder.id))
        assert len(mails.all()) == 1


async def test_both_sides_read_the_same_page_but_for_where_they_stand(portal: Portal) -> None:
    it = await disputed(portal)
    shown = []
    for account, channel in ((it.holder, it.held), (it.claimant, it.claim)):
        await portal.sign_in(account.id)
        page = (await portal.get(f"/apply/channels/{channel.id}/dispute")).text
        shown.append(words(page, ".notice") + words(page, "form") + words(page, ".thread"))
    assert shown[0].replace(
        "Until then your proof stays, and the channel is shown as being examined.", "HERE"
    ) == shown[1].replace(
        "Until then your proof does not count yet. Leave in place what you put onto your page.",
        "HERE",
    )


async def test_a_side_speaks_and_gives_way_on_its_page(portal: Portal) -> None:
    it = await disputed(portal)
    place = f"/apply/channels/{it.claim.id}/dispute"
    await portal.sign_in(it.claimant.id)
    answer = await portal.post(f"{place}/say", {"words": "I bought it\nin May."})
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    page = (await portal.get(place)).text
    assert words(page, ".thread__message--mine .thread__text") == "I bought it in May."
    answer = await portal.post(f"{place}/say", {"words": "x" * 4001})
    assert answer.status_code == 422
    assert "x" * 4001 in answer.text

    answer = await portal.post(f"{place}/give-way", {"seen": str(it.claim.version)})
    assert answer.status_code == 422
    assert words(answer.text, "#sure-error").endswith("if you mean to give the channel up.")
    page = LexborHTMLParser((await portal.get(place)).text)
    seen = page.css_first("form[action$=give-way] input[name=seen]").attributes["value"]
    answer = await portal.post(f"{place}/give-way", {"seen": str(seen), "sure": "yes"})
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    page_after = (await portal.get(place)).text
    assert words(page_after, ".notice__title") == "You have given the channel up"
    assert LexborHTMLParser(page_after).css_first("form[action$=say]") is None


async def test_a_channel_that_was_never_disputed_has_no_such_page(portal: Portal) -> None:
    async with portal.transaction() as session:
        account = await make_account(session)
        channel = await make_channel(session, account=account)
    await portal.sign_in(account.id)
    assert (await portal.get(f"/apply/channels/{channel.id}/dispute")).status_code == 404


# Staff


@pytest.mark.parametrize(
    ("role", "seen", "acts"),
    [
        ("reviewer", 200, 303), ("administrator", 200, 303), ("auditor", 200, 403),
        ("officer", 403, 403), ("board", 403, 403), ("", 403, 403),
    ],
)  # fmt: skip
async def test_each_hat_sees_and_does_what_is_its_own(
    portal: Portal, role: str, seen: int, acts: int
) -> None:
    it = await disputed(portal, days_ago=8)
    row = await row_of(portal, it.claim.id)
    await staff(portal, *filter(None, [role]))
    place = f"/staff/channels/disputes/{row.id}"
    assert (await portal.get("/staff/channels/disputes")).status_code == seen
    page = await portal.get(place)
    assert page.status_code == seen
    assert ("/decide" in page.text) is (acts == 303)
    answer = await portal.post(f"{place}/say", {"side": str(it.held.id), "words": "Since when?"})
    assert answer.status_code == acts
    answer = await portal.post(
        f"{place}/decide",
        {"seen": str(row.version), "winner": str(it.held.id), "because": "A contract."},
    )
    assert answer.status_code == acts
    assert ((await row_of(portal, it.claim.id)).verdict is not None) is (acts == 303)


@pytest.mark.parametrize("part", ["holder", "claimant"])
async def test_a_side_who_is_staff_sees_nothing_of_it(portal: Portal, part: str) -> None:
    it = await disputed(portal)
    row = await row_of(portal, it.claim.id)
    account = it.holder if part == "holder" else it.claimant
    async with portal.transaction() as session:
        session.add(StaffRole(account_id=account.id, role=Role.REVIEWER))
    await portal.sign_in(account.id)
    assert f"@{it.held.handle}" not in (await portal.get("/staff/channels/disputes")).text
    assert "disputed channel" not in (await portal.get("/staff")).text
    assert (await portal.get(f"/staff/channels/disputes/{row.id}")).status_code == 403
    for act in ("say", "decide"):
        answer = await portal.post(f"/staff/channels/disputes/{row.id}/{act}", {})
        assert answer.status_code == 403


async def test_staff_see_both_sides_beside_each_other_and_that_they_looked_is_kept(
    portal: Portal,
) -> None:
    it = await disputed(portal)
    row = await row_of(portal, it.claim.id)
    person = await staff(portal, "reviewer")
    for page in ("/staff", "/staff/channels"):
        link = LexborHTMLParser((await portal.get(page)).text).css_first(
            "a[href='/staff/channels/disputes']"
        )
        assert link.text() == "1 disputed channel"
    listed = LexborHTMLParser((await portal.get("/staff/channels/disputes")).text)
    assert listed.css_first("tbody a").attributes["href"] == f"/staff/channels/disputes/{row.id}"
    page_of = (await portal.get(f"/staff/channels/disputes/{row.id}")).text
    tree = LexborHTMLParser(page_of)
    assert [" ".join(h.text().split()) for h in tree.css(".sides__one h2")] == [
        "Lê Thị Giữ", "Võ Văn Đòi0",
    ]  # fmt: skip
    assert "DTA-OFTHEHOLDER" in tree.css(".sides__one")[0].text()
    assert "DTA-OFCLAIMANT0" in tree.css(".sides__one")[1].text()
    assert "You can decide from" in words(page_of, "[aria-labelledby=decide]")
    async with portal.transaction() as session:
        views = await session.execute(
            select(AuditEvent.actor_id, AuditEvent.subject_id).where(
                AuditEvent.action == "channel.dispute_viewed"
            )
        )
        assert views.all() == [(person.id, row.id)]
    assert (await portal.get(f"/staff/channels/disputes/{uuid7()}")).status_code == 404


async def test_a_form_without_its_words_or_with_a_name_comes_back(portal: Portal) -> None:
    it = await disputed(portal, days_ago=8)
    row = await row_of(portal, it.claim.id)
    await staff(portal, "reviewer")
    place = f"/staff/channels/disputes/{row.id}"
    answer = await portal.post(f"{place}/say", {"side": str(it.held.id), "words": ""})
    assert (answer.status_code, bool(words(answer.text, "#words-error"))) == (422, True)
    answer = await portal.post(
        f"{place}/say", {"side": str(it.held.id), "words": "Do you know Vo Van Doi0?"}
    )
    assert answer.status_code == 422
    assert "tells one side who the other is" in words(answer.text, "#words-error")
    assert words(answer.text, "#words") == "Do you know Vo Van Doi0?"
    for data, field in (
        ({"winner": "", "because": "A contract."}, "winner"),
        ({"winner": "nobody", "because": "A contract."}, "winner"),
        ({"winner": "neither", "because": " "}, "because"),
        ({"winner": "neither", "because": f"{it.holder.email} bought it."}, "because"),
    ):
        answer = await portal.post(f"{place}/decide", {"seen": str(row.version), **data})
        assert answer.status_code == 422
        assert words(answer.text, f"#{field}-error").startswith("Error:")
    assert (await row_of(portal, it.claim.id)).verdict is None


async def test_staff_decide_and_read_it_afterwards(portal: Portal) -> None:
    it = await disputed(portal, days_ago=8)
    row = await row_of(portal, it.claim.id)
    await staff(portal, "reviewer")
    place = f"/staff/channels/disputes/{row.id}"
    answer = await portal.post(
        f"{place}/decide",
        {"seen": str(row.version), "winner": str(it.claim.id), "because": "A contract."},
    )
    assert (answer.status_code, answer.headers["location"]) == (303, place)
    page = (await portal.get(place)).text
    assert "Decided by Trần Thị Duyệt." in words(page, ".notice")
    assert "/decide" not in page
    await portal.sign_in(it.holder.id)
    page = (await portal.get(f"/apply/channels/{it.held.id}/dispute")).text
    assert words(page, ".notice__title") == "The channel does not count as yours"
    assert "The reason: A contract." in words(page, ".notice")
    assert "Duyệt" not in page


@pytest.mark.parametrize("rows", [1, 3])
async def test_the_list_asks_the_same_however_long(portal: Portal, rows: int) -> None:
    for _ in range(rows):
        await disputed(portal)
    await staff(portal, "reviewer")
    with statements(portal.database.engine) as seen:
        page = (await portal.get("/staff/channels/disputes")).text
    assert len(LexborHTMLParser(page).css("tbody tr")) == rows
    assert len(seen) == 5, seen
    async with portal.transaction() as session:
        assert await queries.count_open(session, uuid7()) == rows
