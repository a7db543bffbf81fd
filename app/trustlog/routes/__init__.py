"""The log for machines (`serving`) and for people (`pages`); `door` stands before the former."""

from fastapi import APIRouter

from app.trustlog.routes import pages, serving

router = APIRouter()
for _part in (serving, pages):  # in this order: `/log/{index}` would take the other addresses
    router.include_router(_part.router)
