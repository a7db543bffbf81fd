"""The search index alone, in one process and without a database: build, open, ask, change.

    python -m bench.index [SIZE] [FOLDER]

A base that FOLDER has already is asked, and not built again.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from typing import Any

from app.core.clock import now
from app.directory.policy import PER_PAGE, Query
from app.directory.search import base
from app.directory.search.documents import Document, Handle
from app.directory.search.index import Index
from app.members.policy import PRESENT
from bench.people import CHANNELS, MEMBERS, Share, shares

ROUNDS = 60
CHANGES = 20_000
QUESTIONS = {
    "everybody": "",
    "one topic": "topic=food",
    "three filters": "topic=food&platform=tiktok&tier=micro",
    "a common word": "q=nguyen",
    "a rare name": "q=nghiem tram",
    "a typing error": "q=nghiem tuann",
    "a beginning": "q=nguyen thi hu",
    "a deep page": "page={middle}",
    "a deep page by followers": "sort=followers&page={middle}",
    "a deep page by relevance": "q=nguyen&page={some}",
    "one letter": "q=n",
    "two letters with accents": "q=đứ",
    "words of biographies": "q=chuyen nha que",
    "two words with errors": "q=nguyne huwong",
    "nobody": "q=khongcoaicaquabc",
    "the last page": "page=999999",
}
TYPED = ("n", "ng", "nguyen t", "minh a", "de", "bep", "tran thi thu h")


def documents(size: int) -> Iterator[Document]:
    for share in shares(size, 1):
        made = Share(*share).make()
        channels = (dict(zip(CHANNELS, row, strict=True)) for row in made.channels)
        held = {who: list(rows) for who, rows in groupby(channels, lambda c: c["account_id"])}
        for row in made.members:
            member = dict(zip(MEMBERS, row, strict=True))
            yield document(member, held.get(member["account_id"], []))


def document(member: dict[str, Any], channels: list[dict[str, Any]]) -> Document:
    present = member["standing"] in PRESENT
    proven = [c for c in channels if not c["lost_at"] and not c["removed_at"]]
    return Document(
        serial=member["serial"],
        version=1,
        number=member["number"],
        name=member["stage_name"],
        sort_key=member["sort_key"],
        legal_name=member["legal_name"] if member["legal_name_public"] else "",
        biography=member["biography"] if present else "",
        topics=tuple(filter(None, member["topics"].strip("{}").split(","))) if present else (),
        languages=tuple(member["languages"].strip("{}").split(",")) if present else (),
        province=member["province"],
        standing=member["standing"],
        joined_at=member["joined_at"],
        handles=tuple(
            Handle(c["platform"], c["handle"], c["followers"], c["proof_method"]) for c in proven
        ),
    )


def build(folder: Path, size: int) -> None:
    started = time.perf_counter()
    base.write(folder, documents(size))
    spent = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    files = {path.name: path.stat().st_size / 1e6 for path in folder.iterdir()}
    largest = ", ".join(f"{n} {s:.0f}" for n, s in sorted(files.items(), key=lambda f: -f[1])[:7])
    print(f"built in {spent:.0f} s with the people, peak {peak:.0f} MB; {sum(files.values()):.0f}"
          f" MB on the disk ({largest})")  # fmt: skip


def spent(index: Index, work: Callable[[], Any], rounds: int = ROUNDS) -> str:
    """p50 and p95 in milliseconds, of the processor's time and by the clock.

    The first time is not counted, and no answer is one that was kept.
    """
    work()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        index.drop(0)  # nobody's serial; whatever may have changed, answers are not kept
        started = time.thread_time(), time.perf_counter()
        work()
        ended = time.thread_time(), time.perf_counter()
        for kind, begun, over in zip(times, started, ended, strict=True):
            kind.append((over - begun) * 1000)
    marks = [quantiles(kind, n=20) for kind in times]
    return " ".join(f"{each[at]:8.2f}" for each in marks for at in (9, 18))


def memory() -> str:
    status = Path("/proc/self/status").read_text()
    kinds = ("VmRSS", "RssAnon", "RssFile")
    found = dict(line.split(":") for line in status.splitlines() if line.startswith(kinds))
    return ", ".join(f"{kind} {int(found[kind].split()[0]) / 1024:.0f} MB" for kind in kinds)


def ask(index: Index, title: str) -> None:
    print(f"\n{title}; {memory()}")
    print(f"{'question':28} {'found':>9} {'cpu p50':>8} {'cpu p95':>8} {'p50 ms':>8} {'p95 ms':>8}")
    places = {"middle": len(index) // PER_PAGE // 2, "some": len(index) // PER_PAGE // 8}
    for name, address in QUESTIONS.items():
        pairs = (pair.split("=", 1) for pair in address.format(**places).split("&") if pair)
        query = Query.parse([(key, value) for key, value in pairs])
        found = index.search(query)
        times = spent(index, lambda query=query: index.search(query))  # type: ignore[misc]
        print(f"{name:28} {found.total:9,} {times} {dict(found.corrected) or ''}")
    for typed in TYPED:
        times = spent(index, lambda typed=typed: index.suggest(typed))  # type: ignore[misc]
        print(f"{'suggest ' + typed:28} {'':9} {times}")


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[2] if len(sys.argv) > 2 else temporary)
        folder.mkdir(exist_ok=True)
        if not any(folder.iterdir()):
            child = get_context("spawn").Process(target=build, args=(folder, size))
            child.start()
            child.join()
        print(f"before: {memory()}")
        started = time.perf_counter()
        index = Index.open(folder)
        print(f"opened in {time.perf_counter() - started:.2f} s")
        ask(index, f"{len(index):,} members")
        changing = 0.0
        for each in documents(CHANGES):
            changed = replace(each, version=2, joined_at=now() - timedelta(minutes=each.serial))
            started = time.thread_time()
            index.put(changed)
            changing += time.thread_time() - started
        print(f"\n{changing / CHANGES * 1000:.2f} ms of the processor a change")
        ask(index, f"{CHANGES:,} of them changed")


if __name__ == "__main__":
    main()
