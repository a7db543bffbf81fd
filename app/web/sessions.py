"""Server-side sessions: rows in the database, a random token in a cookie (design §2)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import clock
from app.core.config import settings
from app.core.crypto import digest, token
from app.core.db import database
from app.core.viewer import ANYBODY, Viewer
from app.web.models import WebSession

log = structlog.get_logger("web.sessions")

IDLE = timedelta(days=14)
IDLE_STAFF = timedelta(hours=2)
LONGEST = timedelta(days=60)
LONGEST_STAFF = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)

LoadViewer = Callable[[AsyncSession, WebSession], Awaitable[Viewer | None]]


def cookie_name() -> str:
    """`__Host-` binds the cookie to this very host, which browsers allow only over HTTPS."""
    return "__Host-session" if settings().secure else "session"


def client_address(request: Request) -> str:
    """The address the request came from; the server has already believed trusted proxies only."""
    return request.client.host if request.client else ""


def alive(row: WebSession, *, staff: bool, at: datetime) -> bool:
    """Whether the session still holds at `at`: not ended, neither idle nor held for too long."""
    idle, longest = (IDLE_STAFF, LONGEST_STAFF) if staff else (IDLE, LONGEST)
    return row.ended_at is None and at < row.last_seen_at + idle and at < row.signed_in_at + longest


async def begin(
    session: AsyncSession, request: Request, account_id: UUID, provider: str, issuer: str
) -> str:
    """Start a session for `account_id`, ending the one this browser had.

    Returns: the token for the cookie; only its hash is kept.
    """
    await end_token(session, request.cookies.get(cookie_name(), ""))
    value, at = token(32), clock.now()
    session.add(
        WebSession(
            token_hash=digest(value),
            account_id=account_id,
            provider=provider,
            issuer=issuer,
            signed_in_at=at,
            last_seen_at=at,
            address=client_address(request),
            user_agent=request.headers.get("user-agent", "")[:300],
        )
    )
    await session.flush()
    return value


def set_cookie(response: Response, value: str) -> None:
    """Hand the token to the browser."""
    response.set_cookie(
        cookie_name(),
        value,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=settings().secure,
        path="/",
    )


def drop_cookie(response: Response) -> None:
    """Let the browser forget the token."""
    response.delete_cookie(
        cookie_name(), httponly=True, samesite="lax", secure=settings().secure, path="/"
    )


async def end_token(session: AsyncSession, value: str) -> None:
    """End the session of this token, if there is one."""
    if value:
        await session.execute(
            update(WebSession)
            .where(WebSession.token_hash == digest(value), WebSession.ended_at.is_(None))
            .values(ended_at=clock.now())
        )


async def end(
    session: AsyncSession, account_id: UUID, only: UUID | None = None, keep: UUID | None = None
) -> int:
    """End sessions of `account_id`: all, `only` one, or all but `keep`.

    Returns: how many were ended.
    """
    where = [WebSession.account_id == account_id, WebSession.ended_at.is_(None)]
    if only:
        where.append(WebSession.id == only)
    if keep:
        where.append(WebSession.id != keep)
    ended = await session.execute(
        update(WebSession).where(*where).values(ended_at=clock.now()).returning(WebSession.id)
    )
    return len(ended.all())


async def open_sessions(session: AsyncSession, account_id: UUID) -> tuple[WebSession, ...]:
    """The open sessions of `account_id`, last used first."""
    rows = await session.scalars(
        select(WebSession)
        .where(
            WebSession.account_id == account_id,
            WebSession.ended_at.is_(None),
            WebSession.last_seen_at > clock.now() - IDLE,
            WebSession.signed_in_at > clock.now() - LONGEST,
        )
        .order_by(WebSession.last_seen_at.desc())
    )
    return tuple(rows)


class Person:
    """Finds out who asks, before the route runs, and leaves a `Viewer` on the request."""

    def __init__(self, app: ASGIApp, load: LoadViewer) -> None:
        self.app = app
        self.load = load

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            request = Request(scope)
            scope.setdefault("state", {})["viewer"] = await self.viewer(request)
        await self.app(scope, receive, send)

    async def viewer(self, request: Request) -> Viewer:
        """Who asks; somebody unknown when the database does not answer (its page then says so)."""
        anybody = Viewer(
            address=client_address(request),
            user_agent=request.headers.get("user-agent", "")[:300],
        )
        value = request.cookies.get(cookie_name())
        if not value or request.url.path.startswith("/static/"):
            return anybody
        try:
            known = await self._known(value)
        except (DBAPIError, PoolTimeout):
            log.warning("no database to look up the session")
            request.scope["state"]["viewer_unknown"] = True
            return anybody
        if known is None:
            return anybody
        return replace(known, address=anybody.address, user_agent=anybody.user_agent)

    async def _known(self, value: str) -> Viewer | None:
        async with database().read() as session:
            row = await session.scalar(
                select(WebSession).where(WebSession.token_hash == digest(value))
            )
            viewer = await self.load(session, row) if row else None
        if row is None or viewer is None:
            return None
        if not alive(row, staff=viewer.is_staff, at=clock.now()):
            return None
        if clock.now() - row.last_seen_at > TOUCH_EVERY:
            async with database().write() as session:
                await session.execute(
                    update(WebSession)
                    .where(WebSession.id == row.id)
                    .values(last_seen_at=clock.now())
                )
        return viewer


def viewer_of(request: Request) -> Viewer:
    """Who asks, as `Person` found."""
    found: Viewer = request.scope.get("state", {}).get("viewer", ANYBODY)
    return found
