"""The files of a record: proofs that hold without the portal, and nothing in them too much."""

import hashlib
import json
from base64 import b64decode
from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.core.viewer import Viewer
from app.members import service as members
from app.members.models import Member
from app.trustlog import keys
from app.trustlog import service as log
from app.trustlog.monitor import parse_checkpoint, parse_note, signers_of
from app.trustlog.policy.entries import commitment
from app.trustlog.policy.merkle import leaf_hash
from app.trustlog.queries import tree
from tests.directory.recording import (
    LINK,
    lines,
    make_recorded,
    opened,
    own,
    path,
    record_json,
)
from tests.directory.secrets_of_a_member import Secrets, make_member_with_secrets
from tests.directory.test_leaks import everything
from tests.factories.accounts import make_account
from tests.factories.members import OPERATOR, make_member
from tests.portal import Browser, Portal
from tests.trustlog.publishing import publish


def climbed(index: int, size: int, leaf: bytes, hashes: list[bytes]) -> bytes:
    """The root to which a path leads (RFC 9162, section 2.1.3.2), in a test's own words."""
    at, last, found = index, size - 1, leaf
    for one in hashes:
        assert last > 0
        if at % 2 or at == last:
            found = hashlib.sha256(b"\x01" + one + found).digest()
            while not at % 2 and at:
                at, last = at // 2, last // 2
        else:
            found = hashlib.sha256(b"\x01" + found + one).digest()
        at, last = at // 2, last // 2
    assert last == 0
    return found


def checked(text: str) -> dict[str, Any]:
    """What a proof file proves: its extra, once path, root and signature were found to fit."""
    head, _, note = text.partition("\n\n")
    name, extra, index, *path_ = head.split("\n")
    assert name == "c2sp.org/tlog-proof@v1"
    told: dict[str, Any] = json.loads(b64decode(extra.removeprefix("extra ")))
    body = b64decode(told["entry"])
    parsed = parse_note(note)
    assert signers_of(parsed, keys.verifiers())
    head_of = parse_checkpoint(parsed[0])
    found = climbed(
        int(index.removeprefix("index ")), head_of.size, leaf_hash(body), [*map(b64decode, path_)]
    )
    assert found == head_of.root
    committed = json.loads(body)["commitments"]
    for key, (salt, value) in told["openings"].items():
        assert commitment(key, salt, value) == committed[key]
    return told


async def make_published(portal: Portal) -> Member:
    async with portal.transaction() as session:
        member = await make_recorded(session)
    await publish(portal.database)
    return member


