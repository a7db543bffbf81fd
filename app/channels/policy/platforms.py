"""The platforms that a channel can be on, as `data/platforms.yaml` describes them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import yaml

from app.core.config import DATA

DOMAIN = re.compile(
    r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?:xn--[a-z0-9-]{1,59}|[a-z]{2,63})"
)
"""A host name of the public web in A-labels. Its last label is no number, so no address fits."""

_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform: where its channels live and what their addresses look like.

    `hosts` is empty when any host may carry a channel (Mastodon, a website of one's own).
    `shapes` are paths with groups `handle`, `id` or `legacy`; the first that fits counts.
    """

    key: str
    name: str
    hosts: frozenset[str]
    short_hosts: frozenset[str]
    canonical: str
    canonical_id: str
    canonical_legacy: str
    shapes: tuple[re.Pattern[str], ...]
    handle: re.Pattern[str]
    stable_id: re.Pattern[str]
    id_as_handle: bool
    refused: frozenset[str]
    dots_ignored: bool

    @property
    def example(self) -> str:
        """What the address of a channel looks like here, to be shown beside a refusal."""
        handle = "tenban.bsky.social" if self.key == "bluesky" else "tenban"
        host = "mastodon.social" if self.key == "mastodon" else "tenban.vn"
        return self.canonical.format(handle=handle, host=host, path="/")


def _shape(template: str, stable_id: str) -> re.Pattern[str]:
    """A path as a pattern: `{handle}`, `{name}`, `{id}`, `{legacy}`; whatever lies below fits too.

    A page below a channel (`/@name/videos`) names the channel as well as the channel's own.
    """
    groups = {
        r"\{handle\}": "(?P<handle>[^/?]+)",
        r"\{name\}": "[^/?]+",
        r"\{legacy\}": "(?P<legacy>(?:c|user)/[^/?]+)",
        r"\{id\}": f"(?P<id>{stable_id})",
    }
    pattern = re.escape(template).removesuffix("/")
    for name, group in groups.items():
        pattern = pattern.replace(name, group)
    return re.compile(rf"{pattern}(?:[/?&].*)?")


def _platform(given: Mapping[str, Any]) -> Platform:
    canonical: str = given["canonical"]
    stable_id = given.get("id", "").removeprefix("^").removesuffix("$")
    handle = given.get("handle", "")
    own_path = "/" + canonical.split("/", 3)[-1] if "{path}" not in canonical else "/{name}"
    return Platform(
        key=given["key"],
        name=given["name"],
        hosts=frozenset(given.get("hosts", ())),
        short_hosts=frozenset(given.get("short_hosts", ())),
        canonical=canonical,
        canonical_id=given.get("canonical_id", canonical),
        canonical_legacy=given.get("canonical_legacy", canonical),
        shapes=tuple(_shape(s, stable_id) for s in given.get("shapes", (own_path,))),
        handle=DOMAIN if handle == "a domain name" else re.compile(handle) if handle else _NOTHING,
        stable_id=re.compile(stable_id) if stable_id else _NOTHING,
        id_as_handle=given.get("id_as_handle", False),
        refused=frozenset(given.get("refuse", ())),
        dots_ignored="dots" in given.get("compare", ""),
    )


@lru_cache
def platforms() -> Mapping[str, Platform]:
    """Every platform by key, in the order of the file."""
    rows = yaml.safe_load((DATA / "platforms.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({row["key"]: _platform(row) for row in rows})


def platform_name(key: str) -> str:
    """What people call the platform; its key when it has left the file."""
    found = platforms().get(key)
    return found.name if found else key
