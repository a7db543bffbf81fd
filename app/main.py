"""The web process: every slice's pages on one application."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import GZipMiddleware

from app import tables  # noqa: F401 - all models, before any query
from app.accounts import queries as accounts
from app.accounts import routes as accounts_routes
from app.accounts.providers import providers
from app.applications import routes as applications_routes
from app.channels import routes as channels_routes
from app.channels import staff as channels_staff
from app.channels.queries import watching
from app.channels.routes import identity as channels_identity
from app.conduct import routes as conduct_routes
from app.conduct.sealing import watching as seal_watching
from app.core import db, log
from app.core.config import settings
from app.credentials import routes as credentials_routes
from app.directory import routes as directory_routes
from app.directory.search.live import Live, live, use_live
from app.mail import routes as mail_routes
from app.members import queries as members
from app.members import routes as members_routes
from app.staff import routes as staff_routes
from app.trustlog import routes as trustlog_routes
from app.trustlog.queries import state as trustlog_state
from app.trustlog.routes.door import ForMachines
from app.verify import routes as verify_routes
from app.web import errors, health, metrics
from app.web.assets import Assets
from app.web.csrf import Csrf
from app.web.framed import Framed
from app.web.headers import Headers
from app.web.middleware import Context, Head, Language
from app.web.openly import Allowance, Openly
from app.web.pages import STATIC
from app.web.sessions import Person
from app.web.turns import Turns

ROUTERS: Sequence[APIRouter] = (  # in the order of a search for the route: what is asked most first
    directory_routes.router,
    health.router,
    accounts_routes.router,
    channels_routes.router,
    channels_staff.router,
    conduct_routes.router,
    applications_routes.router,
    members_routes.router,
    credentials_routes.router,
    trustlog_routes.router,
    staff_routes.router,
    verify_routes.router,
)

TURNS_OF_STAFF = 2  # pages of the desk at once, beside those of the public


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Connect when the process starts, let go when it ends."""
    chosen = db.Database(db.make_engine(settings().database_url, pool_size=settings().pool_size))
    db.use_database(chosen)
    index = Live(chosen, settings().search_folder, max_age=settings().search_max_age)
    use_live(index)
    index.start()
    gc.collect()
    gc.freeze()  # what is here now stays; to look through it over and over halts all for 0.2 s
    try:
        yield
    finally:
        use_live(None)
        await index.stop()
        db.use_database(None)
        await chosen.close()


def make_app() -> FastAPI:
    """The portal, ready to be served.

    Raises:
        ValueError: the environment lacks the key, or names a provider that cannot be.
    """
    log.configure()
    settings().require_secret()
    seal_watching.tell()
    providers()
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None,
        redirect_slashes=False,  # it would name the host that the request names; see `web.errors`
        lifespan=lifespan,
    )  # fmt: skip
    for router in ROUTERS:
        app.include_router(router)
    if settings().demo:
        app.include_router(mail_routes.router)
    app.mount("/static", Assets(directory=STATIC))
    conduct_routes.legal_name_of = applications_routes.legal_name_of  # it stands a floor above
    channels_identity.member_of = members.member_of
    health.also["search"] = lambda: live().ready()
    metrics.also["channels"] = watching.metrics
    metrics.also["seal"] = seal_watching.metrics
    metrics.also["trustlog"] = trustlog_state.metrics
    errors.install(app)
    # Added last stands outermost.
    app.add_middleware(Allowance)
    app.add_middleware(Person, load=accounts.viewer_of_session)
    app.add_middleware(Csrf, origin=settings().base_url)
    app.add_middleware(Turns, most=settings().pool_size, desk=TURNS_OF_STAFF)
    app.add_middleware(Language)
    app.add_middleware(Context, on_failure=errors.on_failure)
    # Pages hold no secret beside what a visitor typed, so nothing is told by their length (BREACH).
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(Openly)
    app.add_middleware(ForMachines)
    app.add_middleware(Framed)
    app.add_middleware(Headers, secure=settings().secure)
    app.add_middleware(Head)
    return app
