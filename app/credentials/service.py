"""Issuing credentials, and keeping what the status lists say of them true."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.credentials.queries import Issued


async def current(session: AsyncSession, number: str) -> Issued | None:
    """The newest credential of the member with a canonical number, revoked or not.

    None when they never had one.
    """
    raise NotImplementedError


async def signed(session: AsyncSession, credential: Issued) -> bytes:
    """The credential's JSON with both proofs, by the key in use: the same bytes each time."""
    raise NotImplementedError
