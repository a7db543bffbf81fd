"""What tests ask of a member's credentials, and the moves they let a member make."""

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import clock
from app.core.config import settings
from app.core.crypto import uuid7
from app.credentials import status_lists
from app.credentials.models import Credential
from app.credentials.policy.status_list import Purpose, decoded, is_set
from app.members import service
from app.members.models import Member
from tests.factories.members import OPERATOR, REVIEWER, make_profile, viewer_of

Move = Callable[[AsyncSession, Member], Awaitable[object]]


async def suspend(session: AsyncSession, member: Member) -> None:
    until = clock.today() + timedelta(days=30)
    await service.suspend(session, OPERATOR, member.number, until, "Undeclared advertising.")


async def reinstate(session: AsyncSession, member: Member) -> None:
    await service.reinstate(session, OPERATOR, member.number, "Corrected in public.")


async def expel(session: AsyncSession, member: Member) -> None:
    await service.expel(session, OPERATOR, member.number, 12, "Fraud.")


async def leave(session: AsyncSession, member: Member) -> None:
    await service.leave(session, viewer_of(member))


async def lapse(session: AsyncSession, member: Member) -> None:
    """Let the term end: the clock's own move, a year on."""
    with clock.at(clock.now() + timedelta(days=370)):
        await service.keep_terms(session, OPERATOR)


async def end_suspension(session: AsyncSession, member: Member) -> None:
    with clock.at(clock.now() + timedelta(days=32)):
        await service.keep_terms(session, OPERATOR)


async def renew(session: AsyncSession, member: Member) -> None:
    with clock.at(clock.now() + timedelta(days=800)):
        await service.admit(session, REVIEWER, member.account_id, uuid7(), make_profile())


MOVES: Mapping[str, Move] = {
    move.__name__: move for move in (suspend, reinstate, expel, leave, lapse, end_suspension, renew)
}


async def credentials_of(session: AsyncSession, member: Member) -> list[Credential]:
    """All of a member's, oldest first."""
    rows = await session.scalars(
        select(Credential).where(Credential.member_id == member.id).order_by(Credential.id)
    )
    return list(rows.all())


async def in_lists(session: AsyncSession, credential: Credential) -> set[str]:
    """The purposes whose list has the credential's bit set, as served just now."""
    found = set()
    for purpose in Purpose:
        listed = await status_lists.read(session, purpose, credential.list_number)
        assert listed is not None
        bits = decoded(json.loads(await listed.signed())["credentialSubject"]["encodedList"])
        if is_set(bits, credential.list_index):
            found.add(purpose.value)
    return found


def key(name: str, byte: int) -> str:
    """A key as the configuration writes it."""
    return f"{name}:{b64encode(bytes([byte]) * 32).decode()}"


@contextmanager
def keys(*written: str) -> Iterator[None]:
    """Let the configuration name these keys, or none."""
    with patch.dict("os.environ", {"PORTAL_CREDENTIAL_KEYS": ",".join(written)}):
        settings.cache_clear()
        try:
            yield
        finally:
            settings.cache_clear()
    settings.cache_clear()
