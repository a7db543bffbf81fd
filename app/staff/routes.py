"""The staff's pages, one module a task."""

from fastapi import APIRouter

from app.staff import application, decisions, members, roles, worklist

router = APIRouter()
for part in (worklist, application, decisions, roles, members):
    router.include_router(part.router)
