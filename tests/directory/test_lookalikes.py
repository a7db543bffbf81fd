"""Look-alikes: what a skeleton keeps, what is alike and what is not, and which letters differ."""

from collections.abc import Callable, Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from app.channels.policy import lookalikes as policy
from app.channels.policy.confusables import plain
from app.channels.policy.differences import Difference, difference
from app.channels.policy.links import recognise
from app.channels.policy.lookalikes import Likeness, likeness, near, skeleton
from app.core.db import Database
from app.core.errors import NotReady
from app.directory.queries.check import Answer, Verdict, check, check_many
from app.members import lookalikes
from app.members.lookalikes import Asked, Known
from app.members.models import Standing
from tests.conftest import statements
from tests.factories.directory import PROVEN, indexed, prove
from tests.factories.members import make_member

REAL = "bepnhasuong"
LINK = f"https://www.tiktok.com/@{REAL}"
HANDLES = st.from_regex(r"[a-z][a-z0-9_.]{3,20}[a-z]", fullmatch=True)
CYRILLIC = {
    "a": "а",
    "c": "с",
    "e": "е",
    "o": "о",
    "p": "р",
    "x": "х",
    "y": "у",
    "i": "і",
    "s": "ѕ",
}
GREEK = {"o": "ο", "v": "ν", "a": "α", "p": "ρ", "u": "υ"}

SAME_SKELETON = [
    "bеpnhasuong",  # Cyrillic
    "bepnhasuοng",  # Greek
    "ｂｅｐｎｈａｓｕｏｎｇ",  # full-width
    "𝐛𝐞𝐩𝐧𝐡𝐚𝐬𝐮𝐨𝐧𝐠",  # mathematical
    "ⓑepnhasuong",
    "bếpnhàsương",
    "BepNhaSuong",
    "b3pnhasuong",
    "bepnh4suong",
    "bepnhasu0ng",
    "bepnha5uong",
    "bep.nha_suong",
    "bep-nha-suong",
    "bep nha suong",
    "_bepnhasuong_",
    "beppnhasuong",
    "bepnhasuonggg",
    "bepnhasuong.official",
    "official_bepnhasuong",
    "bepnhasuongofficial",
    "bepnhasuong_0fficia1",
    "therealbepnhasuong",
    "real.bepnhasuong.vn",
    "bepnhasuongvn",
    "bepnhasuong_chinhthuc",
    "bepnhasuong_that",
    "bepnhasuong.tv",
    "bepnhasuongchannel",
    "fanpage.bepnhasuong",
]


@pytest.mark.parametrize("name", SAME_SKELETON)
def test_a_disguise_leaves_the_skeleton(name: str) -> None:
    assert skeleton(name) == skeleton(REAL) == "bepnhasuong"
    assert likeness(name, REAL) in (Likeness.DISGUISED, Likeness.SAME)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("rnina.chan", "mina.chan"),
        ("vvinter", "winter"),
        ("clara.nhu", "dara.nhu"),
        ("1inh.store", "linh.store"),
        ("Iinh.store", "linh.store"),
    ],
)
def test_letters_that_pass_for_others_leave_the_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other) is not None


@pytest.mark.parametrize("name", ["", "a", "ab", "..", "a_b", "__", "🙂🙂🙂", "‎"])
def test_too_little_is_no_skeleton(name: str) -> None:
    assert skeleton(name) is None
    assert policy.exact(name) == ()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("the.anh", "theanh"),
        ("tv.linh", "tvllnh"),
        ("anhreview", "anhrevlew"),
        ("official", "oflclal"),
        ("vietnam", "vletnam"),
        ("tuan_vn", "tuanvn"),
    ],
)
def test_an_affix_stays_where_too_little_would_be_left(name: str, kept: str) -> None:
    assert skeleton(name) == kept


@given(HANDLES)
def test_marks_case_and_accents_change_no_skeleton(name: str) -> None:
    bare = name.replace(".", "").replace("_", "")
    assert skeleton(name.upper()) == skeleton(name)
    if not {"rn", "vv", "cl"} & {bare[i : i + 2] for i in range(len(bare))}:
        assert skeleton(".".join(bare)) == skeleton("_".join(bare))


