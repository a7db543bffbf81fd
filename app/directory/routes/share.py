"""What is handed on of a profile: code to scan, card, picture."""

from fastapi import APIRouter

router = APIRouter()
