"""Verifiers that we did not write accept a credential, and no longer once standing changes."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from awr import proof as another  # another implementation of eddsa-jcs-2022

from app.core import clock
from app.core.db import Database
from app.credentials.policy.multikey import ED25519, from_multibase
from app.members import service
from tests.credentials.served import served
from tests.factories.members import OPERATOR, make_member, viewer_of

FOLDER = Path(__file__).parent / "verifier"
pytestmark = pytest.mark.xdist_group("verifier")


@pytest.fixture(scope="module")
async def portal(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Database]]:
    """A portal that answers over HTTP, and its database."""
    async with served(tmp_path_factory.mktemp("verified")) as found:
        yield found


@pytest.fixture(scope="module")
def node() -> str:
    """Node.js, with the libraries beside `verify.mjs`."""
    found = shutil.which("node")
    assert found, "Node.js 18 or newer is needed: scripts/check.py installs it"
    assert (FOLDER / "node_modules").is_dir(), "run `npm ci` in tests/credentials/verifier"
    return found


async def verdict(node: str, address: str, credential: bytes) -> dict[str, Any]:
    """What Digital Bazaar's libraries make of a credential."""
    process = await asyncio.create_subprocess_exec(
        node, str(FOLDER / "verify.mjs"), address,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, complaint = await process.communicate(credential)
    assert process.returncode == 0, complaint.decode()
    found: dict[str, Any] = json.loads(out)
    return found


def download(address: str, number: str) -> bytes:
    answer = httpx2.get(f"{address}/members/{number}/credential.json")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/vc"
    return answer.content


async def test_it_accepts_rejects_while_suspended_and_accepts_again(
    portal: tuple[str, Database], node: str
) -> None:
    address, database = portal
    async with database.write() as session:
        member = await make_member(session)
    credential = download(address, member.number)
    told = await verdict(node, address, credential)
    assert told["errors"] == []
    assert told["accepted"]

    until = clock.today() + timedelta(days=30)
    async with database.write() as session:
        await service.suspend(session, OPERATOR, member.number, until, "Undeclared advertising.")
    told = await verdict(node, address, credential)
    assert told["verified"], "its proofs hold still"
    assert told["set"] == {"revocation": False, "suspension": True}
    assert not told["accepted"]
    assert download(address, member.number) == credential, "the document does not change"

    async with database.write() as session:
        await service.reinstate(session, OPERATOR, member.number, "Corrected in public.")
    assert (await verdict(node, address, credential))["accepted"]


async def test_it_rejects_for_good_when_the_member_leaves(
    portal: tuple[str, Database], node: str
) -> None:
    address, database = portal
    async with database.write() as session:
        member = await make_member(session)
    credential = download(address, member.number)
    async with database.write() as session:
        await service.leave(session, viewer_of(member))
    told = await verdict(node, address, credential)
    assert told["verified"]
    assert told["set"] == {"revocation": True, "suspension": False}
    assert not told["accepted"]


async def test_it_rejects_what_was_changed(portal: tuple[str, Database], node: str) -> None:
    address, database = portal
    async with database.write() as session:
        member = await make_member(session)
    credential = json.loads(download(address, member.number))
    credential["name"] = "Somebody else"
    told = await verdict(node, address, json.dumps(credential).encode())
    assert not told["verified"]
    assert told["errors"]


async def test_another_implementation_of_the_json_suite_agrees(
    portal: tuple[str, Database],
) -> None:
    address, database = portal
    async with database.write() as session:
        member = await make_member(session)
    credential = json.loads(download(address, member.number))
    proof = next(one for one in credential["proof"] if one["cryptosuite"] == another.CRYPTOSUITE)
    document = httpx2.get(f"{address}/.well-known/did.json").json()
    method = next(
        one for one in document["verificationMethod"] if one["id"] == proof["verificationMethod"]
    )
    key = from_multibase(method["publicKeyMultibase"]).removeprefix(ED25519)
    assert another.verify_document_signature(credential, proof, key)
    credential["validUntil"] = "2099-01-01T00:00:00Z"
    assert not another.verify_document_signature(credential, proof, key)
