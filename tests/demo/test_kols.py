"""Invented people: always the same, all different, nobody's."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

from app.applications.forms.about import phone_number
from app.applications.policy.answers import LEAST_BIOGRAPHY, MOST_BIOGRAPHY
from app.channels.policy.links import recognise
from app.core.reference import reference
from app.demo import vocabulary
from app.demo.kols import COUNT, Kol, invent, invented
from app.demo.naming import MARK
from app.demo.people import PEOPLE


@pytest.fixture(scope="module")
def people() -> tuple[Kol, ...]:
    return invented()


def test_the_same_seed_gives_the_same_people() -> None:
    assert invent() == invent()
    assert invent(seed=1) != invent(seed=2)


def test_there_are_more_than_three_hundred_and_those_with_a_button_come_first(
    people: tuple[Kol, ...],
) -> None:
    buttons = [person.sub for person in PEOPLE if person.role == "kol"]

    assert COUNT == len(people) >= 300
    assert [kol.subject for kol in people[: len(buttons)]] == buttons
    assert len({kol.subject for kol in people}) == len(people)


def test_no_two_share_a_stage_name_a_biography_a_channel_or_a_phone(
    people: tuple[Kol, ...],
) -> None:
    links = [channel.link for kol in people for channel in kol.channels]

    assert len({kol.stage_name.casefold() for kol in people}) == len(people)
    assert len({kol.biography for kol in people}) == len(people)
    assert len(set(links)) == len(links)
    assert len({kol.phone for kol in people}) == len(people)


def test_every_sentence_is_told_by_few(people: tuple[Kol, ...]) -> None:
    told = Counter(re.split(r"(?<=\.) ", kol.biography)[0] for kol in people)

    assert max(told.values()) <= 4


def test_biographies_are_whole_and_fit_the_form(people: tuple[Kol, ...]) -> None:
    for kol in people:
        assert LEAST_BIOGRAPHY <= len(kol.biography) <= MOST_BIOGRAPHY
        assert not re.search(r"[{}]|\(\w+\+?\) |  ", kol.biography)
        assert kol.biography[0].isupper()


def test_biographies_are_told_in_three_languages(people: tuple[Kol, ...]) -> None:
    spoken = Counter(kol.locale for kol in people)

    assert spoken["vi"] > 280
    assert spoken["en"] >= 5
    assert spoken["fr"] >= 3


def test_every_handle_is_known_for_an_example(people: tuple[Kol, ...]) -> None:
    for kol in people:
        for channel in kol.channels:
            found = recognise(channel.link, channel.platform)
            assert found.platform == channel.platform
            assert found.url == channel.link
            host = urlsplit(channel.link).hostname or ""
            assert MARK in (found.handle or host)


def test_nothing_of_theirs_can_belong_to_somebody(people: tuple[Kol, ...]) -> None:
    known = {name.casefold() for name in vocabulary.names()["known"]}

    for kol in people:
        assert kol.stage_name.casefold() not in known
        assert kol.email.endswith(".example")  # RFC 2606
        assert phone_number(kol.phone) == kol.phone
        assert kol.phone.startswith("+8451")


def test_they_are_spread_as_in_life(people: tuple[Kol, ...]) -> None:
    provinces = Counter(kol.province for kol in people)
    topics = Counter(key for kol in people for key in kol.topics)
    tiers = Counter(
        reference.tier_of(max(channel.followers for channel in kol.channels)).key for kol in people
    )

    assert {code for code, _count in provinces.most_common(2)} == {"79", "01"}
    assert len(provinces) >= 30
    assert set(topics) == set(reference.topics)
    assert topics.most_common(1)[0][0] == "food"
    assert {"beauty", "travel", "family"} <= {key for key, _count in topics.most_common(9)}
    assert tiers["micro"] > tiers["mid"] > tiers["macro"] >= 1
    assert tiers["mega"] >= 1


def test_experts_have_a_qualification_and_others_none(people: tuple[Kol, ...]) -> None:
    for kol in people:
        expert = {key for key in kol.topics if reference.topics[key].expert}
        assert set(kol.qualifications) == expert


def test_there_is_material_for_every_topic_and_province() -> None:
    assert set(vocabulary.topics()) == set(reference.topics)
    assert set(vocabulary.places()) == set(reference.provinces)
    for words in vocabulary.topics().values():
        assert len(words.openings) >= 12
        assert len(set(words.openings)) == len(words.openings)


def test_people_of_every_age_that_may_apply(people: tuple[Kol, ...]) -> None:
    ages = [kol.age for kol in people]

    assert min(ages) >= 19
    assert max(ages) >= 50
