"""Every address at which somebody who is not signed in is answered, route by route.

Tests of what must hold for all of them go through `GET`; `tests/web/test_public_routes.py` fails
while a route of the application has no line here.
"""

from collections.abc import Iterator, Mapping, Sequence

from fastapi.routing import APIRoute

from app.web import deps
from tests.portal import application

GET: Mapping[str, Sequence[str]] = {
    "/": ("/",),
    "/styleguide": ("/styleguide",),
    "/members": (
        "/members",
        "/members?q={word}",
        "/members?q={word}&topic=food&sort=name&page=2",
        "/members?standing=active&standing=suspended&standing=expelled&standing=lapsed&standing=left",
    ),
    "/members/suggest": ("/members/suggest?q={word}",),
    "/members/how": ("/members/how",),
    "/members/{number}": ("/members/{number}",),
    "/members/{number}/share": ("/members/{number}/share",),
    "/members/{number}/qr.svg": ("/members/{number}/qr.svg",),
    "/members/{number}/card.vcf": ("/members/{number}/card.vcf",),
    "/members/{number}/card.png": ("/members/{number}/card.png",),
    "/members/{number}/badge": ("/members/{number}/badge", "/members/{number}/badge?size=large"),
    "/members/{number}/badge.svg": (
        "/members/{number}/badge.svg",
        "/members/{number}/badge.svg?size=large&theme=dark",
        "/members/{word}/badge.svg?size={word}&language={word}&theme={word}",
    ),
    "/members/{number}/credential.svg": ("/members/{number}/credential.svg",),
    "/members/{number}/credential.png": ("/members/{number}/credential.png",),
    "/oembed": (
        "/oembed?url=http%3A%2F%2Flocalhost%3A8000%2Fmembers%2F{number}",
        "/oembed?format=xml&url=http%3A%2F%2Flocalhost%3A8000%2Fmembers%2F{number}",
        "/oembed?url=http%3A%2F%2Flocalhost%3A8000%2Fmembers%2F{word}",
    ),
    "/members/{number}/record": ("/members/{number}/record",),
    "/members/{number}/record.json": ("/members/{number}/record.json",),
    "/members/{number}/record/{index}.tlog-proof": ("/members/{number}/record/1.tlog-proof",),
    "/members/{number}/channels/{channel_id}": ("/members/{number}/channels/{channel}",),
    "/check": ("/check", "/check?q={word}", "/check?q={number}"),
    "/check/many": ("/check/many",),
    "/check/many/example.{kind}": ("/check/many/example.csv", "/check/many/example.xlsx"),
    "/check/embed": ("/check/embed", "/check/embed?q={word}"),
    "/verify": ("/verify",),
    "/embed/check": ("/embed/check", "/embed/check?q={word}", "/embed/check?q={number}"),
    "/embed/check/badge": ("/embed/check/badge?q={word}", "/embed/check/badge?q={number}"),
    "/feeds/members.atom": ("/feeds/members.atom",),
    "/feeds/standings.atom": ("/feeds/standings.atom",),
    "/members.atom": ("/members.atom", "/members.atom?q={word}"),
    "/sitemap.xml": ("/sitemap.xml",),
    "/sitemap-{part}.xml": ("/sitemap-0.xml", "/sitemap-1.xml"),
    "/robots.txt": ("/robots.txt",),
    "/.well-known/security.txt": ("/.well-known/security.txt",),
    "/site.webmanifest": ("/site.webmanifest",),
    "/api": ("/api",),
    "/api/v1/openapi.json": ("/api/v1/openapi.json",),
    "/api/v1/members": (
        "/api/v1/members?facets=true&standing=active&standing=suspended",
        "/api/v1/members?q={word}&facets=true",
    ),
    "/api/v1/members/{number}": ("/api/v1/members/{number}",),
    "/api/v1/check": ("/api/v1/check?q={word}", "/api/v1/check?q={number}"),
    "/api/v1/changes": ("/api/v1/changes",),
    "/conduct": ("/conduct",),
    "/conduct/{number}": ("/conduct/1.0",),
    "/conduct/{number}/{language}.txt": ("/conduct/1.0/vi.txt",),
    "/membership": ("/membership",),
    "/log": ("/log", "/log?entry={word}"),
    "/log/{index}": ("/log/0",),
    "/log/{index}/proof": ("/log/0/proof",),
    "/log/checkpoint": ("/log/checkpoint",),
    "/log/tile/{path:path}": ("/log/tile/0/000.p/1", "/log/tile/entries/000.p/1"),
    "/log/keys": ("/log/keys",),
    "/log/monitor.py": ("/log/monitor.py",),
    "/members/{number}/credential.json": ("/members/{number}/credential.json",),
    "/credentials/status/{purpose}/{list_number}": (
        "/credentials/status/revocation/1",
        "/credentials/status/suspension/1",
    ),
    "/credentials/achievement": ("/credentials/achievement",),
    "/credentials/achievement.json": ("/credentials/achievement.json",),
    "/.well-known/did.json": ("/.well-known/did.json",),
    "/portraits/{portrait_id}/{size}.webp": ("/portraits/{portrait}/card.webp",),
    "/is/{token}": ("/is/{token}",),
    "/sign-in": ("/sign-in",),
    "/sign-in/{name}": ("/sign-in/test",),
    "/sign-in/{name}/callback": ("/sign-in/test/callback?state={word}&code={word}",),
    "/channels/oauth/{platform}/callback": (
        "/channels/oauth/tiktok/callback?state={word}&code={word}",
    ),
    "/healthz": ("/healthz",),
    "/readyz": ("/readyz",),
    "/metrics": ("/metrics",),
}
"""By route: addresses that together show all that it can answer with."""

POST = frozenset(
    {
        "/check/short",  # asks another site; nothing of a member goes into it
        "/check/many",
        "/check/many/part",
        "/check/many/file",
        "/api/v1/check",
        "/verify",
        "/account/language",
        "/sign-in/{name}",
        "/sign-out",
    }
)
NO_DATABASE = frozenset(  # of those addresses, what says nothing of members or the code
    {
        "/styleguide", "/members/how", "/check", "/check/many", "/check/many/example.csv",
        "/check/many/example.xlsx", "/check/embed", "/check/embed?q={word}", "/embed/check",
        "/verify",
        "/members/{word}/badge.svg?size={word}&language={word}&theme={word}",
        "/oembed?url=http%3A%2F%2Flocalhost%3A8000%2Fmembers%2F{word}",
        "/robots.txt", "/.well-known/security.txt", "/site.webmanifest", "/api",
        "/api/v1/openapi.json", "/membership", "/sign-in", "/sign-in/test", "/healthz",
        "/credentials/achievement", "/credentials/achievement.json", "/metrics",
        "/log/keys", "/log/monitor.py",
    }
)  # fmt: skip
LANGUAGES = ("", "/vi", "/en", "/fr")


def addresses(known: Mapping[str, str]) -> Iterator[str]:
    """All of `GET`, with what is `known` of a member put in: number, word, portrait, token."""
    for written in GET.values():
        for one in written:
            yield one.format_map(known)


def routes(method: str) -> set[str]:
    """The paths of the application's routes that ask nobody to sign in."""
    return {
        route.path
        for included in application().routes
        if hasattr(included, "effective_route_contexts")
        for route in included.effective_route_contexts()
        if isinstance(route.original_route, APIRoute)
        if method in route.methods and not _closed(route)
    }


def _closed(route: APIRoute) -> bool:
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        if dependant.call in (deps.signed_in, deps.staff):
            return True
        waiting += dependant.dependencies
    return False
