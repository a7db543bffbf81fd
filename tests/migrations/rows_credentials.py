"""Credentials in each of their states, and a key that has retired."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.credentials import issuer
from app.members import service
from tests.credentials.standing import key, keys
from tests.factories.members import OPERATOR, make_member, viewer_of


async def fill(session: AsyncSession) -> None:
    """One that holds, one that is suspended, one that is revoked and replaced by nothing."""
    with keys(key("retired", 3)):
        await make_member(session)
    await issuer.publish(session, OPERATOR)
    held = await make_member(session)
    until = clock.today() + timedelta(days=30)
    await service.suspend(session, OPERATOR, held.number, until, "Undeclared advertising.")
    await service.leave(session, viewer_of(await make_member(session)))
