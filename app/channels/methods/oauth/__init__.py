"""Signing in at the platform itself, which then says whose channel it is (OAuth 2.0)."""

from dataclasses import replace
from types import MappingProxyType

from babel.support import LazyProxy

from app.accounts.providers.base import ProviderError, ProviderRefused
from app.channels.fetcher import FetchFailed
from app.channels.methods.base import Ask, Finding, Method, Reach, Step
from app.channels.methods.oauth.adapters import adapters
from app.channels.methods.oauth.matching import judged
from app.channels.methods.presence import still_there
from app.core.i18n import lazy_gettext as _l


class OAuth(Method):
    """A visit to the platform. The portal cannot make it: the owner does, and comes back."""

    key = "oauth"
    rank = 10
    title = _l("Sign in at the platform")
    summary = _l(
        "You sign in there and come back; the platform tells us which channel is yours. This is"
        " the quickest way, and your page stays as it is."
    )
    name = _l("A sign-in at the platform")
    how = _l("by a sign-in at the platform")
    life = None
    needs_identity = False
    by_visit = True
    failures = MappingProxyType(
        {
            "not_visited": _l("You have not been at the platform yet."),
            "oauth_cancelled": _l(
                "You did not go on at the platform. That is fine: nothing was passed on to us."
            ),
            "oauth_refused": _l(
                "The platform did not let the sign-in through, or you did not tick what it takes to"
                " see which channel is yours. Begin again, or choose another way."
            ),
            "oauth_setup": _l(
                "The platform does not accept the portal just now. It is not your doing; choose"
                " another way until we have mended it."
            ),
            "oauth_down": _l("The platform did not answer. Try again in a few minutes."),
            "oauth_busy": _l(
                "The platform has been asked too often and wants us to wait. Try again in an hour,"
                " or choose another way."
            ),
            "oauth_invalid": _l(
                "The platform's answer was none that we understand, so we did not use it. Begin"
                " again; if it happens again, please tell us."
            ),
            "oauth_no_channel": _l(
                "The account that you signed in with has no channel there, or did not let us see"
                " it."
            ),
            "oauth_other_channel": _l(
                "You signed in with an account of another channel. Sign in there with the account"
                " of this one, and begin again."
            ),
            "oauth_not_manager": _l(
                "You work on this page and do not manage it. Somebody with full control of it can"
                " prove it."
            ),
        }
    )

    def works_for(self, platform: str) -> bool:
        """Where the portal has a client."""
        return platform in adapters()

    def hint(self, platform: str) -> LazyProxy | None:
        """What not every account there can do."""
        if platform == "facebook":
            return _l("It works for Pages, not for personal profiles.")
        if platform == "instagram":
            return _l("It works for professional accounts: creators and businesses.")
        if platform == "zalo":
            return _l("It works for Official Accounts, not for personal accounts.")
        return None

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Go, agree, come back."""
        del ask
        return (
            Step(_l("Go on to the platform with the button below.")),
            Step(_l("Sign in with the account of this channel, and agree.")),
            Step(_l("You come back here by yourself, and the channel is proven.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Without its owner there is nothing to look at."""
        del ask, reach
        return Finding("not_visited", unsure=True)

    async def recheck(self, ask: Ask, reach: Reach) -> Finding:
        """Ask the platform anew where its owner left a grant; else look whether the page is there.

        A grant that is over says nothing of the channel: people take them back.
        """
        adapter = adapters().get(ask.platform)
        if ask.grant is None or adapter is None:
            return await still_there(ask, reach)
        try:
            grant = await adapter.renew(ask.grant)
        except ProviderRefused:
            return await _without(ask, reach)
        except ProviderError as failed:
            return Finding(failure_of(failed), {}, unsure=True)
        renewed = None if grant == ask.grant else grant
        try:
            found = judged(ask, await adapter.read(grant, counts=True))
        except ProviderRefused:
            return await _without(ask, reach)
        except ProviderError as failed:
            return Finding(failure_of(failed), {}, unsure=True, grant=renewed)
        return replace(found, grant=renewed)


async def _without(ask: Ask, reach: Reach) -> Finding:
    """Whether the page is still there, now that the platform does not honour the grant."""
    try:
        return replace(await still_there(ask, reach), grant_over=True)
    except FetchFailed as failed:
        evidence = {"url": ask.url, "detail": failed.detail}
        return Finding(failed.key, evidence, unsure=True, grant_over=True)


def failure_of(failed: ProviderError) -> str:
    """The key of `FAILURES` that tells how a visit or a reading failed."""
    key = f"oauth_{failed.reason}"
    return key if key in OAuth.failures else "oauth_refused"


METHOD = OAuth()
