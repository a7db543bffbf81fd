"""`portal credentials …`, as an operator types it."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import func, select

from app.credentials.models import Credential, IssuerDocument
from tests.commands import Commands
from tests.credentials.standing import key, keys
from tests.factories.members import make_member
from tests.portal import Portal

Typed = Callable[..., Awaitable[tuple[int, str]]]


@pytest.fixture
def command(portal: Portal, portal_command: Commands) -> Typed:
    """`portal credentials …` on the portal's database."""

    def typed(*words: str, configured: str = key("test", 7)) -> Awaitable[tuple[int, str]]:
        environment = {"DATABASE_URL": portal.url, "PORTAL_CREDENTIAL_KEYS": configured}
        return portal_command("credentials", *words, **environment)

    return typed


async def live(portal: Portal) -> int:
    async with portal.transaction() as session:
        counted = select(func.count()).where(Credential.revoked_at.is_(None))
        return await session.scalar(counted) or 0


async def test_an_operator_issues_what_is_missing_and_can_do_so_again(
    portal: Portal, command: Typed
) -> None:
    with keys():
        async with portal.transaction() as session:
            for _ in range(3):
                await make_member(session)
    refused = await command("issue", configured="")
    assert refused[0] == 1
    assert "PORTAL_CREDENTIAL_KEYS" in refused[1]
    assert await command("issue") == (0, "3 credentials issued.")
    assert await command("issue") == (0, "0 credentials issued.")
    assert await live(portal) == 3
    assert await command("issue", "--again") == (0, "3 credentials issued.")
    assert await live(portal) == 3


async def test_an_operator_publishes_keys_and_withdraws_one(portal: Portal, command: Typed) -> None:
    did = "did:web:localhost%3A8000"
    assert (await command("did", configured=""))[0] == 1
    assert await command("did") == (0, f"The document of {did} published.")
    assert await command("did") == (0, f"The document of {did} is up to date.")
    other = key("next", 8)
    assert (await command("withdraw", "test"))[0] == 1, "it is in use"
    assert await command("did", configured=other) == (
        0,
        f"The document of {did} published.",
    )
    done = await command("withdraw", "test", configured=other)
    assert done == (0, f"The key test speaks for {did} no more.")
    async with portal.transaction() as session:
        documents = (
            await session.scalars(select(IssuerDocument.document).order_by(IssuerDocument.id))
        ).all()
    assert [(b"#test" in one, b"#next" in one) for one in documents] == [
        (True, False), (True, True), (False, True),
    ]  # fmt: skip