@given(HANDLES, st.sampled_from([CYRILLIC, GREEK]))
def test_letters_of_other_alphabets_change_no_skeleton(name: str, letters: dict[str, str]) -> None:
    disguised = "".join(letters.get(c, c) for c in name)
    assert plain(disguised) == name
    assert skeleton(disguised) == skeleton(name)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_compared_there_is_an_answer(one: str, other: str) -> None:
    assert likeness(one, one) is Likeness.SAME
    likeness(one, other)
    found = difference(one, other)
    told = "".join(part.text for part in found.asked)
    assert plain(told) == plain("".join(part.text for part in difference(one, one).asked))
    marked = any(part.marked for part in (*found.asked, *found.real))
    assert marked == bool(found.notes)


def brute_force(one: str, other: str) -> bool:
    """Whether one step leads from one to the other: the definition, written another way."""
    if one == other:
        return False
    if len(one) == len(other):
        places = [i for i in range(len(one)) if one[i] != other[i]]
        if len(places) == 1:
            return True
        return (
            len(places) == 2
            and places[1] == places[0] + 1
            and one[places[0]] == other[places[1]]
            and one[places[1]] == other[places[0]]
        )
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) != 1:
        return False
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


LETTERS = st.text("abch29", min_size=5, max_size=8)


@given(LETTERS, LETTERS)
def test_the_neighbourhood_is_all_that_one_step_reaches(one: str, other: str) -> None:
    assert (other in near(one)) == brute_force(one, other)


def test_the_neighbourhood_is_small_and_the_same_both_ways() -> None:
    found = near("bepnhasuong")
    assert len(found) < 1000
    assert all("bepnhasuong" in near(one) for one in sorted(found)[:50])
    assert near("abcd") == near("") == frozenset()


@pytest.mark.parametrize("name", ["travel", "kitchen", "music", "saigon"])
def test_common_words_have_no_neighbours(name: str) -> None:
    assert near(str(skeleton(name))) == frozenset()


@pytest.mark.parametrize(
    ("asked", "real", "wanted"),
    [
        ("bepnhasuonq", REAL, Likeness.NEAR),  # other
        ("bepnhasung", REAL, Likeness.NEAR),  # less
        ("bepnhasuongz", REAL, Likeness.NEAR),  # more
        ("bepnahsuong", REAL, Likeness.NEAR),  # swapped
        ("bepnhasuong2026", REAL, Likeness.DISGUISED),
        ("bepnhasuong_2", REAL, Likeness.DISGUISED),
        ("BEPNHASUONG", REAL, Likeness.SAME),
        ("bepnhaxuanq", REAL, None),  # two steps
        ("bepnha", REAL, None),
        ("bepnhasuong.thanh", REAL, None),  # another word
        ("linh1998", "linh1999", None),
        ("linh1998", "linh.1998", Likeness.DISGUISED),
        ("nguyenvana11", "nguyenvana1", None),
        ("minhan", "minhanh", None),  # both are names
        ("phuongnga", "phuongngan", None),
        ("minhanhq", "minhanh", Likeness.NEAR),  # no name
        ("kitchens", "kitchen", None),
        ("travell", "travel", Likeness.DISGUISED),
        ("lind", "linh", None),  # too short
        ("l1nh", "linh", Likeness.DISGUISED),
        ("lingh", "linh", None),  # the true one is too short
        ("", REAL, None),
        (REAL, "", None),
    ],
)
def test_what_is_alike_and_what_is_somebody_else(
    asked: str, real: str, wanted: Likeness | None
) -> None:
    assert likeness(asked, real) is wanted


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("https://www.tiktok.com/@bep.suong", "bepsuong"),
        ("https://www.facebook.com/profile.php?id=100012345678", None),
        ("https://zalo.me/123456789012345678", None),
        ("https://shopee.vn/shop/123456", None),
        ("https://www.youtube.com/channel/UC1234567890123456789_-Q", None),
        ("https://www.youtube.com/c/TenCu", "tencu"),
        ("https://bsky.app/profile/bepsuong.bsky.social", "bepsuong"),
        ("@bepsuong@mastodon.social", "bepsuong"),
    ],
)
def test_a_channel_is_known_by_the_name_in_its_address(link: str, wanted: str | None) -> None:
    found = recognise(link)
    assert policy.channel_skeleton(found.platform, found.key, found.handle) == wanted


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("bepsuong.vn", "bepsuong"),
        ("https://www.bepsuong.com.vn/gioi-thieu", "bepsuong"),
        ("bep-suong.shop", "bepsuong"),
    ],
)
def test_a_site_is_known_by_its_domain(link: str, wanted: str) -> None:
    found = recognise(link, "website")
    assert policy.channel_skeleton(found.platform, found.key, found.handle) == wanted


