"""`/is/{token}`, where rel="me" links lead, and from where they lead back."""

from collections.abc import Awaitable, Callable
from typing import Protocol
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.channels import queries
from app.core.errors import Missing
from app.web.deps import ReadSession
from app.web.pages import page

router = APIRouter()


class MemberShown(Protocol):
    """What the page of a rel="me" address says of a member."""

    @property
    def number(self) -> str:
        """The member number."""

    @property
    def stage_name(self) -> str:
        """The name they are known by."""

    @property
    def standing(self) -> str:
        """Their standing, a key of the pages."""

    @property
    def present(self) -> bool:
        """Whether they are a member today."""


async def _no_member(_session: AsyncSession, _account_id: UUID) -> MemberShown | None:
    return None


member_of: Callable[[AsyncSession, UUID], Awaitable[MemberShown | None]] = _no_member
"""Who is a member; main.py puts the slice of members here, which stands above."""


@router.get("/is/{token}")
async def identity(request: Request, token: str, session: ReadSession) -> Response:
    """Where rel="me" links of one account lead, and whether it is a member's.

    Links of a member's page lead back to what is proven theirs, and to nothing else: whoever
    follows such links in both directions may believe them.
    """
    account_id = await queries.account_of_token(session, token)
    if account_id is None:
        raise Missing
    member = await member_of(session, account_id)
    own = await queries.channels_of(session, account_id) if member and member.present else ()
    proven = [one for one in own if one.held and not one.disputed_since]
    return page(request, "channels/identity.html", member=member, channels=proven)
