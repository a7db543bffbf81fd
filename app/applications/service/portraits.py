"""Portraits in the storage: kept before they are referred to, deleted once nothing does."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.applications.models import Application
from app.applications.policy.answers import Portrait
from app.core import jobs, pictures
from app.core.db import transaction
from app.core.viewer import Viewer
from app.members import queries as members

FORGET = "applications.forget_portrait"  # the task in `jobs.py`
SETTLED = timedelta(hours=1)  # by then an upload is saved, or will never be


async def keep(by: Viewer, sizes: Mapping[str, bytes], seen: str) -> Portrait:
    """Store a portrait, to be saved as one's own; to be called while no transaction is open.

    Its deletion is arranged first, should nothing refer to it by then: a process that dies
    between the two leaves no picture of anybody behind.

    Args:
        seen: the section's `mark` as the person saw it; the same file sent twice from one page
            becomes one portrait.
    """
    key = pictures.key_of(sizes, f"{by.own_id}:{seen}")
    async with transaction() as session:
        await jobs.defer(session, FORGET, after=SETTLED, portrait=key)
    await pictures.keep(key, sizes)
    return Portrait(key)


async def let_go(session: AsyncSession, key: str) -> None:
    """Have the portrait `key` deleted once this transaction is over and nothing refers to it."""
    await jobs.defer(session, FORGET, portrait=key)


async def is_in_use(session: AsyncSession, key: str) -> bool:
    """Whether an application or a member refers to the portrait `key`."""
    of_application = await session.scalar(select(exists().where(Application.portrait == key)))
    return bool(of_application) or await members.shows_portrait(session, key)


async def forget_unused(key: str) -> None:
    """Delete the portrait `key` from the storage unless something refers to it."""
    async with transaction() as session:
        in_use = await is_in_use(session, key)
    if not in_use:
        await pictures.forget(key)
