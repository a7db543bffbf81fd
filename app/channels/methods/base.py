"""What every way of proving a channel has in common: what it is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Protocol

from babel.support import LazyProxy

from app.channels.fetcher import FAILURES as FETCH_FAILURES
from app.channels.fetcher import Fetcher, Page
from app.channels.models import MethodKey
from app.channels.policy.links import recognise
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be proven, and by what.

    `code` is what the page should hold, `identity_url` what it should link to; each is "" where
    the method does without.
    """

    platform: str
    url: str
    key: str
    code: str = ""
    identity_url: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `copy` is what to take along, if anything."""

    text: LazyProxy
    copy: str = ""
    label: LazyProxy | str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw. `failure` is a key of `FAILURES`; None when it saw the proof."""

    failure: str | None
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seen(self) -> bool:
        """Whether the proof was there."""
        return self.failure is None


class Method(Protocol):
    """One way of proving a channel. A new one is a module here and a line in `METHODS`."""

    key: MethodKey
    title: LazyProxy
    summary: LazyProxy
    life: timedelta | None
    """How long its code is good; None for ever."""
    needs_code: bool
    needs_identity: bool
    by_portal: bool
    """Whether the portal checks by itself; else a person of staff does."""

    def works_for(self, platform: str) -> bool:
        """Whether it is offered for channels of `platform`."""

    def hint(self, platform: str) -> LazyProxy | None:
        """What to know before choosing it for `platform`."""

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """What the owner does, in order."""

    async def check(self, ask: Ask, fetcher: Fetcher) -> Finding:
        """Look whether the proof is there.

        Raises:
            FetchFailed: the page could not be read.
        """


FAILURES: Mapping[str, LazyProxy] = MappingProxyType(
    FETCH_FAILURES
    | {
        "code_not_found": _l(
            "We read the page and did not find the code. Check that it is saved and that everybody"
            " can see it, then check again."
        ),
        "link_not_found": _l(
            'We read the page and found no rel="me" link to your address. Check that it is saved,'
            " then check again."
        ),
        "moved_elsewhere": _l(
            "The address sent us on to another one, and what stands there does not count. If your"
            " channel has moved, add its new address."
        ),
        "expired": _l("The code was good for 72 hours and is over. Ask for a new one."),
        "settled": _l("The channel was proven in another way."),
        "replaced": _l("You chose another way to prove the channel."),
        "removed": _l("You removed the channel."),
        "with_staff": _l(
            "We saw it. Somebody of the alliance takes a look before it counts; there is nothing"
            " more for you to do."
        ),
        "not_confirmed": _l("Staff looked and could not confirm that the channel is yours."),
    }
)
"""Why a proof is not there, by the key that is kept with it."""


def leads_to(ask: Ask, url: str) -> bool:
    """Whether a page found at `url` still is the channel that was asked about.

    A website may send one on within itself (`www.`, another path); nothing may send one to another
    site, or to another channel of the same platform.
    """
    try:
        found = recognise(url, ask.platform)
    except NotRecognised:
        return False
    if found.platform != ask.platform:
        return False
    if ask.platform == "website":
        return found.key.partition("/")[0] == ask.key.partition("/")[0]
    return found.key == ask.key


def evidence_of(page: Page) -> dict[str, Any]:
    """What is kept of a page that was read: enough to say what was seen, not the page itself."""
    return {
        "chain": list(page.chain),
        "status": page.status,
        "media_type": page.media_type,
        "sha256": page.sha256,
        "bytes": len(page.body),
    }
