"""What the log knows already: for whoever lets it catch up with what is older."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, cast, exists
from sqlalchemy.orm import InstrumentedAttribute

from app.audit.models import AuditEvent
from app.trustlog.models import Kind, LogEntry, LogSubject

CATCHING_UP = "log.catch_up"
"""The lock of whoever catches up, or forgets: two at once would write the same entry, or one anew
of somebody who is forgotten just then."""

FORGOTTEN = "log.forgotten"
"""The audit's word for an account of which the log says nothing any more."""


def lacks(
    account_id: InstrumentedAttribute[UUID],
    kind: Kind | None,
    name: str,
    value: InstrumentedAttribute[Any],
) -> ColumnElement[bool]:
    """Whether an account should have an entry of `kind` and has none.

    The entry is known by `value` behind its commitment `name`, which for `kind` None only entries
    of the right kinds have. Who was erased lacks nothing.
    """
    told = and_(
        LogSubject.account_id == account_id,
        LogEntry.subject == LogSubject.subject,
        LogEntry.openings[name][1].astext == cast(value, Text),
        *([] if kind is None else [LogEntry.kind == kind]),
    )
    forgotten = and_(AuditEvent.subject_id == account_id, AuditEvent.action == FORGOTTEN)
    return and_(~exists().where(told), ~exists().where(forgotten))
