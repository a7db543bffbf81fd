"""The directory and the check for programs."""

from fastapi import APIRouter

router = APIRouter()
