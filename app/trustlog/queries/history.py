"""What the log says of an account: for pages about that person, and for nobody else.

All of it is read from the bodies, which the tree holds: columns beside them only help to find them.
Who was erased has no entries here: nothing says any more which of them were theirs.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Row, Uuid, any_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.trustlog.models import Kind, LogEntry, LogSubject
from app.trustlog.policy.entries import HAPPENED, Openings, fitting


@dataclass(frozen=True)
class Logged:
    """One entry. `index` is its place in the log; None until the sequencer has published it.

    `at` is when it was written, `openings` what stands behind its commitments: None once erased.
    """

    entry_id: UUID
    index: int | None
    kind: Kind
    at: datetime
    subject: str
    body: bytes
    openings: Openings | None

    @cached_property
    def facts(self) -> Mapping[str, str]:
        """What the entry tells to all."""
        told: Mapping[str, str] = json.loads(self.body)["facts"]
        return told

    @cached_property
    def happened_at(self) -> datetime:
        """When what it tells happened; earlier than `at` for what was older than the log."""
        told = self.facts.get(HAPPENED)
        return datetime.fromisoformat(told) if told else self.at

    def value(self, name: str) -> str | None:
        """What stands behind the commitment `name`; None where nothing does, or no longer."""
        opening = (self.openings or {}).get(name)
        return opening[1] if opening else None


_E, _S = LogEntry.__table__.c, LogSubject.__table__.c
_OF_ACCOUNTS = (
    select(
        _S.account_id,
        _E.id,
        _E.index.label("place"),
        _E.subject,
        _E.body,
        _E.openings,
    )
    .select_from(LogSubject.__table__.join(LogEntry.__table__, _E.subject == _S.subject))
    .where(_S.account_id == any_(bindparam("accounts", type_=ARRAY(Uuid))))
)


async def of_account(session: AsyncSession, account_id: UUID) -> tuple[Logged, ...]:
    """All entries about an account, by when they happened, oldest first. One statement."""
    return (await of_accounts(session, [account_id]))[account_id]


async def of_accounts(
    session: AsyncSession, account_ids: Collection[UUID]
) -> dict[UUID, tuple[Logged, ...]]:
    """The entries about several accounts, each as `of_account` has them. One statement."""
    found: dict[UUID, list[Logged]] = {account: [] for account in account_ids}
    for row in await session.execute(_OF_ACCOUNTS, {"accounts": list(found)}):
        found[row.account_id] += _logged(row)
    return {account: _in_order(entries) for account, entries in found.items()}


async def account_of(session: AsyncSession, subject: str) -> UUID | None:
    """Whom entries tell of under `subject`; None for nobody, or somebody erased. One statement.

    For pages that were shown a salt of one of those entries: the name alone tells nobody.
    """
    return await session.scalar(select(LogSubject.account_id).where(LogSubject.subject == subject))


def _in_order(entries: list[Logged]) -> tuple[Logged, ...]:
    return tuple(sorted(entries, key=lambda one: (one.happened_at, one.at, one.entry_id)))


def _logged(row: Row[*tuple[Any, ...]]) -> list[Logged]:
    """The entry; none where it says itself that it is about somebody else."""
    told = json.loads(row.body)
    if told.get("subject") != row.subject:
        return []
    opened = row.openings and {name: (salt, value) for name, (salt, value) in row.openings.items()}
    return [
        Logged(
            entry_id=row.id,
            index=row.place,
            kind=Kind(told["kind"]),
            at=datetime.fromisoformat(told["at"]),
            subject=row.subject,
            body=bytes(row.body),
            openings=None if opened is None else fitting(told["commitments"], opened),
        )
    ]
