"""Pages of channels for their owners, and where rel="me" links lead."""

from fastapi import APIRouter

from app.channels.routes import disputes, identity, oauth, own

router = APIRouter()
router.include_router(own.router)
router.include_router(oauth.router)
router.include_router(disputes.router)
router.include_router(identity.router)