async def proof_of(browser: Browser, member: Member, place: int) -> str:
    answer = await browser.get(path(member, f"/{place}.tlog-proof"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    saved = f'attachment; filename="{member.number}-{place}.tlog-proof"'
    assert answer.headers["content-disposition"] == saved
    return answer.text


async def test_each_proof_holds_without_the_portal(portal: Portal) -> None:
    member = await make_published(portal)
    entries = (await record_json(portal, member))["entries"]
    assert len(own(entries)) == 3
    for entry in entries:
        told = checked(await proof_of(portal, member, entry["index"]))
        assert told == {"entry": entry["entry"], "openings": entry["openings"]}


async def test_a_proof_of_another_entry_does_not_hold(portal: Portal) -> None:
    member = await make_published(portal)
    first, second = (await record_json(portal, member))["entries"][:2]
    text = await proof_of(portal, member, first["index"])
    with pytest.raises(AssertionError):
        checked(text.replace(f"index {first['index']}\n", f"index {second['index']}\n"))


async def test_the_data_tell_each_entry_as_it_stands_in_the_log(portal: Portal) -> None:
    member = await make_published(portal)
    told = await record_json(portal, member)
    entries = own(told.pop("entries"))
    async with portal.transaction() as session:
        head = await tree.latest(session)
        found = [await tree.by_index(session, one["index"]) for one in entries]
    assert head is not None
    assert told == {
        "format": "digital-trust-alliance/record/1",
        "number": member.number,
        "profile": f"http://localhost:8000/members/{member.number}",
        "log": {
            "origin": "localhost:8000/log",
            "checkpoint": "http://localhost:8000/log/checkpoint",
            "size": head.size,
        },
    }
    assert [one["kind"] for one in entries] == [
        "membership.begun", "code.signed", "channel.proven",
    ]  # fmt: skip
    for entry, row in zip(entries, found, strict=True):
        assert row is not None
        assert b64decode(entry["entry"]) == row.body
        assert (entry["id"], entry["kind"]) == (str(row.id), row.kind)
        assert entry["at"] == entry["happened_at"] == json.loads(row.body)["at"]
        assert entry["url"] == f"http://localhost:8000/log/{row.index}"
        assert entry["proof"].endswith(path(member, f"/{row.index}.tlog-proof"))
    shown = opened(entries[2])
    assert shown.pop("channel")
    assert shown == {"platform": "tiktok", "address": LINK, "method": "page_code"}
    assert [opened(one) for one in entries[:2]] == [{"number": member.number}, {}]


async def test_what_waits_has_neither_place_nor_proof_in_the_data(portal: Portal) -> None:
    async with portal.transaction() as session:
        member = await make_member(session)
    told = await record_json(portal, member)
    assert told["log"]["size"] is None
    for entry in told["entries"]:
        assert (entry["index"], entry["url"], entry["proof"]) == (None, None, None)


async def test_other_sites_may_read_what_is_the_same_for_all(portal: Portal) -> None:
    member = await make_published(portal)
    for below in (".json", "/1.tlog-proof"):
        headers = (await portal.get(path(member, below))).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
    await portal.sign_in(member.account_id)
    headers = (await portal.get(path(member, ".json"))).headers
    assert "access-control-allow-origin" not in headers
    assert headers["cross-origin-resource-policy"] == "same-origin"


async def test_its_owner_gets_all_of_it_and_no_cache_keeps_that(portal: Portal) -> None:
    member = await make_published(portal)
    public_tag = {"If-None-Match": (await portal.get(path(member, ".json"))).headers["etag"]}
    await portal.sign_in(member.account_id)
    entries = own((await record_json(portal, member))["entries"])
    assert set(opened(entries[1])) == {"evidence_sha256"}
    assert {"number", "change"} == set(opened(entries[0]))
    told = checked(await proof_of(portal, member, entries[1]["index"]))
    assert "evidence_sha256" in told["openings"]
    for below in ("", ".json", f"/{entries[1]['index']}.tlog-proof"):
        answer = await portal.get(path(member, below), headers=public_tag)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    html = (await portal.get(path(member))).text
    assert "This is your own record" in html
    assert told["openings"]["evidence_sha256"][1] in html


@pytest.mark.parametrize("role", ["reviewer", None])
async def test_the_hash_of_the_evidence_is_for_staff_and_not_for_others(
    portal: Portal, role: str | None
) -> None:
    member = await make_published(portal)
    async with portal.transaction() as session:
        reader = await make_account(session, roles=(role,) if role else ())
    await portal.sign_in(reader.id)
    entries = own((await record_json(portal, member))["entries"])
    assert set(opened(entries[1])) == ({"evidence_sha256"} if role else set())
    assert set(opened(entries[0])) == {"number"}


@pytest.fixture
async def secrets(portal: Portal) -> Secrets:
    """A member of whom everything private is a word of its own, with all entries published."""
    async with portal.transaction() as session:
        found = await make_member_with_secrets(session)
    await publish(portal.database)
    return found


async def test_no_file_of_a_record_tells_what_is_private(portal: Portal, secrets: Secrets) -> None:
    below = f"/members/{secrets.number}/record"
    entries = (await portal.get(f"{below}.json")).json()["entries"]
    kinds = {one["kind"] for one in entries}
    assert {"code.signed", "channel.lost", "membership.suspended"} <= kinds
    addresses = [below, f"{below}.json", *(one["proof"] for one in entries)]
    for address in addresses:
        for language in ("", "/vi"):
            answer = await portal.get(language + address.removeprefix("http://localhost:8000"))
            assert answer.status_code == 200
            assert secrets.in_text(everything(answer)) == [], address
    named = [one for one in entries if "address" in one["openings"]]
    assert {one["openings"]["channel"][1] for one in named} >= {secrets.channel}


async def test_after_an_erasure_the_record_says_nothing_and_the_tree_is_what_it_was(
    portal: Portal,
) -> None:
    member = await make_published(portal)
    entries = (await record_json(portal, member))["entries"]
    kept = await proof_of(portal, member, entries[0]["index"])
    async with portal.transaction() as session:
        before = await tree.latest(session)
        by = Viewer(account_id=member.account_id)
        assert await log.forget(session, by, member.account_id) == len(entries)
    html = (await portal.get(path(member))).text
    assert lines(html) == []
    assert "No entry yet" in html
    assert (await record_json(portal, member))["entries"] == []
    for entry in entries:
        gone = await portal.get(path(member, f"/{entry['index']}.tlog-proof"))
        assert gone.status_code == 404
        text = (await portal.get(f"/log/{entry['index']}/proof")).text
        assert checked(text) == {"entry": entry["entry"], "openings": {}}
        for salt, value in entry["openings"].values():
            assert salt not in text
            assert value not in (await portal.get(f"/log/{entry['index']}")).text
    assert checked(kept)
    async with portal.transaction() as session:
        assert await tree.latest(session) == before


async def test_what_is_logged_after_an_erasure_goes_on_under_another_name(portal: Portal) -> None:
    member = await make_published(portal)
    old = (await record_json(portal, member))["entries"][0]
    async with portal.transaction() as session:
        await log.forget(session, Viewer(account_id=member.account_id), member.account_id)
        await members.suspend(
            session, OPERATOR, member.number, clock.today() + timedelta(days=20), "Quảng cáo sai."
        )
    published = await publish(portal.database)
    assert published is not None
    [entry] = own((await record_json(portal, member))["entries"])
    assert entry["kind"] == "membership.suspended"
    subjects = [json.loads(b64decode(one["entry"]))["subject"] for one in (old, entry)]
    assert subjects[0] != subjects[1]
