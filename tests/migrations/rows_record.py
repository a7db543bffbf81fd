"""Entries of the log in each of their states: the slices have written most of them already."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.viewer import Viewer
from app.trustlog import service as log
from tests.factories.members import make_member


async def fill(session: AsyncSession) -> None:
    """Somebody with entries, and somebody who was erased: theirs are closed for good."""
    await make_member(session)
    erased = await make_member(session)
    by = Viewer(account_id=erased.account_id)
    await log.forget(session, by, erased.account_id)
