"""Which hats open which of the staff's pages; what a hat may do there is its service's to check."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from app.accounts import policy as accounts
from app.applications.policy import reviewing
from app.applications.service import review
from app.core.db import transaction
from app.core.errors import NotAllowed
from app.core.viewer import Viewer
from app.web.deps import Staff


async def administrator(viewer: Staff) -> Viewer:
    """Who asks, and runs the portal.

    Raises:
        NotAllowed: somebody of staff without that hat.
    """
    if not accounts.may_manage_staff(viewer):
        raise NotAllowed("for administrators")
    return viewer


Administrator = Annotated[Viewer, Depends(administrator)]


async def reader(viewer: Staff) -> Viewer:
    """Who asks, and may read applications.

    Raises:
        NotAllowed: somebody of staff without a hat for that.
    """
    if not reviewing.may_read(viewer):
        raise NotAllowed("application: not a reader")
    return viewer


Reader = Annotated[Viewer, Depends(reader)]


async def opened_file(viewer: Reader, application_id: UUID) -> Viewer:
    """Who asks, let into one application; that they looked is written down first (decision 0015).

    A transaction of its own, over before the page's begins: pages that only show run read-only.

    Raises:
        NotAllowed, Missing: as `review.open_file` says.
    """
    async with transaction() as session:
        await review.open_file(session, viewer, application_id)
    return viewer


# Stands before the session among a route's parameters, so that it runs before it.
OpenedFile = Annotated[Viewer, Depends(opened_file)]
