"""A log's arithmetic by somebody else: `aics-tlog`, which shares no line with ours."""

import importlib
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / ".venv" / "oracle"
HOW = (
    "pip install --no-deps --ignore-requires-python --target .venv/oracle aics-tlog==0.2.1"
    " (its metadata asks for Python 3.12; it runs on 3.11). `make test` does it."
)


def tlog() -> Any:
    """The module. It is not locked with the rest, since nothing of the portal's needs it.

    Raises:
        AssertionError: it is not there; with how to get it.
    """
    assert (FOLDER / "aics_tlog").is_dir(), f"aics-tlog is not in {FOLDER}. Get it so: {HOW}"
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))
    return importlib.import_module("aics_tlog")


def reader(served: dict[str, bytes]) -> Any:
    """Its reader of tiles, over what is served at each path."""
    return tlog().MemoryTileReader(served)
