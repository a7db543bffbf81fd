"""What a list says of each of its lines: the answer in a few words, and what it comes from."""

from collections.abc import Sequence

from app.core.config import settings
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.directory.queries.check import Answer, Held, Verdict
from app.directory.queries.lines import ChannelLine
from app.members.models import Standing
from app.members.queries import MemberView

LOOKS = {  # as colour (`status--…`) and icon
    Verdict.LOOKALIKE: ("bad", "triangle-alert"),
    Verdict.SUSPENDED: ("warn", "circle-pause"),
    Verdict.LOST: ("warn", "unlink"),
    Verdict.FORMER: ("quiet", "log-out"),
    Verdict.ELSEWHERE: ("warn", "shuffle"),
    Verdict.SEVERAL: ("wait", "users"),
    Verdict.MISTYPED: ("bad", "circle-x"),
    Verdict.UNREADABLE: ("wait", "circle-question-mark"),
    Verdict.NAME: ("wait", "user"),
    Verdict.UNKNOWN: ("quiet", "circle-dashed"),
    Verdict.GOOD: ("good", "badge-check"),
}


def word(verdict: Verdict) -> str:
    """An answer in a few words."""
    return {
        Verdict.GOOD: _("Member in good standing"),
        Verdict.SUSPENDED: _("Member, suspended"),
        Verdict.FORMER: _("No longer a member"),
        Verdict.SEVERAL: _("Handle of several members"),
        Verdict.LOST: _("No longer proven"),
        Verdict.LOOKALIKE: _("Looks like a member, is not"),
        Verdict.ELSEWHERE: _("A member’s handle, elsewhere"),
        Verdict.UNKNOWN: _("Not proven by any member"),
        Verdict.MISTYPED: _("Mistyped member number"),
        Verdict.NAME: _("A name, not an account"),
        Verdict.UNREADABLE: _("Cannot be checked"),
    }[verdict]


def meaning(verdict: Verdict) -> str:
    """What an answer means, said once for all lines that have it."""
    return {
        Verdict.GOOD: _("A member has proven this account and is in good standing."),
        Verdict.SUSPENDED: _("A member has proven this account, and is suspended at present."),
        Verdict.FORMER: _("It belonged to somebody who was a member and is none today."),
        Verdict.SEVERAL: _("Give the whole link to know which account it is."),
        Verdict.LOST: _(
            "It was proven once. Since then nobody has shown that it is still theirs: it may have"
            " been sold, stolen or given up."
        ),
        Verdict.LOOKALIKE: _("Nobody has proven it, and it is easily taken for a member’s."),
        Verdict.ELSEWHERE: _(
            "A member has the same handle on another platform. Here it may be anybody’s."
        ),
        Verdict.UNKNOWN: _(
            "That alone does not make it a fake: its owner may not have applied. But if it says"
            " that it belongs to a member, do not believe it."
        ),
        Verdict.MISTYPED: _(
            "Its last digit does not fit the others: a digit is wrong, or two are swapped."
        ),
        Verdict.NAME: _("Anyone can use a name. Give the link or the handle of the account."),
        Verdict.UNREADABLE: _("It names no account. Put it right and check it again."),
    }[verdict]


def named(answer: Answer) -> tuple[Held, ...]:
    """The members to name beside a line: whose it is, or the one whom it is most like."""
    return answer.people[:1] if answer.likes else answer.people


def detail(answer: Answer) -> str:
    """What is to be said of this one line besides `meaning`; often nothing."""
    if answer.verdict is Verdict.UNREADABLE:
        return answer.reason
    if answer.verdict is Verdict.UNKNOWN and answer.by_number:
        return _("The number is well formed but was never given. Somebody may have made it up.")
    if answer.likes:
        return _likeness(answer)
    if not answer.people:
        return ""
    said = [_standing(answer.member), _proof(answer), *_remarks(answer)]
    return " ".join(filter(None, said))


def _likeness(answer: Answer) -> str:
    """Whose account or name it is like, and which letters tell them apart."""
    closest = answer.likes[0]
    if not closest.held.channels:
        return _("Compare with the page of %(name)s.", name=closest.held.member.stage_name)
    theirs = _("Theirs: %(channels)s.", channels=_named(closest.held.channels))
    return " ".join((*closest.difference.notes, theirs))


def _standing(member: MemberView) -> str:
    """What is held to a member, or against them."""
    day = format_date(member.standing_since)
    if member.standing is Standing.SUSPENDED and member.standing_until:
        return _(
            "Suspended since %(since)s and until the end of %(until)s.",
            since=day,
            until=format_date(member.standing_until),
        )
    return {
        Standing.EXPELLED: _("Expelled on %(day)s.", day=day),
        Standing.LAPSED: _("The term ended on %(day)s.", day=format_date(member.term_ends_on)),
        Standing.LEFT: _("Left on %(day)s.", day=day),
    }.get(member.standing, "")


def _proof(answer: Answer) -> str:
    """Which accounts the answer is about, and since or until when they are proven."""
    channels = [channel for held in answer.people for channel in held.channels]
    if not channels:
        return ""
    if answer.verdict is Verdict.LOST and channels[0].until:
        return _("Proven until %(day)s.", day=format_date(channels[0].until))
    if answer.by_number or answer.bare:
        return _("Theirs: %(channels)s.", channels=_named(channels))
    if answer.verdict in (Verdict.GOOD, Verdict.SUSPENDED):
        return _("Proven on %(day)s.", day=format_date(channels[0].since))
    return ""


def _remarks(answer: Answer) -> list[str]:
    """What is to be known of proofs of the account asked for that are not as they should be."""
    if answer.by_number or not answer.member.present:
        return []
    remarks = (channel.remark for channel in answer.channels)
    return list(dict.fromkeys(filter(None, remarks)))


def _named(channels: Sequence[ChannelLine]) -> str:
    return ", ".join(f"{channel.platform_name} {channel.shown}" for channel in channels)


def cells(answer: Answer) -> tuple[str, ...]:
    """What a download says of one line: `columns.titles`, the last one aside."""
    people = named(answer)
    numbers = [held.member.number for held in people]
    return (
        word(answer.verdict),
        " ".join(filter(None, (meaning(answer.verdict), detail(answer)))),
        "; ".join(held.member.stage_name for held in people),
        "; ".join(numbers),
        " ".join(f"{settings().base_url}/members/{number}" for number in numbers),
    )
