"""What browsers and proxies may keep of public pages.

A page about somebody's standing must not be old. Browsers ask each time, and the tag says whether
anything changed. A proxy may answer for two seconds from what it has: together with the search,
which is at most two behind, a change shows within five. Who is signed in, or is being told
something once, gets a page of their own, which nobody keeps (`web.headers`).

Public pages differ by `Cookie` (the language chosen; who is signed in), by `Accept-Language` where
the address names no language, and by `HX-Request`, and say so in `Vary`: a proxy keeps them apart.
What htmx asks for carries the address bar of one browser, so only that browser keeps it.
"""

from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from app.core import clock, i18n
from app.core.config import ROOT, settings
from app.core.crypto import digest
from app.web import flash
from app.web.sessions import viewer_of

HELD_BRIEFLY = "public, max-age=0, s-maxage=2, must-revalidate"
ASKED_EACH_TIME = "private, no-cache"
SOURCES = ("app", "data", "locale", "static", "templates")


@lru_cache
def release() -> str:
    """Changes with code, data, catalogues, templates, static files, and the settings they show."""
    files = sorted(p for name in SOURCES for p in (ROOT / name).rglob("*") if _counts(p))
    shown = settings()
    parts = [f"{p.relative_to(ROOT)} {digest(p.read_bytes())}" for p in files]
    return digest("\n".join([*parts, shown.base_url, shown.contact, str(shown.demo)]))[:16]


def _counts(path: Path) -> bool:
    return path.suffix != ".pyc" and path.is_file()


def tag_of(request: Request, version: object) -> str:
    """The tag of this page as `version` of what it tells makes it: weak, since it may be zipped.

    Args:
        version: all that the page depends on beside release, language, address and day.
    """
    prefix = request.scope["state"]["prefix"]
    told = (release(), _form(request), prefix, clock.today().isoformat(), version)
    return f'W/"{digest(repr(told))[:24]}"'


def _form(request: Request) -> tuple[str, bool]:
    """What a tag tells apart even where bodies are the same: headers differ by these."""
    return i18n.current_locale(), "hx-request" in request.headers


def public(request: Request) -> bool:
    """Whether the answer is the same for everybody: nobody is signed in, nothing is said once."""
    return not viewer_of(request).signed_in and flash.COOKIE not in request.cookies


def kept_by_version(
    request: Request, version: object, control: str = HELD_BRIEFLY
) -> Response | None:
    """304 when the browser has this page in `version` already; None when it must be made.

    Asked before anything is read from the database or rendered; `kept` with the same `version`
    gives the tag that is recognised here. Never for somebody signed in.
    """
    if not public(request):
        return None
    tag = tag_of(request, version)
    if not has(request, tag):
        return None
    return Response(status_code=304, headers=_rules(request, tag, control))


def kept(
    request: Request, response: Response, control: str = HELD_BRIEFLY, *, version: object = None
) -> Response:
    """`response` with its tag and `control`, or 304 when the browser has it already.

    An answer for somebody signed in, or that sets a cookie, is returned as it is.

    Args:
        version: as `kept_by_version` was asked; without one the tag is that of the content.
    """
    if not public(request) or "set-cookie" in response.headers:
        return response
    content = repr(_form(request)).encode() + bytes(response.body)
    tag = f'W/"{digest(content)[:24]}"' if version is None else tag_of(request, version)
    rules = _rules(request, tag, control)
    response.headers.update(rules)
    if not has(request, rules["ETag"]):
        return response
    same = {k: v for k, v in response.headers.items() if not k.startswith("content-")}
    return Response(status_code=304, headers=same)


def _rules(request: Request, tag: str, control: str) -> dict[str, str]:
    one_browser = "hx-request" in request.headers
    return {
        "ETag": tag,
        "Cache-Control": ASKED_EACH_TIME if one_browser else control,
        "Vary": "HX-Request",  # `web.middleware.Language` adds the others
    }


def has(request: Request, tag: str) -> bool:
    """Whether the browser says that it has `tag`, compared weakly (RFC 9110, section 13.1.2)."""
    given = request.headers.get("if-none-match", "")
    return given == "*" or _opaque(tag) in map(_opaque, given.split(","))


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")
