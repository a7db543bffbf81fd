"""A member's record for programs. `docs/api.md` describes it; names stay."""

import json
from base64 import b64encode
from typing import Any

from app.core.config import settings
from app.directory.record.reading import Line, Record
from app.trustlog.policy.entries import instant

FORMAT = "digital-trust-alliance/record/1"


def as_json(record: Record) -> str:
    """All of the record, oldest first."""
    base, number = settings().base_url, record.member.number
    told = {
        "format": FORMAT,
        "number": number,
        "profile": f"{base}/members/{number}",
        "log": {
            "origin": settings().log_name,
            "checkpoint": f"{base}/log/checkpoint",
            "size": record.size,
        },
        "entries": [_entry(line, number) for line in reversed(record.lines)],
    }
    return json.dumps(told, ensure_ascii=False)


def _entry(line: Line, number: str) -> dict[str, Any]:
    entry, base = line.entry, settings().base_url
    published = line.place is not None
    return {
        "index": line.place,
        "id": str(entry.entry_id),
        "kind": entry.kind.value,
        "at": instant(entry.at),
        "happened_at": instant(entry.happened_at),
        "entry": b64encode(entry.body).decode(),
        "openings": {name: list(opening) for name, opening in line.opened.items()},
        "url": f"{base}/log/{line.place}" if published else None,
        "proof": f"{base}/members/{number}/record/{line.place}.tlog-proof" if published else None,
    }


def file_name(number: str, place: int) -> str:
    """The name under which the proof of an entry is saved."""
    return f"{number}-{place}.tlog-proof"
