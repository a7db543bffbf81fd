"""Imports every model once, so that the metadata is whole: for Alembic, and for relationships.

With them comes whatever follows a change of a slice below (`<slice>/following.py`): no process may
make the change without it.
"""

from importlib import import_module
from pathlib import Path

from app.core import reference_tables  # noqa: F401 - for its tables
from app.core.db import Base

SLICES = Path(__file__).parent

for _name in ("models", "following"):
    for _found in sorted(SLICES.glob(f"*/{_name}.py")):
        import_module(f"app.{_found.parent.name}.{_name}")

metadata = Base.metadata
