"""Pages: one Jinja environment, the words and helpers every template may use."""

from collections.abc import Callable, Hashable, Mapping, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core import clock, i18n
from app.core.config import ROOT, settings
from app.core.crypto import digest
from app.core.reference import reference
from app.web import flash
from app.web.sessions import viewer_of

TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


@lru_cache
def static_version() -> str:
    """Changes when any file under `static/` does, so that browsers may keep them for ever."""
    files = sorted(p for p in STATIC.rglob("*") if p.is_file())
    return digest("".join(digest(f"{p.relative_to(STATIC)}") + _mark(p) for p in files))[:12]


def _mark(path: Path) -> str:
    return digest(path.read_bytes())


def static(path: str) -> str:
    """The address of a file under `static/`."""
    return f"/static/{static_version()}/{path}"


def _html_gettext(message: str, /, **values: Any) -> Markup:
    """For `{% trans %}`: the message is ours and may hold markup, its values may not."""
    return Markup(i18n.catalogue(i18n.current_locale()).gettext(message)) % values  # noqa: S704


def _html_ngettext(one: str, many: str, n: int, /, **values: Any) -> Markup:
    found = i18n.catalogue(i18n.current_locale()).ngettext(one, many, n)
    return Markup(found) % {"n": i18n.format_number(n), **values}  # noqa: S704


def again(made: Callable[..., Markup], *given: Hashable) -> Markup:
    """What the macro `made` makes of `given`, kept by language: for parts that are few and return.

    Only where nothing but what is given and the language decides, and what is given comes from a
    vocabulary: a status, a platform, a province.
    """
    return _again(i18n.current_locale(), made, given)


@lru_cache(maxsize=2000)
def _again(_locale: str, made: Callable[..., Markup], given: tuple[Hashable, ...]) -> Markup:
    return made(*given)


class _Environment(Environment):
    """With globals that are the same for every template, which Jinja then need not compare.

    It compares them at each import of a macro, some twenty times a page.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """See Jinja."""
        return super().make_globals(d) if d else self.globals


@lru_cache
def environment() -> Environment:
    """The environment of all templates; an undefined name is an error, not a blank."""
    found = _Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(
            enabled_extensions=("html", "svg", "xml"), disabled_extensions=("txt",), default=True
        ),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings().demo,
    )
    found.globals.update(
        _=i18n.gettext,
        gettext=_html_gettext,
        ngettext=_html_ngettext,
        pgettext=i18n.pgettext,
        static=static,
        again=again,
        reference=reference,
        demo=settings().demo,
        base_url=settings().base_url,
        contact=settings().contact,
        locales=i18n.OWN_NAMES,
        territorial=i18n.TERRITORIAL,
        now=clock.now,
        today=clock.today,
    )
    found.newstyle_gettext = True  # type: ignore[attr-defined]  # `extend` leaves what is there
    found.policies["ext.i18n.trimmed"] = True
    found.filters.update(
        date=i18n.format_date,
        datetime=i18n.format_datetime,
        number=i18n.format_number,
        compact=i18n.compact_number,
    )
    return found


def localised(request: Request, path: str) -> str:
    """`path` with the language prefix of this request, if it has one."""
    prefix: str = request.scope.get("state", {}).get("prefix", "")
    if prefix and path.startswith("/") and not path.startswith(("/static/", f"{prefix}/")):
        return prefix if path == "/" else prefix + path
    return path


def inside(path: str) -> str:
    """`path` when it stays on this portal, else "/": nobody is sent elsewhere by a parameter.

    A browser reads backslashes as slashes and drops tabs and line ends before it parses.
    """
    if not path.startswith("/") or path.startswith("//") or "\\" in path:
        return "/"
    if any(ord(c) < 0x20 or ord(c) == 0x7F for c in path):  # noqa: PLR2004 - control characters
        return "/"
    parts = urlsplit(path)
    return path if not parts.scheme and not parts.netloc else "/"


def context_of(request: Request) -> dict[str, Any]:
    """What every template is given besides its own."""
    state = request.scope.get("state", {})
    path = state.get("path", request.url.path)
    query = f"?{request.url.query}" if request.url.query else ""
    return {
        "request": request,
        "request_id": state.get("request_id", ""),
        "viewer": viewer_of(request),
        "locale": i18n.current_locale(),
        "path": path,
        "alternates": {
            locale: f"/{locale}{quote(path) if path != '/' else ''}{query}"
            for locale in i18n.LOCALES
        },
        "canonical": settings().base_url + quote(localised(request, path)),
        "undecided": settings().base_url + quote(path),
        "url": lambda target: localised(request, target),
        "flashes": flash.take(request),
    }


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro, to be called alone: what it makes is a part of a page, without a page around it."""
    found: Callable[..., Markup] = getattr(environment().get_template(template).module, name)
    return found


def render(name: str, context: Mapping[str, Any]) -> str:
    """The template `name` filled from `context`, without a request: mails and tests."""
    return environment().get_template(name).render(**context)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page `template` for this request. Rendered here, so that its errors undo the request."""
    body = environment().get_template(template).render(**{**context_of(request), **context})
    response = HTMLResponse(body, status_code=status, headers=dict(headers or {}))
    flash.write_cookie(request, response)
    return response


def see_other(request: Request, path: str) -> Response:
    """Go on to `path` by GET: the answer to every form that did its work."""
    response = RedirectResponse(localised(request, inside(path)), status_code=303)
    flash.write_cookie(request, response)
    return response
