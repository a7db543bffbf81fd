"""Signing in and out, and one's own account."""

from fastapi import APIRouter

from app.accounts.routes import account, callback, sign_in

router = APIRouter()
router.include_router(sign_in.router)
router.include_router(callback.router)
router.include_router(account.router)
