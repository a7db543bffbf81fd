"""What pages show of the letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.mail.models import Mail


@dataclass(frozen=True, slots=True)
class MailRow:
    """One letter in a list, or read whole."""

    id: UUID
    created_at: datetime
    to_address: str
    locale: str
    subject: str
    body: str
    state: str
    sent_at: datetime | None


COLUMNS = (
    Mail.id,
    Mail.created_at,
    Mail.to_address,
    Mail.locale,
    Mail.subject,
    Mail.body,
    Mail.state,
    Mail.sent_at,
)


async def latest(
    session: AsyncSession, page: int = 1, per_page: int = 50, words: str = ""
) -> tuple[Sequence[MailRow], int]:
    """The letters of one page, newest first, and how many there are. Two statements.

    Args:
        words: what the address or the subject has to hold; case does not matter.
    """
    where = or_(
        Mail.to_address.icontains(words, autoescape=True),
        Mail.subject.icontains(words, autoescape=True),
    )
    total = await session.scalar(select(func.count()).select_from(Mail).where(where)) or 0
    rows = await session.execute(
        select(*COLUMNS)
        .where(where)
        .order_by(Mail.created_at.desc(), Mail.id.desc())
        .limit(per_page)
        .offset((page - 1) * per_page)
    )
    return tuple(MailRow(*row) for row in rows), total


async def one(session: AsyncSession, mail_id: UUID) -> MailRow | None:
    """One letter."""
    row = (await session.execute(select(*COLUMNS).where(Mail.id == mail_id))).first()
    return MailRow(*row) if row else None
