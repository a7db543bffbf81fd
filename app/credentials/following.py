"""Credentials follow every change of a standing, in its transaction."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.viewer import Viewer
from app.credentials import service
from app.credentials.models import Revoked
from app.members.models import Member, Standing, StandingChange
from app.members.service import following

ENDS: Mapping[Standing, Revoked] = {
    Standing.LAPSED: Revoked.LAPSED,
    Standing.EXPELLED: Revoked.EXPELLED,
    Standing.LEFT: Revoked.LEFT,
}


@following
async def follow(session: AsyncSession, member: Member, change: StandingChange, by: Viewer) -> None:
    """Issue, suspend, restore or revoke, as the change asks.

    What was revoked stays so: who comes back gets another. A member who was suspended before
    credentials were issued, or while all were issued again under a new address, gets theirs when
    the suspension ends.
    """
    credential = await service.live(session, member.id)
    if change.new is Standing.ACTIVE:
        suspended = credential if change.old is Standing.SUSPENDED else None
        if suspended is not None and service.names_us(suspended):
            await service.lift(session, by, member, suspended)
        else:
            await service.issue(session, by, member)
    elif credential is None:
        return
    elif change.new is Standing.SUSPENDED:
        await service.suspend(session, by, member, credential)
    else:
        await service.revoke(session, by, member, credential, ENDS[change.new])
