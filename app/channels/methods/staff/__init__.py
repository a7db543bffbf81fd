"""A person of staff looks at the page, ticks, and writes down what they saw."""

from app.channels.methods.base import Ask, Finding, Method, Reach, Step
from app.channels.methods.presence import still_there
from app.channels.policy.proofs import is_page_code, page_code
from app.core.i18n import lazy_gettext as _l


class Staff(Method):
    """The way for pages that the portal cannot read."""

    key = "staff"
    rank = 90
    title = _l("Ask staff of the alliance to look")
    summary = _l(
        "You put a code where everybody can see it, and a person opens the page. This takes longer:"
        " it is done together with the review of your application."
    )
    name = _l("A look by staff")
    how = _l("looked at by staff")
    life = None
    needs_identity = False
    by_portal = False

    def works_for(self, platform: str) -> bool:  # noqa: ARG002 - a person can open any page
        """Everywhere."""
        return True

    def new_code(self) -> str:
        """The same as on a page."""
        return page_code()

    def fits(self, code: str) -> bool:
        """A code that was put on the page already serves as well."""
        return is_page_code(code)

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

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """The portal itself sees nothing here."""
        del ask, reach
        return Finding("with_staff")

    async def recheck(self, ask: Ask, reach: Reach) -> Finding:
        """Whether the page that a person looked at is still there."""
        return await still_there(ask, reach)


METHOD = Staff()
