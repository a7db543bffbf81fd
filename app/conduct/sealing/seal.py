"""What a check of a sealed document finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.conduct.models import SealLevel

EVIDENCE = "evidence.json"  # the name under which the evidence is attached to a document


class Changed(StrEnum):
    """What happened to a document since it was sealed."""

    NOTHING = ""
    BYTES = "bytes"  # what was sealed is no longer what it was
    ADDED = "added"  # what was sealed is as it was, and something was added to the file afterwards
    UNREADABLE = "unreadable"  # there is a seal, and the file is too broken to say more


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal of a PDF as a check found it. Names are those in the certificates."""

    intact: bool  # what was sealed is unchanged, and the signature is that of the certificate
    trusted: bool  # the certificate, at the time of the seal, leads to a root that we trust
    whole: bool  # the seal covers the entire file: nothing was added since
    changed: Changed
    sealed_by: str
    sealed_at: datetime | None  # as the time stamp says; None without one that holds
    stamped_by: str
    holds_until: datetime | None  # the certificate of its last time stamp expires then
    level: SealLevel | None  # None for less than a seal with the time of an authority
    self_made: bool  # by an authority of the demonstration's own: proves nothing outside
    attachments: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def genuine(self) -> bool:
        """Whether this is a document of ours, as we sealed it."""
        sealed = self.intact and self.trusted and self.level is not None
        return sealed and self.whole and self.changed is Changed.NOTHING
