"""The search of members: one module behind one small interface, `live()`."""

from app.directory.search.documents import (
    Document,
    Found,
    Handle,
    Hit,
    Suggestion,
    UnknownCursor,
)
from app.directory.search.live import live

__all__ = ["Document", "Found", "Handle", "Hit", "Suggestion", "UnknownCursor", "live"]