def marked(found: Difference) -> tuple[str, str]:
    return tuple(
        "".join(f"[{part.text}]" if part.marked else part.text for part in side)
        for side in (found.asked, found.real)
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("asked", "real", "sides", "notes"),
    [
        ("bеp", "bep", ("b[е]p", "b[e]p"), ["Character 2 is “е”, a letter of another alphabet (Cyrillic), not “e”."]),
        ("bεp", "bep", ("b[ε]p", "b[e]p"), ["Character 2 is “ε”, a letter of another alphabet (Greek), not “e”."]),
        ("ｂep", "bep", ("[ｂ]ep", "[b]ep"), ["Character 1 is “ｂ”, a letter of another alphabet (full-width letters), not “b”."]),
        ("b0p", "bop", ("b[0]p", "b[o]p"), ["Character 2 is the digit 0, not the letter “o”."]),
        ("bop", "b0p", ("b[o]p", "b[0]p"), ["Character 2 is the letter “o”, not the digit 0."]),
        ("bép", "bep", ("b[é]p", "b[e]p"), ["Character 2 is “é”, not “e”."]),
        ("b.ep", "bep", ("b[.]ep", "bep"), ["Character 2: “.” is added."]),
        ("bepp", "bep", ("be[p]p", "bep"), ["Character 3: “p” stands there once more."]),
        ("bep_official", "bep", ("bep[_official]", "bep"), ["“_official” is added at the end."]),
        ("realbep", "bep", ("[real]bep", "bep"), ["“real” is added at the beginning."]),
        ("be", "bep", ("be", "be[p]"), ["“p” is missing at the end."]),
        ("ep", "bep", ("ep", "[b]ep"), ["“b” is missing at the beginning."]),
        ("bp", "bep", ("bp", "b[e]p"), ["“e” is missing after character 1."]),
        ("bpesuong", "bepsuong", ("b[pe]suong", "b[ep]suong"), ["Characters 2 and 3 are swapped: “pe”, not “ep”."]),
        ("rnina", "mina", ("[rn]ina", "[m]ina"), ["From character 1: “rn” looks like “m”."]),
        ("bep.vn", "bep.official", ("bep.[vn]", "bep.[official]"), ["From character 5: “vn” stands in place of “official”."]),
        ("b0 p", "bop", ("b[0 ]p", "b[o]p"), ["From character 2: “0” stands in place of “o”."]),
        ("bep", "BEP", ("bep", "bep"), []),
        ("b0p.", "bop", ("b[0]p[.]", "b[o]p"), ["Character 2 is the digit 0, not the letter “o”.", "Character 4: “.” is added."]),
    ],
)  # fmt: skip
def test_an_answer_says_which_letters_differ(
    asked: str, real: str, sides: tuple[str, str], notes: list[str]
) -> None:
    found = difference(asked, real)
    assert (marked(found), list(found.notes)) == (sides, notes)


def alike(answer: Answer) -> tuple[Any, ...]:
    return (
        answer.verdict,
        [
            (
                like.held.member.stage_name,
                like.likeness,
                like.by_name,
                [channel.url for channel in like.held.channels],
            )
            for like in answer.likes
        ],
    )


IMITATED = ("Bếp Nhà Sương", Likeness.DISGUISED, False, [LINK])


