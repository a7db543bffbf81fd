"""What every way of proving a channel has in common: what it is asked, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Protocol

from babel.support import LazyProxy

from app.channels.fetcher import FAILURES as FETCH_FAILURES
from app.channels.fetcher import Fetcher, Page, Zones
from app.channels.models import Outcome
from app.channels.policy.links import recognise
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import lazy_gettext as _l

HARDLY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave of a channel's owner to read its count from the platform. It tells nothing of itself.

    `access_until` is how long its token is good, `until` how long the grant itself; None: for
    longer than anybody said.
    """

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    access_until: datetime | None = None
    until: datetime | None = None

    def runs_out(self, now: datetime) -> bool:
        """Whether its token is no longer good, or hardly."""
        return self.access_until is not None and self.access_until - now < HARDLY


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be proven, and by what.

    `code` is what the page should hold, `identity_url` what it should link to; each is "" where
    the method does without. `stable_id` is the platform's own id, None as long as nobody read it.
    `grant` is what the owner gave, where they did and a check is to use it.
    """

    platform: str
    url: str
    key: str
    code: str = ""
    identity_url: str = ""
    handle: str | None = None
    stable_id: str | None = None
    grant: Grant | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; `copy` is what to take along, if anything."""

    text: LazyProxy
    copy: str = ""
    label: LazyProxy | str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw.

    `failure` is a key of `FAILURES`; None when it saw the proof. `unsure` with a failure: nothing
    speaks against the proof either, as when a page is closed to us. The rest is what the platform
    says of the channel, where it says so: its own id, today's handle and address, a count.
    `grant` is the one that was used, when the platform renewed it; `grant_over` says that the
    platform does not honour it any more.
    """

    failure: str | None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    unsure: bool = False
    stable_id: str | None = None
    handle: str | None = None
    url: str | None = None
    followers: int | None = None
    grant: Grant | None = None
    grant_over: bool = False

    @property
    def seen(self) -> bool:
        """Whether the proof was there."""
        return self.failure is None

    @property
    def outcome(self) -> Outcome:
        """What the check came to."""
        if self.seen:
            return Outcome.SEEN
        return Outcome.UNSURE if self.unsure else Outcome.NOT_SEEN


@dataclass(frozen=True, slots=True)
class Reach:
    """The ways out that a method may take: pages, and the zones of the DNS. Both are guarded."""

    fetcher: Fetcher
    zones: Zones


class Method(Protocol):
    """One way of proving a channel: a folder here whose package has it as `METHOD`."""

    key: str
    rank: int
    """Where it stands among the ways offered; the smallest first."""
    title: LazyProxy
    summary: LazyProxy
    name: LazyProxy
    """What it is called in lists and filters: "A code on the page"."""
    how: LazyProxy
    """How a channel was proven by it, after the word proven: "by a code on the page"."""
    life: timedelta | None
    """How long its code is good; None for ever."""
    needs_identity: bool
    stays: bool = False
    """Whether what proves it must stay where it is, because it is looked for again and again."""
    by_portal: bool = True
    """Whether the portal checks by itself; else a person does."""
    by_visit: bool = False
    """Whether the owner goes to the platform and comes back, in place of a check by a job."""
    failures: Mapping[str, LazyProxy] = MappingProxyType({})
    """What it adds to `FAILURES`."""

    @property
    def by_job(self) -> bool:
        """Whether the portal looks whenever it is asked to, without anybody's help."""
        return self.by_portal and not self.by_visit

    def works_for(self, platform: str) -> bool:
        """Whether it is offered for channels of `platform`."""

    def new_code(self) -> str:
        """What the owner is to put in place; "" where the method does without."""
        return ""

    def fits(self, code: str) -> bool:
        """Whether a code made by another method serves here, so that it need not be changed."""
        return not code

    def hint(self, platform: str) -> LazyProxy | None:
        """What to know before choosing it for `platform`; None when there is nothing."""
        del platform
        return None

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """What the owner does, in order."""

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Look whether the proof is there.

        Raises:
            FetchFailed: the page could not be read.
        """

    async def recheck(self, ask: Ask, reach: Reach) -> Finding:
        """Look whether it still holds; most prove anew just as they proved first.

        Raises:
            FetchFailed: the page could not be read.
        """
        return await self.check(ask, reach)


SHARED_FAILURES: Mapping[str, LazyProxy] = MappingProxyType(
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
        "gone": _l("The page says that it is no longer there."),
        "other_id": _l(
            "The name now belongs to another channel: the platform's own number is not the one"
            " that was proven."
        ),
        "same_channel": _l(
            "We saw it. It is the same channel as another one here; staff look at both."
        ),
        "name_taken": _l(
            "We saw it. The platform gives it a name that another channel here has; staff look at"
            " both."
        ),
        "expired": _l("The code is no longer good. Ask for a new one."),
        "settled": _l("The channel was proven in another way."),
        "replaced": _l("You chose another way to prove the channel."),
        "removed": _l("You removed the channel."),
        "with_staff": _l(
            "We saw it. Somebody of the alliance takes a look before it counts; leave it in place"
            " until then."
        ),
        "gave_way": _l("You gave the channel up while two accounts claimed it."),
        "decided": _l(
            "Two accounts claimed the channel, and the alliance did not decide for this one."
        ),
        "not_confirmed": _l("Staff looked and could not confirm that the channel is yours."),
    }
)
"""Why a proof is not there, where more than one method may say so."""


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
