"""An entry of the log as a proof file holds it: in plain words, with what was opened of it."""

from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.i18n import OWN_NAMES
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.trustlog.models import LARGEST, Kind
from app.trustlog.policy.entries import FORMAT, HAPPENED, commitment
from app.trustlog.wording import said
from app.verify.evidence import moment
from app.verify.finding import Fact
from app.verify.given import read_json
from app.verify.limits import LONGEST_FACT, MOST_FACTS

LABELS: Mapping[str, Any] = {
    "version": _l("Version of the code"),
    "language": _l("Language of the text"),
    "effective_from": _l("In force from"),
    "number": _l("Member number"),
    "until": _l("Until"),
    "because": _l("Reason"),
    "party": _l("By whose act"),
    "platform": _l("Platform"),
    "address": _l("Address of the channel"),
    "method": _l("Way of proof"),
    "reason": _l("Reason"),
    "evidence_sha256": _l("SHA-256 of the evidence"),
    "sha256": _l("SHA-256 of the document"),
    "level": _l("Kind of seal"),
    "digest": _l("Digest of the version"),
    "change": _l("Number of the change"),
    "channel": _l("Number of the channel"),
    "proof": _l("Number of the proof"),
    "credential": _l("Number of the credential"),
    "did": _l("Name of the issuer"),
    "vkeys": _l("Keys of the log"),
    HAPPENED: _l("Happened on"),
}
"""What names of facts and commitments are called; hashes by language keep their names."""

VALUES: Mapping[str, Mapping[str, Any]] = {
    "party": {
        "reviewer": _l("a reviewer"),
        "member": _l("the member"),
        "administrator": _l("an administrator"),
        "clock": _l("the end of a term"),
    },
    "language": OWN_NAMES,
}
"""What some values are called."""

EXACT = frozenset({"address", "change", "channel", "proof", "credential", "did", "digest", "vkeys"})


@dataclass(frozen=True, slots=True)
class Opened:
    """An entry, and of what the file opens: `true` by name, and the names of what is `false`."""

    kind: Kind
    at: str
    subject: str
    facts: Mapping[str, str]
    true: Mapping[str, str]
    false: tuple[str, ...]


def inside(extra: bytes | None) -> bytes | None:
    """The bytes of the entry in a proof's extra line; None without one that can be read."""
    told = read_json(extra) if extra is not None else None
    written = (told or {}).get("entry")
    if not isinstance(written, str):
        return None
    try:
        found = b64decode(written, validate=True)
    except ValueError:
        return None
    return found if 0 < len(found) <= LARGEST else None


def opened(body: bytes, extra: bytes | None) -> Opened | None:
    """The entry with what the file opens of it; None when it is none of ours."""
    told = read_json(body)
    if told is None or told.get("format") != FORMAT:
        return None
    try:
        kind = Kind(_text(told.get("kind")))
    except ValueError:
        return None
    true, false = _openings(_texts(told.get("commitments")), extra)
    return Opened(
        kind=kind,
        at=_text(told.get("at")),
        subject=_text(told.get("subject")),
        facts=_texts(told.get("facts")),
        true=true,
        false=false,
    )


def _openings(
    commitments: Mapping[str, str], extra: bytes | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    given = (read_json(extra) or {}).get("openings") if extra is not None else None
    true: dict[str, str] = {}
    false: list[str] = []
    for name, pair in given.items() if isinstance(given, dict) else ():
        match pair:
            case [str(salt), str(value)] if _holds(name, salt, value, commitments.get(name)):
                true[name] = value
            case _:
                false.append(name)
    return true, tuple(false)


def _holds(name: str, salt: str, value: str, committed: str | None) -> bool:
    try:
        return committed is not None and commitment(name, salt, value) == committed
    except ValueError:  # a lone surrogate has no canonical form
        return False


def labels(names: Iterable[str]) -> str:
    """Names of facts in words, as one text."""
    found = [str(LABELS[name]) if name in LABELS else name for name in names]
    return ", ".join(dict.fromkeys(found))[:LONGEST_FACT]


def public_facts(entry: Opened) -> tuple[Fact, ...]:
    """What an entry says to everybody."""
    rows = [Fact(_("What happened"), said(entry.kind)), Fact(_("Written on"), moment(entry.at))]
    return (*rows, *_named(entry.facts))


def facts(entry: Opened) -> tuple[Fact, ...]:
    """All that an entry says to who has the file."""
    return (*public_facts(entry), *_named(entry.true))


def _named(values: Mapping[str, str]) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            str(LABELS.get(name, name)),
            _value(name, value),
            exact="sha256" in name or name in EXACT or name not in LABELS,
        )
        for name, value in list(values.items())[:MOST_FACTS]
    )


def _value(name: str, value: str) -> str:
    if name == HAPPENED:
        return moment(value)
    return str(VALUES.get(name, {}).get(value, value))[:LONGEST_FACT]


def _text(given: Any) -> str:
    return given[:LONGEST_FACT] if isinstance(given, str) else ""


def _texts(given: Any) -> dict[str, str]:
    if not isinstance(given, dict):
        return {}
    return {name: value for name, value in given.items() if isinstance(value, str)}
