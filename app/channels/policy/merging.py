"""Which of two rows of one channel is kept. Pure.

Source: issue 5 §3 ("a merge of two channels is a staff decision"); decision 0024.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Row:
    """What matters of one of the two."""

    id: UUID
    added_at: datetime
    held: bool  # proven today, stale or not
    stale: bool


def kept(one: Row, other: Row) -> UUID:
    """The row that is kept: the proven one, then the one seen again lately, then the older."""
    return min(one, other, key=lambda row: (not row.held, row.stale, row.added_at, row.id)).id
