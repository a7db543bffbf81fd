"""Pages of one's own channels; `/is/{token}`, the address that rel="me" links lead to."""

from fastapi import APIRouter

router = APIRouter()
