"""The web process of the demonstration: the portal with a guide to its people."""

from fastapi import FastAPI

from app import main
from app.demo import routes


def make_app() -> FastAPI:
    """The portal as `main.make_app` makes it, and `/demo`."""
    app = main.make_app()
    app.include_router(routes.router)
    return app
