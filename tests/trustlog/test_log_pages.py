"""The pages of the log: what it is, how it is, and one entry with the picture of its proof."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text

from app.core import clock
from app.core.config import settings
from app.trustlog import keys, refusals, wording
from app.trustlog.models import Kind, LogCosignature
from app.trustlog.policy import merkle, picture
from app.trustlog.policy.signing import Because, WillNotSign
from app.trustlog.queries import tree
from app.trustlog.queries.tree import Published
from tests.conftest import statements
from tests.portal import Portal
from tests.trustlog.filling import append, published_log
from tests.trustlog.publishing import publish


@pytest.fixture
def without_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("PORTAL_LOG_KEYS", "")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def page(portal: Portal, address: str = "/log", **headers: str) -> LexborHTMLParser:
    answer = await portal.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def said(shown: LexborHTMLParser) -> str:
    main = shown.css_first("main")
    assert main is not None
    return " ".join(main.text(separator=" ").split())


def notices(shown: LexborHTMLParser) -> list[str]:
    return [one.text(strip=True) for one in shown.css("main > .notice .notice__title")]


async def head_of(portal: Portal) -> Published:
    async with portal.database.read() as session:
        found = await tree.latest(session)
    assert found is not None
    return found


async def test_an_empty_log_says_so_and_explains_itself(portal: Portal) -> None:
    shown = await page(portal)
    assert notices(shown) == []
    assert "Nothing has been published yet" in said(shown)
    assert shown.css(".entries") == []
    for section in ("now", "why", "inside", "check", "limits"):
        assert shown.css_first(f"#{section} h2") is not None


async def test_it_tells_size_root_time_and_newest_entries(portal: Portal) -> None:
    async with portal.transaction() as session:
        await append(session, 13, Kind.MEMBERSHIP_SUSPENDED)
        await append(session, 1, Kind.CHANNEL_LOST)
    await publish(portal.database)
    head = await head_of(portal)
    shown = await page(portal)
    root = head.note.split("\n")[2]
    facts = [row.text(strip=True) for row in shown.css("#now .summary__value")]
    assert facts[0] == "14"
    assert facts[2:] == [
        root,
        settings().log_name,
        "Nobody yet. Until a witness signs too, compare with others who follow the log.",
    ]
    assert shown.css_first("[data-note]").text() == head.note
    lines = [" ".join(line.text(separator=" ").split()) for line in shown.css(".entries a")]
    assert len(lines) == 12
    assert lines[:2] == [
        "Entry 13 The proof of a channel was lost",
        "Entry 12 A member was suspended",
    ]
    assert [link.attributes["href"] for link in shown.css(".entries a")] == [
        f"/log/{n}" for n in range(13, 1, -1)
    ]
    assert keys.vkeys()[0] in said(shown)
    assert f"curl -O {settings().base_url}/log/monitor.py" in said(shown)


async def test_nothing_that_an_entry_hides_is_shown(portal: Portal) -> None:
    async with portal.transaction() as session:
        await append(session, 3)
    await publish(portal.database)
    for address in ("/log", "/log/1", "/log/1/proof"):
        assert "hidden-" not in (await portal.get(address)).text


async def test_witnesses_are_named_with_what_they_signed(portal: Portal) -> None:
    await published_log(portal.database, 3)
    async with portal.transaction() as session:
        for name in ("witness.example/b", "witness.example/a"):
            session.add(LogCosignature(size=3, witness=name, line=f"— {name} AAAA"))
    assert "witness.example/a, witness.example/b (this very checkpoint)" in said(await page(portal))
    async with portal.transaction() as session:
        await append(session, 1)
    await publish(portal.database)
    assert "witness.example/a, witness.example/b (that of 3 entries, on" in said(await page(portal))


async def test_without_a_key_it_says_that_nothing_is_published(
    portal: Portal, without_keys: None
) -> None:
    assert notices(await page(portal)) == ["Nothing is published at present"]
    assert (await portal.get("/log/keys")).status_code == 404


async def test_entries_that_wait_for_long_are_told_of(portal: Portal) -> None:
    with clock.at(clock.now() - timedelta(minutes=11)):
        async with portal.transaction() as session:
            await append(session, 2)
    shown = await page(portal)
    assert notices(shown) == ["Nothing has been published for a while"]
    assert "(2 by now)" in said(shown)
    await publish(portal.database)
    assert notices(await page(portal)) == []


async def test_a_refusal_to_sign_is_told_with_its_reason(portal: Portal) -> None:
    await published_log(portal.database, 2)
    refusal = WillNotSign(Because.BEHIND, "A sentence for those who run it.")
    async with portal.transaction() as session:
        await refusals.note(session, refusal)
    shown = await page(portal)
    assert notices(shown) == ["The portal refuses to sign"]
    assert "The database was set back to an older copy" in said(shown)
    assert "for those who run it" not in said(shown)
    async with portal.transaction() as session:
        await refusals.note(session, None)
    assert notices(await page(portal)) == []


async def test_todays_tree_is_shown_to_begin_with_yesterdays(portal: Portal) -> None:
    with clock.at(clock.now() - timedelta(days=2)):
        async with portal.transaction() as session:
            await append(session, 5)
        await publish(portal.database)
    async with portal.transaction() as session:
        await append(session, 6)
    await publish(portal.database)
    shown = await page(portal)
    assert "the first 5 of today’s 11 entries make exactly the root" in said(shown)
    assert shown.css_first("svg.grown") is not None
    async with portal.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("UPDATE log_checkpoints SET root = sha256('x') WHERE size = 5"))
    shown = await page(portal)
    assert notices(shown) == ["Today’s log does not continue yesterday’s"]
    assert shown.css_first("svg.grown") is None


@pytest.mark.parametrize("size", [1, 3])
async def test_the_pages_send_as_many_statements_however_large_the_log(
    portal: Portal, size: int
) -> None:
    await published_log(portal.database, size)
    for address, most in (("/log", 6), ("/log/0", 3)):
        with statements(portal.database.engine) as seen:
            await page(portal, address)
        assert len(seen) <= most, address


async def test_a_number_that_is_typed_leads_to_its_entry_or_says_what_is_wrong(
    portal: Portal,
) -> None:
    await published_log(portal.database, 12)
    for typed in ("11", " #011 "):
        answer = await portal.get("/fr/log", params={"entry": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/fr/log/11")
    for typed in ("12", "-1", "mười", "<b>", "9" * 300):
        answer = await portal.get("/log", params={"entry": typed})
        assert answer.status_code == 200
        shown = LexborHTMLParser(answer.text)
        error = shown.css_first("#entry-error")
        assert error is not None
        assert error.text(strip=True).endswith("Type the number of an entry: from 0 to 11.")
        field = shown.css_first("#entry")
        assert field is not None
        assert field.attributes["aria-invalid"] == "true"
        assert "entry-error" in (field.attributes["aria-describedby"] or "")
        title = shown.css_first("title")
        assert title is not None
        assert title.text().startswith("Error:")


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (11, 70), (256, 257), (255, 600)])
async def test_the_picture_is_the_proof_that_policy_makes(
    portal: Portal, index: int, size: int
) -> None:
    bodies = await published_log(portal.database, size)
    leaves = [merkle.leaf_hash(body) for body in bodies]
    root = merkle.root(leaves)
    path = [merkle.root(leaves[a : b + 1]) for _ours, a, b in picture.siblings(index, size)]
    assert merkle.verify_inclusion(index, size, leaves[index], path, root)
    shown = await page(portal, f"/log/{index}")
    steps = shown.css(".proof-step[data-hash]")
    expected = picture.steps(index, size, leaves[index], path)
    assert [step.attributes["data-hash"] for step in steps] == [
        leaves[index].hex(), *(step.made.hex() for step in expected)
    ]  # fmt: skip
    for node, step in zip(steps[1:], expected, strict=True):
        told = [one.text() for one in node.css(".hash")]
        assert told == [step.left.hex(), step.right.hex(), step.made.hex()]
        terms = [one.text(separator=" ", strip=True) for one in node.css("dt")]
        assert terms.index(f"{step.ours.title()} from this entry") == (
            0 if step.ours == "left" else 1
        )
    last = shown.css_first(".proof-step--root")
    assert last is not None
    assert root.hex() in last.text()
    assert "It is the same." in last.text()
    drawn = [one.text() for one in shown.css(".ladder__hash")]
    assert sorted(drawn) == sorted(
        f"{one.hex()[:8]}…" for one in (leaves[index], *path, *(step.made for step in expected))
    )
    ladder = shown.css_first("svg.ladder")
    assert ladder is not None
    assert ladder.attributes["role"] == "img"
    assert ladder.attributes["aria-label"]


async def test_an_entry_is_shown_in_words_and_word_for_word(portal: Portal) -> None:
    async with portal.transaction() as session:
        await append(session, 3, Kind.MEMBERSHIP_EXPELLED)
    await publish(portal.database)
    async with portal.database.read() as session:
        entry = await tree.by_index(session, 1)
    assert entry is not None
    shown = await page(portal, "/log/1")
    assert "A member was expelled." in said(shown)
    code = shown.css_first("pre.verbatim code")
    assert code is not None
    assert json.loads(code.text()) == json.loads(entry.body)
    links = {link.attributes["href"] for link in shown.css("main a")}
    assert {"/log", "/log/0", "/log/2", "/log/1/proof", "/verify"} <= links


async def test_a_tile_that_was_changed_behind_the_signature_is_seen(portal: Portal) -> None:
    await published_log(portal.database, 20)
    async with portal.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(
            text("UPDATE log_tiles SET hashes = set_byte(hashes, 40, 255 - get_byte(hashes, 40))")
        )
    shown = await page(portal, "/log/0")
    assert "The steps do not lead to the root that was signed." in said(shown)
    assert "It is another." in said(shown)


async def test_no_other_address_is_that_of_an_entry(portal: Portal) -> None:
    await published_log(portal.database, 3)
    for place in ("3", "-1", "00", "x", "9" * 300, "1.0", "%D9%A0", "2%0a", "²"):
        answer = await portal.get(f"/log/{place}")
        assert answer.status_code == 404, place
        assert answer.headers["Cache-Control"] == "no-store"
    assert "from 0 to 2" in (await portal.get("/log/3")).text


@pytest.mark.parametrize(
    ("language", "title", "suspended"),
    [
        ("vi", "Sổ minh bạch", "Một hội viên bị tạm đình chỉ"),
        ("en", "The transparency log", "A member was suspended"),
        ("fr", "Le registre de transparence", "Un membre a été suspendu"),
    ],
)
async def test_both_pages_speak_the_readers_language(
    portal: Portal, language: str, title: str, suspended: str
) -> None:
    async with portal.transaction() as session:
        await append(session, 2, Kind.MEMBERSHIP_SUSPENDED)
    await publish(portal.database)
    for address in (f"/{language}/log", f"/{language}/log/1"):
        shown = await page(portal, address)
        html = shown.css_first("html")
        assert html is not None
        assert html.attributes["lang"] == language
        assert title in said(shown)
        assert suspended in said(shown)
        inside = {link.attributes["href"] or "" for link in shown.css("main a")}
        assert [
            one for one in inside if one.startswith("/") and not one.startswith(f"/{language}/")
        ] == []
    foot = re.search("<footer.*?</footer>", (await portal.get(f"/{language}/")).text, re.DOTALL)
    assert foot is not None
    assert f'href="/{language}/log"' in foot[0]


async def test_the_pages_are_kept_as_other_public_pages_are(portal: Portal) -> None:
    await published_log(portal.database, 3)
    for address in ("/log", "/log/1"):
        first = await portal.get(address)
        assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=2, must-revalidate"
        again = await portal.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304


def test_each_kind_and_each_reason_has_words() -> None:
    assert set(wording.SAID) == set(Kind)
    assert set(wording.WHY) == set(Because)
