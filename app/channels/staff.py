"""The staff's page of one channel: what was seen, and what they make of it."""

from fastapi import APIRouter

router = APIRouter()
