"""Which moves an application may make, who may make them, and who may start one.

Source: design §2, "Applications".
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from babel.support import LazyProxy

from app.applications.models import OPEN, Party, Section
from app.applications.models import Status as S  # noqa: N817 - the table of moves reads best so
from app.core.errors import Conflict, Refused
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.core.i18n import lazy_gettext as _l
from app.core.text import fold

MOVES: Mapping[tuple[S, S], Party] = MappingProxyType(
    {
        (S.DRAFT, S.SUBMITTED): Party.APPLICANT,
        (S.SUBMITTED, S.IN_REVIEW): Party.REVIEWER,
        (S.IN_REVIEW, S.SUBMITTED): Party.REVIEWER,  # released
        (S.IN_REVIEW, S.INFO_REQUESTED): Party.REVIEWER,
        (S.INFO_REQUESTED, S.SUBMITTED): Party.APPLICANT,
        (S.IN_REVIEW, S.APPROVED): Party.REVIEWER,
        (S.IN_REVIEW, S.DECLINED): Party.REVIEWER,
        **{(old, S.WITHDRAWN): Party.APPLICANT for old in OPEN},
        **{(old, S.EXPIRED): Party.CLOCK for old in (S.DRAFT, S.INFO_REQUESTED)},
    }
)
DECIDED = frozenset({S.APPROVED, S.DECLINED})
CLOSED = frozenset(S) - frozenset(OPEN)
REAPPLY_DAYS = 30  # after a refusal

STATUS_NAMES: Mapping[S, LazyProxy] = MappingProxyType(
    {
        S.DRAFT: _l("Draft"),
        S.SUBMITTED: _l("Submitted"),
        S.IN_REVIEW: _l("In review"),
        S.INFO_REQUESTED: _l("Changes asked for"),
        S.APPROVED: _l("Approved"),
        S.DECLINED: _l("Declined"),
        S.WITHDRAWN: _l("Withdrawn"),
        S.EXPIRED: _l("Expired"),
    }
)
SECTION_NAMES: Mapping[Section, LazyProxy] = MappingProxyType(
    {
        Section.ABOUT: _l("About you"),
        Section.CHANNELS: _l("Your channels"),
        Section.TOPICS: _l("Topics and biography"),
        Section.PORTRAIT: _l("Your portrait"),
        Section.DECLARATIONS: _l("Declarations"),
        Section.CONDUCT: _l("Code of conduct"),
    }
)
DECLINE_REASONS: Mapping[str, LazyProxy] = MappingProxyType(
    {
        "below_mark": _l("The assessment does not reach the mark."),
        "unproven": _l("Control of the channels named could not be shown."),
        "undisclosed_ads": _l("Paid content of recent months is not marked as such."),
        "record": _l("Recent sanctions or uncorrected errors stand against it."),
        "not_genuine": _l("Followers, views or comments do not look genuine."),
        "unlawful": _l("Content breaks the law or endangers people."),
        "qualification": _l("The qualification for an expert topic is missing."),
        "untrue": _l("Answers in the application are not true."),
        "not_eligible": _l("The person is not a content creator with a public in Vietnam."),
        "other": _l("Another reason, given below."),
    }
)


def check_move(old: S, new: S, party: Party) -> None:
    """Let pass a move of the table.

    Raises:
        Conflict: an application never moves so, or not by this party.
    """
    if MOVES.get((old, new)) is not party:
        raise Conflict(
            _("An application that is “%(old)s” cannot become “%(new)s” in this way.",
              old=STATUS_NAMES[old], new=STATUS_NAMES[new])
        )  # fmt: skip


def check_start(
    today: date, *, has_open: bool, is_member: bool, bar_until: date | None, reapply_on: date | None
) -> None:
    """Let somebody begin an application.

    Args:
        today: the date in Vietnam.
        has_open: whether another one of theirs is under way.
        is_member: whether they are a member today, suspended or not.
        bar_until: last day of the bar of an expulsion.
        reapply_on: first day after a refusal on which they may apply again.

    Raises:
        Conflict: another application is open, or they are a member.
        Refused: the bar or the delay still runs; the message says until when.
    """
    if has_open:
        raise Conflict(_("You have an application under way already."))
    if is_member:
        raise Conflict(_("You are a member already."))
    if bar_until is not None and today <= bar_until:
        raise Refused(_("You cannot apply before the end of %(day)s.", day=format_date(bar_until)))
    if reapply_on is not None and today < reapply_on:
        raise Refused(_("You can apply again from %(day)s.", day=format_date(reapply_on)))


def may_edit(status: S, asked: frozenset[Section], section: Section) -> bool:
    """Whether the applicant may change `section` now: all of a draft, or what was asked for."""
    return status is S.DRAFT or (status is S.INFO_REQUESTED and section in asked)


def name_key(legal_name: str) -> str:
    """The name as duplicates are looked for: folded, its words in one order."""
    return " ".join(sorted(fold(legal_name).split()))
