"""What a route may ask for: the database in the right mode, and the person who asks."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import database
from app.core.errors import NotAllowed, NotSignedIn
from app.core.viewer import Viewer
from app.web.sessions import viewer_of


async def read_session() -> AsyncIterator[AsyncSession]:
    """The database to read from for the request; it refuses every write."""
    async with database().read() as session:
        yield session


async def write_session() -> AsyncIterator[AsyncSession]:
    """One transaction for the request: committed before the answer leaves, undone by `raise`."""
    async with database().write() as session:
        yield session


async def current_viewer(request: Request) -> Viewer:
    """Who asks, known or not."""
    return viewer_of(request)


async def signed_in(viewer: Annotated[Viewer, Depends(current_viewer)]) -> Viewer:
    """Who asks, and is known.

    Raises:
        NotSignedIn: nobody is signed in; the answer leads to signing in and back here.
    """
    if not viewer.signed_in:
        raise NotSignedIn
    return viewer


async def staff(viewer: Annotated[Viewer, Depends(signed_in)]) -> Viewer:
    """Who asks, and wears a staff hat; which one a task needs is the service's to check.

    Raises:
        NotSignedIn, NotAllowed: not known, or not staff.
    """
    if not viewer.is_staff:
        raise NotAllowed("not staff")
    return viewer


# scope="function": the transaction ends before the answer is sent, not after it.
ReadSession = Annotated[AsyncSession, Depends(read_session, scope="function")]
WriteSession = Annotated[AsyncSession, Depends(write_session, scope="function")]
CurrentViewer = Annotated[Viewer, Depends(current_viewer)]
SignedIn = Annotated[Viewer, Depends(signed_in)]
Staff = Annotated[Viewer, Depends(staff)]
