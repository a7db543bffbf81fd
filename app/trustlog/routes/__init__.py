"""The log for machines (`serving`) and for people (`pages`); `door` stands before the former."""

from fastapi import APIRouter

from app.trustlog.routes.pages import router as for_people
from app.trustlog.routes.serving import router as for_machines

router = APIRouter()
router.include_router(for_machines)  # first: `/log/{index}` would take its addresses
router.include_router(for_people)
