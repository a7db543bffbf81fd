"""Public pages: the front door, the directory, a member's profile, the check, the API."""

from fastapi import APIRouter

from app.directory.routes import (
    api,
    badge,
    browse,
    check,
    embed,
    evidence,
    feeds,
    home,
    many,
    member,
    record,
    share,
    site,
)

router = APIRouter()
_PARTS = (
    home, browse, check, many, embed, share, badge, feeds, member, record, evidence, site, api,
)  # fmt: skip
for _part in _PARTS:
    router.include_router(_part.router)
