"""A Bluesky profile that names its owner's address here, under a handle that is truly its own.

Both directions count twice: the handle and the DID name each other (AT Protocol), and so do the
profile and the owner's address on the portal. The DID is what is kept: handles change hands.
"""

from typing import Any
from urllib.parse import quote

from app.channels.fetcher import Page
from app.channels.methods.base import Ask, Finding, Method, Reach, Step, evidence_of
from app.channels.methods.bluesky.identity import Identity, NotMutual, of_did, of_handle
from app.channels.methods.rel_me import names_address
from app.channels.policy.followers import count_of
from app.channels.policy.links import recognise
from app.channels.policy.reasons import NotRecognised
from app.core.i18n import lazy_gettext as _l

API = "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor="


class Bluesky(Method):
    """The owner's address in the profile's description."""

    key = "bluesky"
    rank = 15
    title = _l("Put your address here into your Bluesky profile")
    summary = _l("You add one line to your description. It can stay, and proves the channel again.")
    name = _l("A Bluesky profile")
    how = _l("by its Bluesky profile")
    life = None
    needs_identity = True
    stays = True
    failures = {  # noqa: RUF012 - the interface's own shape, and never changed
        "address_not_in_profile": _l(
            "We read your profile and did not find your address in the description. Check that it"
            " is saved, then check again."
        ),
        "handle_unknown": _l("This handle leads to no Bluesky account."),
        "handle_ambiguous": _l(
            "The handle's domain names more than one account. Leave only yours in its TXT records."
        ),
        "handle_not_mutual": _l(
            "The handle and the account behind it do not name each other. Set the handle anew in"
            " Bluesky's settings, then check again."
        ),
    }

    def works_for(self, platform: str) -> bool:
        """On Bluesky."""
        return platform == "bluesky"

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Copy, add, check."""
        return (
            Step(_l("Copy this address."), ask.identity_url, _l("Your address")),
            Step(_l("Edit your Bluesky profile, put it into the description, and save.")),
            Step(_l("Come back here and check.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Resolve the handle both ways, then read the profile of the account behind it."""
        try:
            who = await of_handle(ask.handle or ask.key, reach)
        except NotMutual as wrong:
            return Finding(str(wrong))
        return await self._profile(ask, who, reach)

    async def recheck(self, ask: Ask, reach: Reach) -> Finding:
        """Begin from the account that was proven: it may go by another handle by now."""
        if ask.stable_id is None:
            return await self.check(ask, reach)
        try:
            who = await of_did(ask.stable_id, reach)
        except NotMutual as wrong:
            return Finding(str(wrong), stable_id=ask.stable_id)
        return await self._profile(ask, who, reach)

    async def _profile(self, ask: Ask, who: Identity, reach: Reach) -> Finding:
        page, profile = await reach.fetcher.fetch_json(API + quote(who.did, safe=":"))
        evidence = _evidence(page, who)
        if profile.get("did") != who.did:
            return Finding("handle_not_mutual", evidence)
        described = profile.get("description")
        address = names_address(described if isinstance(described, str) else "", ask.identity_url)
        return Finding(
            None if address else "address_not_in_profile",
            evidence | ({"matched": ask.identity_url} if address else {}),
            stable_id=who.did,
            handle=who.handle,
            url=_url(who.handle),
            followers=count_of(profile.get("followersCount")),
        )


def _evidence(page: Page, who: Identity) -> dict[str, Any]:
    return evidence_of(page) | {"chain": [*who.chain, *page.chain], "id": who.did}


def _url(handle: str) -> str | None:
    try:
        return recognise(handle, "bluesky").url
    except NotRecognised:
        return None


METHOD = Bluesky()
