"""`portal credentials …`, as an operator types it."""

import asyncio
import os
import sys

from sqlalchemy import func, select

from app.core.config import ROOT
from app.credentials.models import Credential, IssuerDocument
from tests.credentials.standing import key, keys
from tests.factories.members import make_member
from tests.portal import Portal


async def command(portal: Portal, *words: str, configured: str = key("test", 7)) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "app.cli", "credentials", *words,
        cwd=ROOT, env={**os.environ, "DATABASE_URL": portal.url, "PORTAL_CREDENTIAL_KEYS": configured},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode().strip()


async def live(portal: Portal) -> int:
    async with portal.transaction() as session:
        counted = select(func.count()).where(Credential.revoked_at.is_(None))
        return await session.scalar(counted) or 0


async def test_an_operator_issues_what_is_missing_and_can_do_so_again(portal: Portal) -> None:
    with keys():
        async with portal.transaction() as session:
            for _ in range(3):
                await make_member(session)
    refused = await command(portal, "issue", configured="")
    assert refused[0] == 1
    assert "PORTAL_CREDENTIAL_KEYS" in refused[1]
    assert await command(portal, "issue") == (0, "3 credentials issued.")
    assert await command(portal, "issue") == (0, "0 credentials issued.")
    assert await live(portal) == 3
    assert await command(portal, "issue", "--again") == (0, "3 credentials issued.")
    assert await live(portal) == 3


async def test_an_operator_publishes_keys_and_withdraws_one(portal: Portal) -> None:
    did = "did:web:localhost%3A8000"
    assert (await command(portal, "did", configured=""))[0] == 1
    assert await command(portal, "did") == (0, f"The document of {did} published.")
    assert await command(portal, "did") == (0, f"The document of {did} is up to date.")
    other = key("next", 8)
    assert (await command(portal, "withdraw", "test"))[0] == 1, "it is in use"
    assert await command(portal, "did", configured=other) == (
        0,
        f"The document of {did} published.",
    )
    done = await command(portal, "withdraw", "test", configured=other)
    assert done == (0, f"The key test speaks for {did} no more.")
    async with portal.transaction() as session:
        documents = (
            await session.scalars(select(IssuerDocument.document).order_by(IssuerDocument.id))
        ).all()
    assert [(b"#test" in one, b"#next" in one) for one in documents] == [
        (True, False), (True, True), (False, True),
    ]  # fmt: skip
