"""A sealed document, and one that is sealed for long; their files are nobody's business here."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct.models import SealedDocument, SealLevel, Signature
from app.core import clock
from app.core.crypto import digest


async def fill(session: AsyncSession) -> None:
    """Documents of the first two signatures."""
    found = await session.scalars(select(Signature.id).order_by(Signature.id).limit(2))
    for level, signature_id in zip(SealLevel, found.all(), strict=True):
        session.add(
            SealedDocument(
                signature_id=signature_id,
                sha256=digest(str(signature_id)),
                size=90_000,
                level=level,
                sealed_at=clock.now(),
                holds_until=clock.now() + timedelta(days=3650),
                sealed_by="Liên minh Niềm tin số",
                stamped_by="Cơ quan cấp dấu thời gian",
                self_made=level is SealLevel.B_T,
            )
        )
    await session.flush()
