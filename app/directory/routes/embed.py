"""The check in pages of others."""

from fastapi import APIRouter

router = APIRouter()
