"""The picture that social networks show beside a link to a member's page.

It is drawn when somebody asks, and kept by all that it shows: other facts are another picture.
"""

from collections import OrderedDict
from dataclasses import asdict
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from app.conduct import typeface
from app.core import pictures
from app.core.config import settings
from app.core.crypto import canonical_json, digest
from app.core.i18n import current_locale, format_date
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.core.text import tidy
from app.directory.profile.drawing import Shown, draw
from app.members.models import Standing
from app.members.policy import standing_name
from app.members.queries import MemberView

MEDIA_TYPE = "image/png"
LOOK = 1  # raise it when the drawing changes, so that networks fetch the pictures anew
MOST = 64  # pictures kept by a process; each has some 100 kB

_kept: OrderedDict[Shown, bytes] = OrderedDict()
_one_at_a_time = anyio.CapacityLimiter(1)


def shown(member: MemberView) -> Shown:
    """What the picture of `member` shows, in the reader's language; of who is none today less."""
    name = readable(member.stage_name) or member.number
    return Shown(
        alliance=_("Digital Trust Alliance"),
        name=name,
        standing=member.standing.value,
        standing_words=standing_name(member.standing),
        meaning=_meaning(member),
        number=member.number,
        address=urlsplit(settings().base_url).netloc,
        initials=_initials(name) if member.present else "",
        portrait=member.portrait if member.present else None,
    )


def _meaning(member: MemberView) -> str:
    if member.standing is Standing.ACTIVE:
        return _("Verified since %(day)s", day=format_date(member.joined_at))
    return member.meaning


def readable(name: str) -> str:
    """`name` without what the typeface cannot show; "" when letters would be missing."""
    known = typeface.characters()
    name = tidy(name)
    if any(char.isalnum() and ord(char) not in known for char in name):
        return ""
    return tidy("".join(char if ord(char) in known else " " for char in name))


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[-2:]).upper()


def mark(what: Shown) -> str:
    """Changes with anything in the picture: networks keep a picture as long as its address."""
    return digest(canonical_json([LOOK, current_locale(), asdict(what)]))[:12]


async def png(what: Shown) -> bytes:
    """The picture, 1200 × 630; to be called while no transaction is open."""
    if what in _kept:
        _kept.move_to_end(what)
        return _kept[what]
    portrait = None
    if what.portrait:
        portrait = await storage().get(pictures.file(what.portrait, "profile"))
    made = await anyio.to_thread.run_sync(draw, what, portrait, limiter=_one_at_a_time)
    _kept[what] = made
    if len(_kept) > MOST:
        _kept.popitem(last=False)
    return made
