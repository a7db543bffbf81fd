"""The demonstration's own authority, whose seals say that they prove nothing outside."""

import json
from pathlib import Path

from app.conduct.sealing import self_made


def environment(folder: Path) -> dict[str, str]:
    """What lets the portal seal by an authority in `folder`, which is made when there is none."""
    if not (folder / self_made.ROOT).exists():
        self_made.make(folder)
    return {"PORTAL_SEAL": json.dumps(self_made.setting(folder))}
