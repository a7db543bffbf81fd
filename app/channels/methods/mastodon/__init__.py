"""A Mastodon profile whose fields link to its owner's address here.

The account is found by WebFinger (RFC 7033) and read from its server's public API, or from its
ActivityPub document where there is none. Name and account have to name each other; the account's
own address (`id`) is what is kept. Other software of the Fediverse answers in the same shapes.
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from app.channels.fetcher import FetchFailed, Page
from app.channels.methods.base import Ask, Finding, Method, Reach, Step, evidence_of
from app.channels.methods.rel_me import links_in, names_address, same, text_of
from app.core.i18n import lazy_gettext as _l

ACTIVITY = "application/activity+json"
ACTIVITY_TYPES = (ACTIVITY, 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"')
MOST_FIELDS = 20
LONGEST_ACTOR = 1000
_ACTOR = re.compile(r"https://[A-Za-z0-9.-]+/[!#-;=?-Z_a-z~%]*")


@dataclass(frozen=True, slots=True)
class Account:
    """What a server says of one account. `fields`: the HTML of the profile's extra fields."""

    page: Page
    name: str
    url: str | None
    fields: tuple[str, ...]
    followers: int | None
    moved: bool


class Mastodon(Method):
    """The owner's address in a field of the profile."""

    key = "mastodon"
    rank = 15
    title = _l("Put your address here into your Mastodon profile")
    summary = _l("You fill in one extra field. It can stay, and Mastodon ticks it as well.")
    name = _l("A Mastodon profile")
    how = _l("by its Mastodon profile")
    life = None
    needs_identity = True
    stays = True
    failures = {  # noqa: RUF012 - the interface's own shape, and never changed
        "field_not_found": _l(
            "We read your profile and found none of its extra fields that links to your address."
            " Check that it is saved, then check again."
        ),
        "account_not_mutual": _l("The name and the account behind it do not name each other."),
        "account_moved": _l("This account says that it has moved. Add the one it moved to."),
    }

    def works_for(self, platform: str) -> bool:
        """On Mastodon, and what speaks as it does."""
        return platform == "mastodon"

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Copy, add, check."""
        return (
            Step(_l("Copy this address."), ask.identity_url, _l("Your address")),
            Step(_l("Edit your profile, put it into one of the extra fields, and save.")),
            Step(_l("Come back here and check.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Find the account behind the name, and read the fields of its profile."""
        name, _, host = ask.key.partition("@")
        found, actor = await _finger(f"{name}@{host}", host, reach)
        if actor is None or not await _serves(name, host, actor, reach):
            return Finding("account_not_mutual", evidence_of(found))
        account = await _account(name, host, actor, reach)
        chain = [*found.chain, *account.page.chain]
        evidence = evidence_of(account.page) | {"chain": chain, "id": actor}
        if account.name.lower() != name:
            return Finding("account_not_mutual", evidence)
        matched = next((f for f in account.fields if _names(f, ask.identity_url)), None)
        failure = None if matched is not None else "field_not_found"
        return Finding(
            "account_moved" if account.moved else failure,
            evidence | ({"matched": ask.identity_url} if matched is not None else {}),
            stable_id=actor,
            handle=name,
            url=ask.url,
            followers=account.followers,
        )


async def _finger(account: str, at: str, reach: Reach, also: str = "") -> tuple[Page, str | None]:
    """What WebFinger at the host `at` says of an account.

    Returns: the answer, and the account's own address when the answer is about `account`, or the
    name `also`, and says so plainly.
    """
    page, said = await reach.fetcher.fetch_json(
        f"https://{at}/.well-known/webfinger?resource={quote(f'acct:{account}', safe='')}",
        accept="application/jrd+json",
    )
    if str(said.get("subject", "")).lower() != f"acct:{also or account}":
        return page, None
    for link in _dicts(said.get("links")):
        href = link.get("href")
        if link.get("rel") == "self" and link.get("type") in ACTIVITY_TYPES:
            return page, href if isinstance(href, str) and _is_actor(href) else None
    return page, None


def _is_actor(href: str) -> bool:
    """Whether `href` can be an account's own address, which is kept as it is."""
    return len(href) <= LONGEST_ACTOR and _ACTOR.fullmatch(href) is not None


async def _serves(name: str, host: str, actor: str, reach: Reach) -> bool:
    """Whether the server of an account also says that it goes by `host`.

    A host may name accounts of another server; without its word, anybody's host could.
    """
    server = (urlsplit(actor).hostname or "").lower()
    if server == host:
        return True
    if not server:
        return False
    _, found = await _finger(f"{name}@{server}", server, reach, also=f"{name}@{host}")
    return found == actor


async def _account(name: str, host: str, actor: str, reach: Reach) -> Account:
    """The account as its server's API has it, else as its own document does."""
    server = urlsplit(actor).hostname or host
    try:
        page, said = await reach.fetcher.fetch_json(
            f"https://{server}/api/v1/accounts/lookup?acct={quote(name)}"
        )
    except FetchFailed:
        page, said = await reach.fetcher.fetch_json(actor, accept=ACTIVITY)
        return _of_activity(page, said)
    count = said.get("followers_count")
    return Account(
        page,
        str(said.get("username", "")),
        _text(said.get("url")),
        _values(said.get("fields")),
        count if type(count) is int and count >= 0 else None,
        moved=bool(said.get("moved")),
    )


def _of_activity(page: Page, said: dict[str, Any]) -> Account:
    name = str(said.get("preferredUsername", ""))
    return Account(
        page,
        name,
        _text(said.get("url")),
        _values(said.get("attachment")),
        None,
        moved=bool(said.get("movedTo")),
    )


def _names(field: str, address: str) -> bool:
    linked = any(same(link, address) for link in links_in(field, address))
    return linked or names_address(text_of(field), address)


def _values(given: object) -> tuple[str, ...]:
    found = (field.get("value") for field in _dicts(given))
    return tuple(value for value in found if isinstance(value, str))[:MOST_FIELDS]


def _dicts(given: object) -> list[dict[str, Any]]:
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _text(given: object) -> str | None:
    return given if isinstance(given, str) else None


METHOD = Mastodon()
