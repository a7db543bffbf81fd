"""A TXT record in the domain's own zone.

Whose record counts: that of the channel's own domain, and that of a domain above it, up to the one
that was registered, because who holds that holds all below. A record below never counts for what
lies above it. Which owners the record may name: one code belongs to one attempt of one account, so
several may stand side by side.

Source: issue 5 §2; RFC 1464 and RFC 8552 for the form and the place of such records.
"""

from types import MappingProxyType

from babel.support import LazyProxy

from app.channels.fetcher import FetchFailed
from app.channels.fetcher.names import domain_of, with_parents
from app.channels.methods.base import Ask, Finding, Method, Reach, Step
from app.channels.policy.domains import DOMAIN_CODE_LIFE, domain_code, is_domain_code, site_of
from app.core.crypto import canonical_json, digest
from app.core.i18n import lazy_gettext as _l

LABEL = "_dta-challenge"
MOST_NAMES = 4  # the domain, and those above it


class DnsTxt(Method):
    """A record in the zone of the domain."""

    key = "dns_txt"
    rank = 12
    title = _l("Put a TXT record into the DNS of your domain")
    summary = _l(
        "You add one record where your domain is looked after. It stays there and proves the whole"
        " site again and again."
    )
    name = _l("A record of the domain")
    how = _l("by a record in the DNS of the domain")
    life = DOMAIN_CODE_LIFE
    needs_identity = False
    stays = True
    failures = MappingProxyType(
        {
            "record_not_found": _l(
                "We asked the name servers of your domain and did not find the record. Check its"
                " name and value; a new record may need some minutes until the servers give it out."
            ),
            "record_differs": _l(
                "There is a record at this name, but its value is not your code. Copy the code"
                " again, without anything before or after it."
            ),
        }
    )

    def works_for(self, platform: str) -> bool:
        """Websites: nobody has a zone of their own at a platform."""
        return platform == "website"

    def new_code(self) -> str:
        """128 bits, as a value that says what it is for."""
        return domain_code()

    def fits(self, code: str) -> bool:
        """The file under `/.well-known/` holds the same."""
        return is_domain_code(code)

    def hint(self, platform: str) -> LazyProxy | None:
        """Who can do it at all."""
        del platform
        return _l("You need to be able to change the DNS of the domain, or know who can.")

    def steps(self, ask: Ask) -> tuple[Step, ...]:
        """Name, value, leave it there."""
        name = f"{LABEL}.{site_of(ask.key)}"
        return (
            Step(_l("Open the DNS settings where your domain is looked after; add a TXT record.")),
            Step(
                _l("Give it this name. Some providers add the domain by themselves at its end."),
                name,
                _l("The name of the record"),
            ),
            Step(_l("Give it this value and save."), ask.code, _l("The value of the record")),
            Step(_l("Come back here and check. Leave the record there: we look again each week.")),
        )

    async def check(self, ask: Ask, reach: Reach) -> Finding:
        """Ask at the domain's own servers, then for the domains above it.

        Raises:
            FetchFailed: the servers of the domain itself could not be asked.
        """
        names = [
            f"{LABEL}.{domain}" for domain in with_parents(domain_of(site_of(ask.key)), MOST_NAMES)
        ]
        seen: dict[str, list[str]] = {}
        for name in names:
            seen[name] = await _texts(reach, name, needed=name == names[0])
            if ask.code and ask.code in seen[name]:
                return Finding(None, _evidence(seen) | {"matched": ask.code})
        return Finding(
            "record_differs" if any(seen.values()) else "record_not_found", _evidence(seen)
        )


async def _texts(reach: Reach, name: str, *, needed: bool) -> list[str]:
    try:
        return sorted(text.strip() for text in await reach.zones.txt(name))
    except FetchFailed:
        if needed:
            raise
        return []  # a domain above that cannot be asked says nothing about this one


def _evidence(seen: dict[str, list[str]]) -> dict[str, object]:
    read = canonical_json(seen)
    return {
        "chain": [f"dns:{name}" for name in seen],
        "records": sum(len(texts) for texts in seen.values()),
        "sha256": digest(read),
        "bytes": len(read),
    }


METHOD = DnsTxt()
