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
    share,
    site,
)

router = APIRouter()
for _part in (home, browse, check, many, embed, share, badge, feeds, member, evidence, site, api):
    router.include_router(_part.router)
