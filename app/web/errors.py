"""What each refusal looks like: one handler an error, one designed page a status."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from app.core import errors
from app.core.i18n import gettext as _
from app.web import framed
from app.web.forms import Form, FormModel
from app.web.pages import inside, localised, page
from app.web.problems import problem, wrong

log = structlog.get_logger("web.errors")

STATUS: Mapping[type[errors.PortalError], int] = {
    errors.NotAllowed: 403,
    errors.Missing: 404,
    errors.Gone: 410,
    errors.Stale: 409,
    errors.Conflict: 409,
    errors.Refused: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
}
PAGES = frozenset({403, 404, 409, 410, 422, 429, 500, 503})
API = ("/api/", "/healthz", "/readyz", "/metrics")
AWAY = 5  # seconds after which to ask again when the database is away


def for_programs(request: Request) -> bool:
    """Whether a program asks, which is answered with a problem document."""
    return request.url.path.startswith(API)


def error_page(request: Request, status: int, **context: Any) -> Response:
    """The designed page of `status`; for programs a problem document (RFC 9457)."""
    status = status if status in PAGES else (404 if status < 500 else 500)  # noqa: PLR2004
    headers = {"Retry-After": str(context["retry_after"])} if context.get("retry_after") else {}
    if for_programs(request):
        return problem(request, status, detail=context.get("message", ""), headers=headers)
    known = {"message": "", "what_changed": {}, "typed": {}, "retry_after": 0, "code": status}
    template = f"errors/{status}.html"
    if framed.ADDRESS.match(request.url.path):
        template = "errors/framed.html"
    return page(request, template, status=status, headers=headers, **{**known, **context})


def typed(request: Request) -> dict[str, str]:
    """The texts that the person had typed, to be given back on the page that refuses them.

    Choices are left out: they hold the program's keys, and are quickly made again.
    """
    form: Form[FormModel] | None = getattr(request.state, "form", None)
    if form is None:
        return {}
    texts = {
        name
        for name, field in form.model.model_fields.items()
        if field.annotation in (str, str | None)
    }
    return {name: form.shown(name) for name in form.typed if name in texts}


async def on_portal_error(request: Request, error: Exception) -> Response:
    """A refusal of our own."""
    if isinstance(error, errors.NotSignedIn):
        return _to_sign_in(request)
    kinds = (kind for kind in type(error).__mro__ if kind in STATUS)
    status = STATUS[next(kinds, errors.Refused)]
    shown = "" if isinstance(error, errors.NotAllowed) else str(error)
    log.info("refused", kind=type(error).__name__, status=status)
    return error_page(
        request,
        status,
        message=shown,
        what_changed=getattr(error, "changed", {}),
        typed=typed(request) if status in (409, 422) else {},
        retry_after=getattr(error, "retry_after", 0),
    )


def _to_sign_in(request: Request) -> Response:
    """The way to sign in and back to the page one was on; htmx is told to lead there itself.

    It would otherwise put the page of the sign-in in place of a part of the page.
    """
    if request.scope["state"].get("viewer_unknown"):
        return error_page(request, 503, retry_after=AWAY)
    there = localised(request, "/sign-in") + "?next=" + quote(_page_of(request), safe="/")
    if request.headers.get("hx-request") == "true":
        return Response(status_code=401, headers={"HX-Redirect": there})
    return RedirectResponse(there, status_code=303)


def _page_of(request: Request) -> str:
    """The page that was asked for, or on which the form or the htmx element stands."""
    if request.method == "GET" and "hx-request" not in request.headers:
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    page_url = urlsplit(request.headers.get("referer", ""))
    if page_url.netloc != request.url.netloc:
        return "/"
    return inside(page_url.path + (f"?{page_url.query}" if page_url.query else ""))


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's own: no such route, wrong method, malformed form.

    An address with a slash too many leads to the one without: on this portal and in the language
    asked for, whatever the request says of its host.
    """
    status = error.status_code if isinstance(error, HTTPException) else 500
    path: str = request.scope["path"]
    if status == HTTPStatus.NOT_FOUND and request.method == "GET" and path[1:].endswith("/"):
        query = f"?{request.url.query}" if request.url.query else ""
        there = localised(request, quote(inside(path.rstrip("/"))))
        return RedirectResponse(there + query, status_code=308)
    if for_programs(request) and isinstance(error, HTTPException):
        return problem(
            request, 422 if status == HTTPStatus.BAD_REQUEST else status, headers=error.headers
        )
    return error_page(request, {405: 404, 400: 422, 413: 422}.get(status, status))


async def on_invalid_address(request: Request, error: Exception) -> Response:
    """A path or query that cannot be read is an address that does not exist; programs are told."""
    if for_programs(request) and isinstance(error, RequestValidationError):
        return problem(request, 422, errors=[wrong(each) for each in error.errors()])
    return error_page(request, 404)


async def on_stale(request: Request, _error: Exception) -> Response:
    """Two changed the same row at once; this is the second."""
    return error_page(request, 409, typed=typed(request))


async def on_database_error(request: Request, error: Exception) -> Response:
    """The database is away (503), or refused something that the code should not have asked."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeout) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    ):
        log.warning("database away", kind=type(error).__name__)
        return error_page(request, 503, retry_after=AWAY)
    return await on_failure(request, error)


async def on_failure(request: Request, error: Exception) -> Response:
    """Whatever left the application: refusals of the middleware, and what nobody foresaw.

    The latter is logged with its trace and told without it.
    """
    if isinstance(error, errors.PortalError):
        return await on_portal_error(request, error)
    log.error("failure", exc_info=error)
    try:
        return error_page(request, 500)
    except Exception as second:
        log.exception("the error page failed", exc_info=second)
        return HTMLResponse(
            f"<!doctype html><title>500</title><p>{_('Something went wrong on our side.')}</p>",
            status_code=500,
        )


def install(app: FastAPI) -> None:
    """Give every error its handler."""
    app.add_exception_handler(errors.PortalError, on_portal_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, on_invalid_address)
    app.add_exception_handler(StaleDataError, on_stale)
    app.add_exception_handler(DBAPIError, on_database_error)
    app.add_exception_handler(PoolTimeout, on_database_error)
