"""The web process: every slice's pages on one application."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from importlib import import_module, util

from fastapi import FastAPI

from app import tables  # noqa: F401 - all models, before any query
from app.accounts import queries as accounts
from app.core import db, log
from app.core.config import settings
from app.members import queries as members
from app.web import errors, health
from app.web.assets import Assets
from app.web.csrf import Csrf
from app.web.headers import Headers
from app.web.middleware import Context, Language
from app.web.pages import STATIC
from app.web.sessions import Person

SLICES = (
    "accounts.routes",
    "channels.routes",
    "channels.staff",
    "conduct.routes",
    "conduct.staff",
    "applications.routes",
    "members.routes",
    "directory.routes",
    "staff.routes",
)


def _there(name: str) -> bool:
    try:
        return util.find_spec(f"app.{name}") is not None
    except ModuleNotFoundError:
        return False


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Connect when the process starts, let go when it ends."""
    chosen = db.Database(db.make_engine(settings().database_url, pool_size=settings().pool_size))
    db.use_database(chosen)
    try:
        yield
    finally:
        db.use_database(None)
        await chosen.close()


def make_app() -> FastAPI:
    """The portal, ready to be served."""
    log.configure()
    settings().require_secret()
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.include_router(health.router)
    for name in (*SLICES, *(("mail.routes", "demo.routes") if settings().demo else ())):
        if _there(name):
            app.include_router(import_module(f"app.{name}").router)
    app.mount("/static", Assets(directory=STATIC))
    if _there("conduct.routes") and _there("applications.routes"):
        conduct = import_module("app.conduct.routes")
        conduct.legal_name_of = import_module("app.applications.routes").legal_name_of
    if _there("channels.routes"):
        import_module("app.channels.routes").member_of = members.member_of
    errors.install(app)
    # Added last stands outermost.
    app.add_middleware(Person, load=accounts.viewer_of_session)
    app.add_middleware(Language)
    app.add_middleware(Csrf, origin=settings().base_url)
    app.add_middleware(Context, on_failure=errors.on_failure)
    app.add_middleware(Headers, secure=settings().secure)
    return app
