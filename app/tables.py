"""Imports every model once, so that the metadata is whole: for Alembic, and for relationships."""

from importlib import import_module
from pathlib import Path

from app.core import reference_tables  # noqa: F401 - for its tables
from app.core.db import Base

SLICES = Path(__file__).parent

for _found in sorted(SLICES.glob("*/models.py")):
    import_module(f"app.{_found.parent.name}.models")

metadata = Base.metadata
