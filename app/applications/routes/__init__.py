"""The pages of applicants, and what membership means."""

from fastapi import APIRouter

from app.applications.queries.applicant import legal_name as legal_name_of
from app.applications.routes import conversation, overview, portrait, public, sections, sending

__all__ = ["legal_name_of", "router"]

router = APIRouter()
for _part in (public, overview, sections, portrait, sending, conversation):
    router.include_router(_part.router)
