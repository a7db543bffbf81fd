"""What the tables hold is what is found: handles, words, filters, and counts by plain Python."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import VIETNAM
from app.core.i18n import use_locale
from app.core.reference import reference
from app.directory.policy import FILTERS, PER_PAGE, Query, label, vocabulary
from app.directory.search import Found
from app.members import queries
from app.members.policy import PRESENT, words
from tests.factories.directory import Crowd, indexed, prove
from tests.factories.members import make_member


def asked(**given: Any) -> Query:
    pairs = [
        (name, str(value))
        for name, values in given.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
    ]
    return Query.parse(pairs)


async def names(session: AsyncSession, **given: Any) -> list[str]:
    found = (await indexed(session)).search(asked(**given))
    members = await queries.by_serials(session, [hit.serial for hit in found.hits])
    return [members[hit.serial].stage_name for hit in found.hits]


@pytest.mark.parametrize(
    "q",
    ["den vau", "Đen Vâu", "ĐEN VÂU", "vau den", "denvau", "de va", "  đen   vau ", "Den Vau!"],
)
async def test_accents_case_order_and_blanks_do_not_matter(session: AsyncSession, q: str) -> None:
    await make_member(session, stage_name="Đen Vâu")
    await make_member(session, stage_name="Đen Đá", biography="Vườn nhà.")
    assert await names(session, q=q) == ["Đen Vâu"]


async def test_a_name_typed_in_parts_is_composed_first(session: AsyncSession) -> None:
    await make_member(session, stage_name="Ẫm Ửng")
    assert await names(session, q="A\u0302\u0303m u\u031b\u0309ng") == ["Ẫm Ửng"]


@pytest.mark.parametrize("q", ["@bepdiam", "bep.di.am", "BepDiAm", "bep di am", "di am"])
async def test_a_handle_is_found_in_one_and_by_its_words(session: AsyncSession, q: str) -> None:
    member = await make_member(session, stage_name="Nhà Sương")
    await prove(session, member, "https://www.tiktok.com/@bep.di.am")
    assert await names(session, q=q) == ["Nhà Sương"]


async def test_a_handle_in_accents_is_found_without_them(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Nhà Sương")
    await prove(session, member, "https://www.youtube.com/@BếpDìẪm")
    assert await names(session, q="bepdiam") == ["Nhà Sương"]


async def test_a_handle_counts_only_while_it_is_proven(session: AsyncSession) -> None:
    member = await make_member(session, stage_name="Nhà Sương")
    unproven: dict[str, Any] = {"proven_at": None, "proof_method": None}
    await prove(session, member, "https://www.tiktok.com/@mot", **unproven)
    lost = await prove(session, member, "https://www.tiktok.com/@hai")
    removed = await prove(session, member, "https://www.tiktok.com/@babon")
    lost.lost_at = removed.removed_at = lost.proven_at
    await session.flush()
    assert [await names(session, q=q) for q in ("mot", "hai", "babon")] == [[], [], []]


async def test_words_of_topics_and_biography_are_found_and_a_hidden_name_is_not(
    session: AsyncSession,
) -> None:
    about: dict[str, Any] = {"biography": "Món quê ở chợ nổi.", "topics": ("food",)}
    await make_member(session, stage_name="A", legal_name="Trần Ẩn", **about)
    await make_member(
        session, stage_name="B", legal_name="Trần Hiện", legal_name_public=True, **about
    )
    assert await names(session, q="cho noi", sort="name") == ["A", "B"]
    assert await names(session, q="am thuc", sort="name") == ["A", "B"]
    assert await names(session, q="drink", sort="name") == ["A", "B"]
    assert await names(session, q="tran an") == []
    assert await names(session, q="tran hien") == ["B"]


async def test_lists_follow_the_vietnamese_alphabet(session: AsyncSession) -> None:
    for name in ("Ê", "Đức", "Dũng", "Ân", "Ăn", "An", "Ạn", "Án", "Em", "Y"):
        await make_member(session, stage_name=name)
    expected = ["An", "Án", "Ạn", "Ăn", "Ân", "Dũng", "Đức", "Em", "Ê", "Y"]
    assert await names(session, sort="name") == expected


async def test_followers_are_those_of_the_largest_proven_channel(session: AsyncSession) -> None:
    for name, counts in {"A": (9, 20_000), "B": (30_000,), "C": (None,), "D": ()}.items():
        member = await make_member(session, stage_name=name)
        for place, followers in enumerate(counts):
            await prove(session, member, f"https://www.tiktok.com/@{name}x{place}", followers)
    assert await names(session, sort="followers") == ["B", "A", "C", "D"]
    assert await names(session, tier="micro", sort="name") == ["A", "B"]
    assert await names(session, tier="new", sort="name") == []


async def test_only_members_in_good_standing_unless_others_are_asked_for(
    session: AsyncSession,
) -> None:
    crowd = Crowd(60, seed=3)
    await crowd.move_in(session)
    for standing in vocabulary("standing"):
        found = (await indexed(session)).search(asked(standing=standing))
        assert found.total == sum(row["standing"] == standing for row in crowd.members)
    index = await indexed(session)
    assert index.search(Query()) == index.search(asked(standing="active"))


def held_by(crowd: Crowd, row: dict[str, Any]) -> list[dict[str, Any]]:
    """The channels that are a member's, proven today."""
    mine = (c for c in crowd.channels if c["account_id"] == row["account_id"])
    return [c for c in mine if not c["lost_at"] and not c["removed_at"]]


