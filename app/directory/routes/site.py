"""What programs ask of the site: its map, what they may read, whom to write to, its icon."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated
from xml.sax.saxutils import escape

from fastapi import APIRouter, Path, Request
from starlette.responses import JSONResponse, Response

from app.core import clock, i18n
from app.core.clock import VIETNAM
from app.core.config import settings
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory.queries import sitemap as listing
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import static

router = APIRouter()

A_PART = 10_000  # members in one file: a file may hold 50 000 addresses (sitemaps.org)
PLACES = ("/", "/members", "/check", "/conduct", "/membership", "/log", "/api")
PRIVATE = ("/account", "/apply", "/business", "/sign-in", "/sign-out", "/staff")
MINUTES = "public, max-age=600"
A_DAY = "public, max-age=86400"
GOOD_FOR = timedelta(days=180)  # less than a year, as RFC 9116 asks
_NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


@router.get("/sitemap.xml")
async def sitemap(request: Request, session: ReadSession) -> Response:
    """The public pages in every language; an index of parts once they are too many for one."""
    parts = await _parts(session)
    if parts <= 1:
        body = _places() + _urls(await _members(session, 1))
        return kept(request, _xml("urlset", body), MINUTES)
    body = "".join(
        f"<sitemap><loc>{settings().base_url}/sitemap-{part}.xml</loc></sitemap>\n"
        for part in range(parts + 1)
    )
    return kept(request, _xml("sitemapindex", body), MINUTES)


@router.get("/sitemap-{part}.xml")
async def sitemap_part(
    request: Request, session: ReadSession, part: Annotated[int, Path(ge=0, le=50_000)]
) -> Response:
    """One part of the map: 0 the places, the rest the members."""
    if part > await _parts(session):
        raise Missing
    body = _urls(await _members(session, part)) if part else _places()
    return kept(request, _xml("urlset", body), MINUTES)


def _places() -> str:
    return _urls((path, None) for path in PLACES)


async def _parts(session: ReadSession) -> int:
    """How many parts there are beside that of the places: one for each so many serials."""
    return -(-(await listing.last_serial(session)) // A_PART)


async def _members(session: ReadSession, part: int) -> list[tuple[str, date | None]]:
    first = (part - 1) * A_PART + 1
    return [
        (f"/members/{number}", changed_at.astimezone(VIETNAM).date())
        for number, changed_at in await listing.listed(session, first, first + A_PART - 1)
    ]


def _urls(pages: Iterable[tuple[str, date | None]]) -> str:
    """Each page once a language and once without, all naming each other."""
    return "".join(_url(path, changed) for path, changed in pages)


def _url(path: str, changed: date | None) -> str:
    base = settings().base_url
    tail = "" if path == "/" else path
    every = {"x-default": base + path} | {key: f"{base}/{key}{tail}" for key in i18n.LOCALES}
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{key}" href="{escape(href)}"/>'
        for key, href in every.items()
    )
    told = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
    return "".join(
        f"<url><loc>{escape(href)}</loc>{told}{links}</url>\n" for href in every.values()
    )


def _xml(root: str, body: str) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} {_NAMESPACES}>\n{body}</{root}>\n'
    return Response(text, media_type="application/xml")


@router.get("/robots.txt")
async def robots(request: Request) -> Response:
    """What search engines may read; nothing of a demonstration, whose people are invented."""
    if settings().demo:
        lines = ["# A demonstration: its people are invented.", "User-agent: *", "Disallow: /"]
    else:
        prefixes = ("", *(f"/{key}" for key in i18n.LOCALES))
        hidden = [f"Disallow: {prefix}{path}" for prefix in prefixes for path in PRIVATE]
        lines = ["User-agent: *", *hidden, "", f"Sitemap: {settings().base_url}/sitemap.xml"]
    return kept(request, Response("\n".join(lines) + "\n", media_type="text/plain"), A_DAY)


@router.get("/.well-known/security.txt")
async def security(request: Request) -> Response:
    """Whom to write to about a hole in the portal (RFC 9116)."""
    expires = datetime.combine(clock.today() + GOOD_FOR, datetime.min.time(), UTC)
    lines = (
        f"Contact: mailto:{settings().contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        f"Preferred-Languages: {', '.join(i18n.LOCALES)}",
        f"Canonical: {settings().base_url}/.well-known/security.txt",
    )
    return kept(request, Response("\n".join(lines) + "\n", media_type="text/plain"), A_DAY)


@router.get("/site.webmanifest")
async def manifest(request: Request) -> Response:
    """The portal's name and icons, for a telephone's home screen."""
    body = {
        "name": _("Digital Trust Alliance"),
        "short_name": _("Digital Trust"),
        "lang": i18n.current_locale(),
        "start_url": "/",
        "display": "browser",
        "background_color": "#fbfaf7",
        "theme_color": "#fbfaf7",
        "icons": [{"src": static("img/mark-512.png"), "sizes": "512x512", "type": "image/png"}],
    }
    shown = JSONResponse(body, media_type="application/manifest+json")
    return kept(request, shown, A_DAY)
