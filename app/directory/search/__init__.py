"""The search of members: one module behind one small interface."""

from app.directory.search.documents import Document, Found, Handle, Hit, Suggestion
from app.directory.search.sql import search

__all__ = ["Document", "Found", "Handle", "Hit", "Suggestion", "search"]
