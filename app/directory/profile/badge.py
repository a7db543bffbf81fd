"""What a badge says of a member number, in the reader's language, and of nobody's number.

It says no more than is checked: proven channels, a signed code, in good standing on this date.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from app.core import clock, i18n
from app.core.config import settings
from app.core.i18n import format_date
from app.core.i18n import gettext as _
from app.directory.profile import badge_drawing
from app.directory.profile.badge_drawing import SIZES, THEMES, Told
from app.directory.profile.picture import readable
from app.directory.queries.profile import Handed
from app.members.models import Standing
from app.members.queries import MemberView

MEDIA_TYPE = "image/svg+xml"


@dataclass(frozen=True, slots=True)
class Look:
    """How a badge is asked for."""

    size: str = "medium"
    language: str = i18n.DEFAULT_LOCALE
    theme: str = "light"

    @property
    def query(self) -> str:
        """What stands after the question mark of its address."""
        return f"size={self.size}&language={self.language}&theme={self.theme}"

    @property
    def measures(self) -> tuple[int, int]:
        """Width and height in pixels, whatever the badge says: a page keeps its shape."""
        size = SIZES[self.size]
        return size.width, size.height


def look(given: Mapping[str, str]) -> Look:
    """The look that the parameters of an address ask for; the usual one where they ask for none.

    A wrong value is no error: whoever embedded the badge does not see one, and their readers would
    see a broken picture.
    """
    usual = Look(language=i18n.current_locale())
    return Look(
        size=_one_of(SIZES, given.get("size"), usual.size),
        language=_one_of(i18n.LOCALES, given.get("language"), usual.language),
        theme=_one_of(THEMES, given.get("theme"), usual.theme),
    )


def _one_of(known: Mapping[str, object] | tuple[str, ...], given: str | None, usual: str) -> str:
    return given if given is not None and given in known else usual


def svg(told: Told, asked: Look) -> str:
    """The badge."""
    return _drawn(told, asked)


@lru_cache(maxsize=64)  # of up to 200 kB each; one is drawn in a millisecond
def _drawn(told: Told, asked: Look) -> str:
    return badge_drawing.draw(told, asked.size, asked.theme)


def address(number: str, asked: Look | None = None) -> str:
    """The stable address of the badge of a canonical number."""
    query = f"?{asked.query}" if asked else ""
    return f"{settings().base_url}/members/{number}/badge.svg{query}"


def alternative(member: MemberView, language: str) -> str:
    """What stands in a page for the picture: it tells no standing, since it does not change."""
    with i18n.use_locale(language):
        return _(
            "Digital Trust Alliance: what is true today of %(name)s, %(number)s",
            name=member.stage_name,
            number=member.number,
        )


def bio(member: MemberView, language: str) -> str:
    """Words for places that take no picture: they claim nothing and lead to what is true."""
    with i18n.use_locale(language):
        return _(
            "My membership of the Digital Trust Alliance, as it is today: %(address)s",
            address=f"{settings().base_url}/members/{member.number}",
        )


def told(found: Handed, language: str) -> Told:
    """What the badge of a member says on this day."""
    with i18n.use_locale(language):
        member = found.member
        name = readable(member.stage_name)
        word, since = _word(member), _since(member)
        return Told(
            tone=member.standing.value,
            language=language,
            alliance=_("Digital Trust Alliance"),
            name=name,
            word=word,
            since=since,
            since_short=_since_in_short(member),
            meaning=_meaning(found),
            number=member.number,
            address=urlsplit(settings().base_url).netloc,
            title=_title(word, since, name, member.number),
        )


def nobodys(number: str | None, language: str) -> Told:
    """What the badge says of a number that no member has.

    Args:
        number: canonical; None for what cannot be a number, and is not repeated.
    """
    with i18n.use_locale(language):
        word, never = _("Not a member"), _("this number was never given")
        return Told(
            tone="nobody",
            language=language,
            alliance=_("Digital Trust Alliance"),
            name="",
            word=word,
            since=never,
            since_short=_("never given"),
            meaning=_(
                "The alliance gave nobody this number. Whoever shows this badge "
                "shows one that is not theirs."
            ),
            number=number or "",
            address=urlsplit(settings().base_url).netloc,
            title=_title(word, never, "", number or ""),
        )


def _title(word: str, since: str, name: str, number: str) -> str:
    whose = ", ".join(part for part in (name, number) if part)
    said = f"{word}, {since}"
    return _("Digital Trust Alliance") + ": " + (f"{whose}. {said}" if whose else said)


def _word(member: MemberView) -> str:
    return {
        Standing.ACTIVE: _("Verified member"),
        Standing.SUSPENDED: _("Suspended"),
    }.get(member.standing, _("Not a member"))


def _since(member: MemberView) -> str:
    """Since when the word is true."""
    day = format_date(_first_day(member))
    return {
        Standing.ACTIVE: _("since %(day)s", day=day),
        Standing.SUSPENDED: _("since %(day)s", day=day),
        Standing.LAPSED: _("lapsed on %(day)s", day=day),
        Standing.LEFT: _("left on %(day)s", day=day),
        Standing.EXPELLED: _("expelled on %(day)s", day=day),
    }[member.standing]


def _since_in_short(member: MemberView) -> str:
    """The same for the smallest badge, where it has room beside the number."""
    day = format_date(_first_day(member), "short" if i18n.current_locale() == "fr" else "medium")
    return {
        Standing.ACTIVE: _("since %(day)s", day=day),
        Standing.SUSPENDED: _("since %(day)s", day=day),
        Standing.LAPSED: _("lapsed %(day)s", day=day),
        Standing.LEFT: _("left %(day)s", day=day),
        Standing.EXPELLED: _("expelled %(day)s", day=day),
    }[member.standing]


def _first_day(member: MemberView) -> date:
    if member.standing is Standing.ACTIVE:
        return member.joined_at
    return member.term_ends_on if member.standing is Standing.LAPSED else member.standing_since


def _meaning(found: Handed) -> str:
    """What the badge means and does not mean."""
    if found.member.standing is not Standing.ACTIVE:
        return found.member.meaning
    today = format_date(clock.today())
    if found.channels:
        return _(
            "Proven channels, signed code, in good standing on %(day)s. "
            "No endorsement of products.",
            day=today,
        )
    return _(
        "Signed code, in good standing on %(day)s. No channel is proven at the moment. "
        "No endorsement of products.",
        day=today,
    )
