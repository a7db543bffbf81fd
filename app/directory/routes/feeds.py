"""Feeds of new members and of changes of standing."""

from fastapi import APIRouter

router = APIRouter()
