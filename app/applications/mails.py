"""Letters about an application, to the applicant, in their language."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application, Party, Section, Status


@dataclass(frozen=True, slots=True)
class Move:
    """One move, as its letter tells it."""

    old: Status
    new: Status
    party: Party
    because: str = ""
    sections: tuple[Section, ...] = ()


async def tell_moved(session: AsyncSession, application: Application, move: Move) -> None:
    """Tell the applicant of one move; one letter for each (application, version)."""
