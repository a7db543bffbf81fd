"""Where measurements happen: a PostgreSQL of their own, a filled database for each size, kept.

`PORTAL_BENCH_DIR` says where (usual: `.data/bench`); `python -m bench clear` deletes it all.
"""

import os
import time
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app import tables  # noqa: F401 - all models
from app.core import embedded_postgres
from app.core.config import ROOT
from bench import people
from tests import databases

FOLDER = Path(os.environ.get("PORTAL_BENCH_DIR") or ROOT / ".data" / "bench")
SEED = 1


def plain(url: str) -> str:
    """psycopg's form of SQLAlchemy's `url`."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def database(size: int, seed: int = SEED) -> str:
    """SQLAlchemy's address of a database with `size` members; filled when it is not there yet."""
    name = f"bench_{databases.shape()}_{seed}_{size}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = embedded_postgres.database_url(FOLDER, name)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        done = connection.execute("SELECT to_regclass('bench_done')").fetchone()
        if done != (None,):
            return url
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")  # half filled
    databases.build(url)
    started = time.perf_counter()
    channels = people.fill(plain(url), size, seed)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_done ()")
    took = time.perf_counter() - started
    print(f"Made {size:,} members with {channels:,} channels in {took:.0f} s", flush=True)
    return url


def clear() -> None:
    """Delete server and databases."""
    embedded_postgres.remove(FOLDER)
