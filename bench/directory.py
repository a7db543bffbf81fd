"""How long a search of the directory takes, at 1,000 and at 10,000 members.

    python -m bench.directory [size …]

Works on databases of its own, as the tests do (`DATABASE_URL`, else the embedded server), and
measures `search()` alone: from the question to counts and ids, over one connection, warm.
"""

import asyncio
import sys
import time
from statistics import quantiles

from sqlalchemy import text

from app.directory.policy import Query
from app.directory.search import search
from tests import databases
from tests.factories.directory import Crowd

SIZES = (1_000, 10_000)
ROUNDS = 40
QUESTIONS = {
    "everybody": "",
    "one topic": "topic=food",
    "three filters": "topic=food&topic=travel&platform=tiktok&tier=micro&tier=mid",
    "a common word": "q=nguyen",
    "a whole name": "q=nguyen+thi+uyen",
    "a handle": "q=nguyenthiuyen",
    "a word of biographies": "q=chuyen",
    "nobody": "q=khong+ai+ca",
    "the last page, by followers": "sort=followers&page=999999",
}


def question(address: str) -> Query:
    return Query.parse([tuple(pair.split("=", 1)) for pair in address.split("&") if pair])  # type: ignore[misc]


async def measure(size: int) -> None:
    async with databases.database() as database:
        async with database.write() as session:
            await Crowd(size).move_in(session)
        async with database.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            await connection.execute(text("VACUUM ANALYZE"))
        print(f"\n{size:,} members\n{'question':30} {'found':>7} {'p50 ms':>8} {'p95 ms':>8}")
        async with database.read() as session:
            for name, address in QUESTIONS.items():
                query = question(address.replace("+", " "))
                found = await search(session, query)
                spent = []
                for _ in range(ROUNDS):
                    started = time.perf_counter()
                    await search(session, query)
                    spent.append((time.perf_counter() - started) * 1000)
                marks = quantiles(spent, n=20)
                print(f"{name:30} {found.total:7} {marks[9]:8.1f} {marks[18]:8.1f}")


async def main() -> None:
    for size in map(int, sys.argv[1:] or SIZES):
        await measure(size)


if __name__ == "__main__":
    asyncio.run(main())