def values_of(crowd: Crowd, row: dict[str, Any]) -> dict[str, set[str]]:
    """What plain Python says a member's values are, as an address writes them."""
    held = held_by(crowd, row)
    largest = max((c["followers"] for c in held if c["followers"] is not None), default=None)
    present = row["standing"] in PRESENT
    return {
        "topic": set(row["topics"]) if present else set(),
        "province": {reference.provinces[row["province"]].slug},
        "platform": {c["platform"] for c in held},
        "tier": set() if largest is None else {reference.tier_of(largest).key},
        "language": set(row["languages"]) if present else set(),
        "method": {c["proof_method"] for c in held},
        "since": {str(row["joined_at"].astimezone(VIETNAM).year)},
        "standing": {row["standing"].value},
    }


def by_hand(crowd: Crowd, query: Query) -> tuple[set[Any], dict[str, Any], dict[str, int]]:
    """Ids, counts and totals without each filter, found by looking at everybody in turn."""
    fit: set[Any] = set()
    counts: dict[str, dict[str, int]] = {name: {} for name in FILTERS}
    loosened = dict.fromkeys(FILTERS, 0)
    for row in crowd.members:
        values = values_of(crowd, row)
        biography = row["biography"] if row["standing"] in PRESENT else ""
        text = words(f"{row['stage_name']} {biography}").split()
        topics = [t.name(loc) for t in reference.topics.values() if t.key in values["topic"]
                  for loc in ("vi", "en", "fr")]  # fmt: skip
        text += words(" ".join(topics)).split()
        handles = {c["handle"] for c in held_by(crowd, row) if c["handle"]}
        text += [*handles, words(row["stage_name"]).replace(" ", "")]
        sought = (query.words, ("".join(query.words),))
        if not any(all(any(w.startswith(s) for w in text) for s in each) for each in sought):
            continue
        fails = {n for n in FILTERS if query.chosen(n) and not values[n] & set(query.chosen(n))}
        if not fails:
            fit.add(row["serial"])
        for name in FILTERS:
            if fails <= {name}:
                loosened[name] += 1
                for value in values[name]:
                    counts[name][value] = counts[name].get(value, 0) + 1
    return fit, counts, loosened


async def everybody(session: AsyncSession, query: Query) -> tuple[Found, list[Any]]:
    index = await indexed(session)
    first = index.search(query)
    ids: list[Any] = []
    for page in range(1, -(-first.total // PER_PAGE) + 1):
        found = index.search(query.on_page(page))
        ids += [hit.serial for hit in found.hits]
    return first, ids


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"topic": ["food", "travel"]},
        {"platform": "tiktok", "tier": ["micro", "mid"]},
        {"province": "ha-noi", "standing": ["active", "suspended"]},
        {"q": "thi", "language": ["en", "fr"]},
        {"q": "nguyen u", "platform": ["youtube", "facebook"], "topic": "music"},
        {"q": "thi", "standing": "expelled", "sort": "followers"},
        {"tier": ["new", "nano", "mega"], "sort": "name", "language": "ja"},
    ],
    ids=str,
)
async def test_what_is_found_and_counted_is_what_counting_by_hand_gives(
    session: AsyncSession, given: dict[str, Any]
) -> None:
    crowd = Crowd(300, seed=7)
    await crowd.move_in(session)
    query = asked(**given)
    found, ids = await everybody(session, query)
    fit, counts, loosened = by_hand(crowd, query)
    assert len(ids) == len(set(ids)) == found.total
    assert set(ids) == fit
    assert {name: dict(each) for name, each in found.counts.items()} == counts
    assert dict(found.loosened) == loosened


async def test_a_page_too_far_is_the_last_one(session: AsyncSession) -> None:
    await Crowd(70, seed=5).move_in(session)
    query = asked(standing=list(vocabulary("standing")), sort="name")
    last = (await indexed(session)).search(query.on_page(3))
    assert (last.total, last.page, len(last.hits)) == (70, 3, 70 - 2 * PER_PAGE)
    assert (await indexed(session)).search(query.on_page(999_999_999)) == last


async def test_nobody_at_all_is_one_empty_page(session: AsyncSession) -> None:
    found = (await indexed(session)).search(Query(page=7))
    assert (found.hits, found.total, found.page) == ((), 0, 1)
    assert all(not each for each in found.counts.values())


@pytest.mark.parametrize("locale", ["vi", "en", "fr"])
def test_every_value_of_every_filter_has_words(locale: str) -> None:
    with use_locale(locale):
        said = [label(name, value) for name in FILTERS for value in vocabulary(name)]
    assert all(said)
