"""`/healthz`: this process lives. `/readyz`: it can serve. `/metrics`: how it does."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.core import migrations
from app.core.db import database
from app.web.metrics import told

router = APIRouter()
WORKER_SILENT = timedelta(seconds=45)

also: dict[str, Callable[[], Awaitable[bool]]] = {}
"""What else has to be ready, by name: handed down by `main` from the slices above."""


@router.get("/healthz")
async def healthz() -> Response:
    """Alive: nothing else is asked."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def readyz() -> Response:
    """Ready: database reachable, migrations applied, and all of `also`.

    A silent worker is told, but is no reason to stop serving pages.
    """
    try:
        async with asyncio.timeout(5):
            checks = await _checks()
    except (SQLAlchemyError, TimeoutError, OSError):
        checks = {"database": False, "migrations": False, "worker": False}
    others = {name: await ready() for name, ready in also.items()}
    ready = checks["database"] and checks["migrations"] and all(others.values())
    return JSONResponse({"ready": ready, **checks, **others}, status_code=200 if ready else 503)


async def _checks() -> dict[str, bool]:
    async with database().read() as session:
        at = await session.scalar(text("SELECT version_num FROM alembic_version"))
        worker = await session.scalar(
            text(
                "SELECT EXISTS (SELECT 1 FROM procrastinate_workers"
                " WHERE last_heartbeat > now() - :silent)"
            ),
            {"silent": WORKER_SILENT},
        )
    return {"database": True, "migrations": at == migrations.head(), "worker": bool(worker)}


@router.get("/metrics")
async def metrics() -> Response:
    """Prometheus' text format."""
    return Response(await told(), media_type=CONTENT_TYPE_LATEST)