@pytest.mark.parametrize(
    "pasted",
    [
        "https://www.tiktok.com/@bepnhasu0ng",
        "tiktok.com/@bep.nha.suong",
        "https://www.instagram.com/bepnhasuong.official/",
        "@bepnhasuong_vn",
        "https://www.youtube.com/@bеpnhasuong",  # Cyrillic, which YouTube allows
        "https://www.tiktok.com/@bеpnhasuong",  # Cyrillic, which TikTok does not allow
        "https://bepnhasuong.vn",
    ],
)
async def test_whoever_poses_as_a_member_is_told_from_them(
    session: AsyncSession, pasted: str
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    answer = await check(session, pasted)
    if pasted == "https://bepnhasuong.vn":
        assert alike(answer) == (
            Verdict.ELSEWHERE,
            [("Bếp Nhà Sương", Likeness.SAME, False, [LINK])],
        )
        return
    assert alike(answer) == (Verdict.LOOKALIKE, [IMITATED])
    assert answer.people == tuple(like.held for like in answer.likes)
    assert answer.likes[0].difference.notes


async def test_a_name_that_no_platform_has_is_told_with_its_reason(session: AsyncSession) -> None:
    answer = await check(session, "https://www.tiktok.com/@kênhlạ")
    assert (answer.verdict, answer.likes) == (Verdict.UNREADABLE, ())
    assert answer.reason.startswith("TikTok has no such names as “kênhlạ”")


async def test_the_same_handle_elsewhere_is_a_case_of_its_own(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    answer = await check(session, f"https://www.instagram.com/{REAL}/")
    same = [("Bếp Nhà Sương", Likeness.SAME, False, [LINK])]
    assert alike(answer) == (Verdict.ELSEWHERE, same)
    assert answer.likes[0].difference.notes == ()


async def test_a_members_own_other_channel_is_no_look_alike(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    await prove(session, member, "https://www.instagram.com/bepnhasuong.vn/")
    answer = await check(session, "https://www.instagram.com/bepnhasuong.vn/")
    assert (answer.verdict, answer.likes) == (Verdict.GOOD, ())
    own = await lookalikes.find(session, [Asked(REAL, "threads")], own=member.account_id)
    assert own == {Asked(REAL, "threads"): ()}


async def change(session: AsyncSession, member: Any, given: dict[str, Any]) -> None:
    for name, value in given.items():
        setattr(member, name, value)
    await session.flush()


@pytest.mark.parametrize(
    ("proof", "standing"),
    [
        ({"lost_at": PROVEN}, {}),
        ({"removed_at": PROVEN}, {}),
        ({"proven_at": None, "proof_method": None}, {}),
        ({}, {"standing": Standing.LEFT}),
        ({}, {"standing": Standing.EXPELLED, "bar_until": PROVEN.date()}),
    ],
)
async def test_only_proven_channels_of_members_of_today_are_imitated(
    session: AsyncSession, proof: dict[str, Any], standing: dict[str, Any]
) -> None:
    member = await make_member(session, stage_name="Nguyễn Văn An")
    await prove(session, member, LINK, **proof)
    await change(session, member, standing)
    answer = await check(session, "https://www.tiktok.com/@bepnhasu0ng")
    assert alike(answer) == (Verdict.UNKNOWN, [])


async def test_a_suspended_member_may_be_imitated_too(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    await change(session, member, {"standing": Standing.SUSPENDED, "standing_until": PROVEN.date()})
    answer = await check(session, "https://www.tiktok.com/@bepnhasu0ng")
    assert alike(answer) == (Verdict.LOOKALIKE, [IMITATED])


async def test_each_member_is_named_once_and_the_closest_first(session: AsyncSession) -> None:
    far = await make_member(session, stage_name="Xa")
    await prove(session, far, "https://www.tiktok.com/@bepnhasuonq", 900_000)
    close = await make_member(session, stage_name="Gần")
    await prove(session, close, LINK, 10)
    await prove(session, close, "https://www.youtube.com/@bepnhasuongs", 20)
    answer = await check(session, "https://www.tiktok.com/@bep_nha_suong")
    assert alike(answer) == (
        Verdict.LOOKALIKE,
        [
            ("Gần", Likeness.DISGUISED, False, [LINK]),
            ("Xa", Likeness.NEAR, False, ["https://www.tiktok.com/@bepnhasuonq"]),
        ],
    )


@pytest.mark.parametrize(
    ("stage_name", "verdict"),
    [("Khoai Lang Thang", Verdict.LOOKALIKE), ("Nguyễn Minh Anh", Verdict.UNKNOWN)],
)
async def test_a_handle_that_is_a_members_name_is_told_and_common_names_raise_no_alarm(
    session: AsyncSession, stage_name: str, verdict: Verdict
) -> None:
    await make_member(session, stage_name=stage_name)
    handle = plain(stage_name).replace(" ", "")
    answer = await check(session, f"https://www.tiktok.com/@{handle}")
    assert alike(answer) == (verdict, [(stage_name, Likeness.SAME, True, [])])


@pytest.mark.parametrize(
    ("asked", "likeness_"),
    [
        ("Bếp Nhà Sương", Likeness.SAME),
        ("bep nha suong", Likeness.SAME),
        ("Bếp Nhà Sương Official", Likeness.DISGUISED),
        ("Bếp Nhà Sươmg", Likeness.NEAR),
    ],
)
async def test_a_name_finds_the_members_who_have_it(
    session: AsyncSession, asked: str, likeness_: Likeness
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await make_member(session, stage_name="Chảo Nhà Sương")
    await prove(session, member, LINK)
    answer = await check(session, asked)
    assert alike(answer) == (Verdict.NAME, [("Bếp Nhà Sương", likeness_, True, [])])


async def test_a_name_that_nobody_has_finds_nobody(session: AsyncSession) -> None:
    answer = await check(session, "Không Ai Cả")
    assert (alike(answer), answer.words) == ((Verdict.NAME, []), "Không Ai Cả")


LINES = [
    LINK,
    "tiktok.com/@bepnhasu0ng",
    f"instagram.com/{REAL}",
    "@bepnhasuonq",
    "Bếp Nhà Sương",
    "DTA-26-00012-7",
    "DTA-26-00012-4",
    "https://vt.tiktok.com/abc",
    "",
    "tiktok.com/@bepnhasu0ng",
    "@khac",
]


async def test_many_lines_get_the_answers_that_each_gets_alone(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    lines = [*LINES, member.number, member.number.lower()]
    assert await check_many(session, lines) == [await check(session, line) for line in lines]


def who_knows(*skeletons: str) -> Known:
    """An index that has these."""

    async def known(asked: Collection[str]) -> frozenset[str]:
        return frozenset(skeletons).intersection(asked)

    return known


async def away(_asked: Collection[str]) -> frozenset[str]:
    raise NotReady(1)


async def test_while_nobody_knows_skeletons_the_database_is_asked_for_all(
    session: AsyncSession,
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    index = await indexed(session)

    async def known(asked: Collection[str]) -> frozenset[str]:
        return index.skeletons(asked)

    wanted = await check_many(session, LINES, known)
    assert await check_many(session, LINES, away) == wanted == await check_many(session, LINES)
    assert [one.verdict for one in wanted[:4]] == [
        Verdict.GOOD,
        Verdict.LOOKALIKE,
        Verdict.ELSEWHERE,
        Verdict.LOOKALIKE,
    ]


async def test_whom_the_index_still_knows_is_looked_up_as_they_are_now(
    session: AsyncSession,
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    await change(session, member, {"standing": Standing.LEFT})
    answer = await check(session, "tiktok.com/@bepnhasuonq", who_knows("bepnhasuong"))
    assert answer.verdict is Verdict.UNKNOWN


async def test_who_looks_like_nobody_that_the_index_knows_takes_one_statement(
    session: AsyncSession, shared_database: Database
) -> None:
    for known, wanted in ((who_knows(), 1), (who_knows("khongalcaday"), 2)):
        with statements(shared_database.engine) as seen:
            answer = await check(session, "tiktok.com/@khongaicaday", known)
        assert (len(seen), answer.verdict) == (wanted, Verdict.UNKNOWN)


def twice(lines: list[str]) -> list[str]:
    return lines * 2


@pytest.mark.parametrize("more", [list, twice, lambda lines: lines[:3]])
async def test_many_lines_take_three_statements(
    session: AsyncSession, shared_database: Database, more: Callable[[list[str]], list[str]]
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    with statements(shared_database.engine) as seen:
        found = await check_many(session, more([member.number, *LINES]))
    assert len(seen) == 3
    assert found[0].verdict is Verdict.GOOD


@pytest.mark.parametrize(
    ("pasted", "wanted"),
    [(LINK, 1), ("tiktok.com/@khongaicaday", 2), ("DTA-26-00012-7", 0), ("0901234567", 0)],
)
async def test_one_check_asks_no_more_than_it_must(
    session: AsyncSession, shared_database: Database, pasted: str, wanted: int
) -> None:
    member = await make_member(session, stage_name="Bếp Nhà Sương")
    await prove(session, member, LINK)
    with statements(shared_database.engine) as seen:
        await check(session, pasted)
    assert len(seen) == wanted
