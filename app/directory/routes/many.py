"""The check of many accounts at once."""

from fastapi import APIRouter

router = APIRouter()
