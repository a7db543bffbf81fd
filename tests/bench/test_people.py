"""Members by the thousand: the same from the same seed, as in life, and found as counted by hand."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from urllib.parse import parse_qsl

import psycopg
import pytest

from app.channels.policy.links import recognise
from app.channels.policy.lookalikes import channel_skeleton, skeleton
from app.core.db import Database, make_engine
from app.core.text import vietnamese_sort_key
from app.directory.policy import Query
from app.directory.search import feed
from app.directory.search.index import Index
from app.members import policy
from bench import people, questions
from bench.people import CHANNELS, MEMBERS, Share
from bench.place import plain
from bench.questions import EIGHT
from tests import databases
from tests.directory.plainly import Plainly

SIZE = 10_000
pytestmark = pytest.mark.xdist_group("bench")


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database with ten thousand people, once for all of these."""
    with databases.clone() as name:
        people.fill(plain(databases.url_of(name)), SIZE)
        yield databases.url_of(name)


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    chosen = Database(make_engine(url, pool_size=2))
    yield chosen
    await chosen.close()


def told(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(plain(url)) as connection:
        return connection.execute(statement).fetchall()


def test_the_same_seed_makes_the_same_people_and_another_makes_others() -> None:
    first, again, other = (Share(seed, 1, 300).make() for seed in (1, 1, 2))
    assert (first.accounts, first.members, first.channels) == (
        again.accounts, again.members, again.channels,
    )  # fmt: skip
    names = MEMBERS.index("stage_name")
    assert [row[names] for row in first.members] != [row[names] for row in other.members]


def test_what_the_portal_would_have_derived_is_what_stands_there() -> None:
    share = Share(1, 1, 1_000).make()
    for row in share.members:
        member = dict(zip(MEMBERS, row, strict=True))
        stage_name = member["stage_name"]
        assert member["number"] == policy.parse_number(member["number"])
        assert member["sort_key"] == vietnamese_sort_key(stage_name)
        assert member["name_words"] == policy.name_words(stage_name)
        assert member["skeleton"] == skeleton(stage_name)
    for row in share.channels:
        channel = dict(zip(CHANNELS, row, strict=True))
        link = recognise(channel["url"])
        assert asdict(link) == {
            **asdict(link),
            **{name: channel[name] for name in ("platform", "url", "key", "handle")},
        }
        assert channel["skeleton"] == channel_skeleton(link.platform, link.key, link.handle)


def test_people_are_as_uneven_as_in_life(url: str) -> None:
    families = Counter(
        str(name).split()[0] for (name,) in told(url, "SELECT legal_name FROM members")
    )
    assert 0.29 < families["Nguyễn"] / SIZE < 0.33
    topics = told(url, "SELECT count(*) FROM members, unnest(topics) t GROUP BY t ORDER BY 1 DESC")
    assert int(str(topics[0][0])) > 4 * int(str(topics[-1][0]))
    (row,) = told(url, "SELECT count(DISTINCT stage_name), count(*) FROM members")
    assert row[1] == SIZE
    assert int(str(row[0])) > 6_000
    words = told(
        url,
        r"SELECT count(DISTINCT w) FROM members, regexp_split_to_table(lower(biography), '\W+') w",
    )
    assert int(str(words[0][0])) > 15_000
    lengths = told(
        url,
        "SELECT min(n), max(n) FROM (SELECT array_length(regexp_split_to_array(biography, ' '), 1) n FROM members WHERE biography <> '') b",
    )
    assert lengths == [(20, 60)]


def test_the_database_knows_of_everybody_and_goes_on_counting_behind_them(url: str) -> None:
    counts = "SELECT (SELECT count(*) FROM member_changes WHERE serial IS NOT NULL), (SELECT count(*) FROM standing_changes), (SELECT last_value FROM members_serial_seq)"
    assert told(url, counts) == [(SIZE, SIZE, SIZE)]
    assert told(url, people.INDEXES) != []


async def test_the_eight_questions_find_what_is_counted_by_hand(
    url: str, database: Database
) -> None:
    documents = [each async for each in feed.everybody(database)]
    assert len(documents) == SIZE
    index, plainly = Index.of(documents), Plainly(documents)
    here = questions.sample(plain(url))
    for name in EIGHT:
        ((path, _headers),) = questions.same(name, here)
        _, _, asked = path.partition("?")
        query = Query.parse(parse_qsl(asked))
        found, expected = index.search(query), plainly.search(query)
        assert [(hit.serial, hit.version) for hit in found.hits] == expected["hits"], name
        assert found.total == expected["total"], name
        assert {key: dict(each) for key, each in found.counts.items()} == expected["counts"], name
