"""A person of staff looks at the page, ticks, and writes down what they saw."""

from babel.support import LazyProxy

from app.channels.fetcher import Fetcher
from app.channels.methods.base import Ask, Finding, Method, Step
from app.channels.models import MethodKey
from app.core.i18n import lazy_gettext as _l


class Staff(Method):
    """The way for pages that the portal cannot read."""

    key = MethodKey.STAFF
    title = _l("Ask staff of the alliance to look")
    summary = _l(
        "You put a code where everybody can see it, and a person opens the page. This takes longer:"
        " it is done together with the review of your application."
    )
    life = None
    needs_code = True
    needs_identity = False
    by_portal = False

    def works_for(self, platform: str) -> bool:  # noqa: ARG002 - a person can open any page
        """Everywhere."""
        return True

    def hint(self, platform: str) -> LazyProxy | None:
        """Nothing to warn of."""
        del platform
        return None

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Copy, paste, wait."""
        return (
            Step(_l("Copy this code."), ask.code, _l("Your code")),
            Step(
                _l(
                    "Put it into your bio, into a public post or onto the page, and leave it there"
                    " until we have looked."
                )
            ),
        )

    async def check(self, ask: Ask, fetcher: Fetcher) -> Finding:
        """The portal itself sees nothing here."""
        del ask, fetcher
        return Finding("with_staff")


METHOD = Staff()
