"""The rules of membership: numbers, moves of standing, terms. Pure; no database needed."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType

import yaml

from app.core.config import DATA
from app.core.errors import Conflict, Refused
from app.core.i18n import gettext as _
from app.core.text import fold
from app.members.models import Party, Standing

TERM_MONTHS = 12  # design §2, "Assessment"
REMINDERS = (30, 7, 1)  # days before a term ends, furthest first
MOST_WORDS = 500  # of a statement of reasons

MOVES: Mapping[tuple[Standing, Standing], frozenset[Party]] = MappingProxyType(
    {
        (Standing.ACTIVE, Standing.SUSPENDED): frozenset({Party.ADMINISTRATOR}),
        (Standing.SUSPENDED, Standing.ACTIVE): frozenset({Party.ADMINISTRATOR, Party.CLOCK}),
        (Standing.ACTIVE, Standing.EXPELLED): frozenset({Party.ADMINISTRATOR}),
        (Standing.SUSPENDED, Standing.EXPELLED): frozenset({Party.ADMINISTRATOR}),
        (Standing.LAPSED, Standing.EXPELLED): frozenset({Party.ADMINISTRATOR}),
        (Standing.EXPELLED, Standing.ACTIVE): frozenset({Party.ADMINISTRATOR, Party.REVIEWER}),
        # A suspension outlives the term: a lapse would hide it, and a renewal would end it early.
        (Standing.ACTIVE, Standing.LAPSED): frozenset({Party.CLOCK}),
        (Standing.LAPSED, Standing.ACTIVE): frozenset({Party.ADMINISTRATOR, Party.REVIEWER}),
        (Standing.LEFT, Standing.ACTIVE): frozenset({Party.REVIEWER}),
        (Standing.ACTIVE, Standing.LEFT): frozenset({Party.MEMBER}),
        (Standing.SUSPENDED, Standing.LEFT): frozenset({Party.MEMBER}),
        (Standing.LAPSED, Standing.LEFT): frozenset({Party.MEMBER}),
    }
)
SANCTIONS = frozenset({Standing.SUSPENDED, Standing.EXPELLED})
PRESENT = frozenset(
    {Standing.ACTIVE, Standing.SUSPENDED}
)  # a member today, in good standing or not


@dataclass(frozen=True, slots=True)
class Profile:
    """What a member shows of themself, as an approved application hands it over."""

    stage_name: str
    legal_name: str
    legal_name_public: bool
    biography: str
    province: str
    topics: tuple[str, ...]
    languages: tuple[str, ...]
    portrait: str | None


def check_move(old: Standing, new: Standing, party: Party) -> None:
    """Let pass a move of the table.

    Raises:
        Conflict: a standing never moves so, or not by this party.
    """
    if party not in MOVES.get((old, new), frozenset()):
        raise Conflict(
            _("A membership that is “%(old)s” cannot become “%(new)s” in this way.",
              old=standing_name(old), new=standing_name(new))
        )  # fmt: skip


def standing_name(standing: Standing) -> str:
    """A standing in one or two words, in the reader's language."""
    return {
        Standing.ACTIVE: _("In good standing"),
        Standing.SUSPENDED: _("Suspended"),
        Standing.EXPELLED: _("Expelled"),
        Standing.LAPSED: _("Lapsed"),
        Standing.LEFT: _("Left the alliance"),
    }[standing]


# Member numbers: decision 0009.
_DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)
_NUMBER = re.compile(r"DTA(\d{2})(0\d{4}|[1-9]\d{4,8})(\d)", re.ASCII)
_BETWEEN = re.compile(r"[\s.·_/\u2010-\u2015-]+")
_LOOKS_LIKE = re.compile(r"DTA\d[\dOIL]*", re.IGNORECASE | re.ASCII)


def _check_digit(digits: str) -> int:
    """The Damm digit of `digits`; 0 when its own check digit already stands at the end."""
    interim = 0
    for digit in digits:
        interim = _DAMM[interim][int(digit)]
    return interim


def number(year: int, serial: int) -> str:
    """The member number of the `serial`-th member, who joined in `year`.

    Args:
        year: four digits, of the calendar in Vietnam.
        serial: 1 or more; five digits at least are written.

    Source: design §2, "Members and standing"; decision 0009.
    """
    digits = f"{year % 100:02d}{serial:05d}"
    return f"DTA-{digits[:2]}-{digits[2:]}-{_check_digit(digits)}"


def looks_like_number(given: str) -> bool:
    """Whether somebody who typed `given` meant a member number, right or wrong."""
    return bool(_LOOKS_LIKE.fullmatch(_BETWEEN.sub("", given)))


def parse_number(given: str) -> str | None:
    """The canonical form of a member number as people type it; None when it cannot be one.

    Lower case, blanks and missing or other dashes are forgiven; a wrong check digit is not.
    """
    found = _NUMBER.fullmatch(_BETWEEN.sub("", given).upper())
    if found is None or _check_digit("".join(found.groups())) != 0:
        return None
    return "DTA-" + "-".join(found.groups())


def serial_of(canonical: str) -> int:
    """The serial in the canonical form of a member number."""
    return int(canonical.split("-")[2])


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def term_ends(joined: date) -> date:
    """The last day of the term that begins on `joined` (Civil Code 91/2015/QH13, art. 147-148)."""
    return months_after(joined, TERM_MONTHS)


def reminder_due(today: date, ends_on: date) -> int | None:
    """Which of `REMINDERS` is the one to send on `today`; None when it is early or over.

    The nearest one only: a clock that stood still does not send three letters at once.
    """
    left = (ends_on - today).days
    due = [days for days in REMINDERS if 0 <= left <= days]
    return min(due, default=None)


@lru_cache
def _ladder() -> dict[str, list[int]]:
    steps = yaml.safe_load((DATA / "sanctions.yaml").read_text(encoding="utf-8"))["ladder"]
    by_key = {step["key"]: step for step in steps}
    return {
        "suspension": by_key["suspension"]["days"],
        "expulsion": by_key["expulsion"]["bar_months"],
    }


def check_suspension(today: date, until: date) -> None:
    """Let pass a suspension from `today` to the end of `until`.

    Raises:
        Refused: shorter or longer than the ladder of `sanctions.yaml` allows.
    """
    least, most = _ladder()["suspension"]
    if not least <= (until - today).days <= most:
        raise Refused(_("A suspension lasts %(least)s to %(most)s days.", least=least, most=most))


def check_bar(months: int) -> None:
    """Let pass the bar of an expulsion.

    Raises:
        Refused: shorter or longer than the ladder of `sanctions.yaml` allows.
    """
    least, most = _ladder()["expulsion"]
    if not least <= months <= most:
        raise Refused(
            _("An expulsion bars for %(least)s to %(most)s months.", least=least, most=most)
        )


def check_reasons(because: str) -> str:
    """`because`, tidied.

    Raises:
        Refused: there are no reasons, or far too many words.
    """
    because = because.strip()
    if not because:
        raise Refused(_("Give the reasons: the member reads them, and a sanction's are published."))
    if len(because.split()) > MOST_WORDS:
        raise Refused(_("Give the reasons in at most %(most)s words.", most=MOST_WORDS))
    return because


def words(given: str) -> str:
    """`given` folded, with only letters and digits left, one blank between words."""
    return " ".join(re.findall(r"[^\W_]+", fold(given)))


def name_words(stage_name: str) -> str:
    """The folded words of a name, a blank before each: " den vau"."""
    return "".join(f" {word}" for word in words(stage_name).split())
