"""Applications that are measured beside the portal, and the portal as it counts its statements.

Each is a factory for `uvicorn --factory`.
"""

import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from sqlalchemy import event
from sqlalchemy.engine import Engine
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.directory import rendering, wording
from app.directory.policy import Query
from app.directory.queries import results
from app.directory.routes.addresses import addresses
from app.main import make_app
from app.web.pages import localised, page


def body() -> bytes:
    """The bytes of the page that all are to serve."""
    return Path(os.environ["BENCH_BODY"]).read_bytes()


def bare() -> Starlette:
    """Bare Starlette: one route, the same bytes each time."""
    content = body()

    async def same(_request: Request) -> Response:
        return HTMLResponse(content)

    return Starlette(routes=[Route("/same", same)])


def constants() -> FastAPI:
    """The portal with three routes more, all of constants.

    `/bench/same`: the bytes of the page, behind the same middleware. `/bench/template`: the page
    rendered from what its question found once. `/bench/statements`: how many SQL statements the
    last request sent.
    """
    app = make_app()
    content = body()
    kept: dict[str, Any] = {}

    @app.get("/bench/same")
    async def same() -> Response:
        return HTMLResponse(content)

    @app.get("/bench/template")
    async def template(request: Request) -> Response:
        if not kept:
            kept["results"] = await results.results(Query())
        query = kept["results"].query
        return page(
            request, "directory/index.html", query=query, wording=wording, rendering=rendering,
            prefix=localised(request, "/").rstrip("/"), **kept,
            **addresses(request, query.address()),
        )  # fmt: skip

    sent: list[str] = []

    @event.listens_for(Engine, "before_cursor_execute")
    def _note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "member_changes" not in statement and "pg_snapshot" not in statement:
            sent.append(statement)

    @app.get("/bench/statements")
    async def statements() -> Response:
        told = str(len(sent))
        sent.clear()
        return PlainTextResponse(told)

    return app
