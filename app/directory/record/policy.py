"""Which hidden values of a member's entries are opened, and to whom. Pure.

The rule (decision 0026): the record opens what the public profile shows today, and no more. What a
reader was shown once they can prove for ever; what nobody was shown stays closed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from uuid import UUID

from app.trustlog.models import Kind
from app.trustlog.policy.entries import Openings
from app.trustlog.queries.history import Logged

MEMBERSHIP = frozenset(kind for kind in Kind if kind.startswith("membership."))
SANCTIONS = frozenset({Kind.MEMBERSHIP_SUSPENDED, Kind.MEMBERSHIP_EXPELLED})
CHANNELS = frozenset({Kind.CHANNEL_PROVEN, Kind.CHANNEL_LOST})
OF_A_CHANNEL = frozenset({"channel", "platform", "address", "method"})
OF_A_CREDENTIAL = frozenset({"credential", "sha256"})
NOTHING: Openings = MappingProxyType({})


class Reader(Enum):
    """Who reads a record."""

    PUBLIC = "public"
    STAFF = "staff"  # sees beside it the hash of a signature's evidence, which they may open
    OWNER = "owner"  # sees all of their own


@dataclass(frozen=True, slots=True)
class Shown:
    """What the profile shows today, by which the record is opened.

    `channels` are the ids of those that it names; none of who is no member. `sanction` is the entry
    whose reasons it publishes, `credential` the one whose credential is handed out.
    """

    channels: frozenset[str] = frozenset()
    sanction: UUID | None = None
    credential: UUID | None = None


def shown(
    entries: Sequence[Logged], *, present: bool, reasons: str, channels: Collection[UUID]
) -> Shown:
    """What the profile shows.

    Args:
        entries: all of the member's, oldest first.
        present: whether they are a member today, suspended or not.
        reasons: the statement of reasons that the profile publishes now; "" for none.
        channels: those that it names, held or lost.
    """
    return Shown(
        channels=frozenset(map(str, channels)) if present else frozenset(),
        sanction=_sanction(entries, reasons),
        credential=_credential(entries) if present else None,
    )


def _sanction(entries: Sequence[Logged], reasons: str) -> UUID | None:
    """The entry of the sanction that runs: the last move, with the reasons that are published."""
    moves = [entry for entry in entries if entry.kind in MEMBERSHIP]
    if not reasons or not moves or moves[-1].kind not in SANCTIONS:
        return None
    return moves[-1].entry_id if moves[-1].value("because") == reasons else None


def _credential(entries: Sequence[Logged]) -> UUID | None:
    """The entry of the credential that was issued last, unless it was revoked since."""
    last = [entry for entry in entries if entry.kind.startswith("credential.")][-1:]
    return last[0].entry_id if last and last[0].kind is Kind.CREDENTIAL_ISSUED else None


def opened(entry: Logged, profile: Shown, reader: Reader) -> Openings:
    """Salts and values of an entry that `reader` may see. Nothing of somebody who was erased."""
    if entry.openings is None:
        return NOTHING
    if reader is Reader.OWNER:
        return entry.openings
    return _only(entry.openings, _names(entry, profile, reader))


def _only(openings: Openings, names: Collection[str]) -> Mapping[str, tuple[str, str]]:
    return {name: opening for name, opening in openings.items() if name in names}


def _names(entry: Logged, profile: Shown, reader: Reader) -> set[str]:
    names = {"number"}
    if entry.kind in SANCTIONS:
        names.add("until")  # the history of standing tells it for good
    if entry.entry_id == profile.sanction:
        names.add("because")
    if entry.kind in CHANNELS and entry.value("channel") in profile.channels:
        names |= OF_A_CHANNEL
    if entry.entry_id == profile.credential:
        names |= OF_A_CREDENTIAL
    if reader is Reader.STAFF and entry.kind is Kind.CODE_SIGNED:
        names.add("evidence_sha256")
    return names
