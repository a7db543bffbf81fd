"""Who a Bluesky handle is: handle and DID each have to name the other.

Sources: AT Protocol specifications, "Handle" (resolution by DNS TXT, then by HTTPS; a handle counts
only when the DID document names it too) and "DID" (`plc` and `web` are the methods in use).
"""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from app.channels.fetcher import FetchFailed
from app.channels.methods.base import Reach

PLC = "https://plc.directory/"
LONGEST_DID = 2048
_DID = re.compile(r"did:(?:plc:[a-z2-7]{24}|web:[a-z0-9.-]{3,253})")
_TEXT = frozenset({"text/plain"})


class NotMutual(Exception):
    """Handle and DID do not name each other; the argument is a key of `FAILURES`."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A handle and the DID behind it. `chain`: what was asked to learn it."""

    did: str
    handle: str
    chain: tuple[str, ...]


async def of_handle(handle: str, reach: Reach) -> Identity:
    """The identity behind `handle`.

    Raises:
        NotMutual: it leads to no DID, or to one that does not name it.
        FetchFailed: somebody on the way did not answer.
    """
    did, asked = await _did_of(handle, reach)
    document, where = await _document(did, reach)
    if handle not in _handles(document):
        raise NotMutual("handle_not_mutual")
    return Identity(did, handle, (asked, where))


async def of_did(did: str, reach: Reach) -> Identity:
    """The identity that has the DID `did`, under the handle that it goes by today.

    Raises:
        NotMutual, FetchFailed: as `of_handle`.
    """
    document, where = await _document(did, reach)
    handles = _handles(document)
    if not handles:
        raise NotMutual("handle_not_mutual")
    found, asked = await _did_of(handles[0], reach)
    if found != did:
        raise NotMutual("handle_not_mutual")
    return Identity(did, handles[0], (where, asked))


async def _did_of(handle: str, reach: Reach) -> tuple[str, str]:
    """The DID that a handle leads to, and where that was said."""
    name = f"_atproto.{handle}"
    try:
        said = {t.removeprefix("did=") for t in await reach.zones.txt(name) if t.startswith("did=")}
    except FetchFailed:
        said = set()  # a zone that does not answer leaves the other way open
    if len(said) > 1:
        raise NotMutual("handle_ambiguous")
    if said:
        return _checked(said.pop()), f"dns:{name}"
    page = await reach.fetcher.fetch(f"https://{handle}/.well-known/atproto-did", types=_TEXT)
    return _checked(page.text.strip()), page.url


async def _document(did: str, reach: Reach) -> tuple[dict[str, Any], str]:
    _, method, name = did.split(":", 2)
    at = f"https://{name}/.well-known/did.json" if method == "web" else PLC + quote(did, safe=":")
    page, document = await reach.fetcher.fetch_json(at)
    if document.get("id") != did:
        raise NotMutual("handle_not_mutual")
    return document, page.url


def _checked(did: str) -> str:
    if len(did) > LONGEST_DID or not _DID.fullmatch(did):
        raise NotMutual("handle_unknown")
    return did


def _handles(document: dict[str, Any]) -> tuple[str, ...]:
    """The handles that a DID document names, the one in use first."""
    known = document.get("alsoKnownAs")
    names = known if isinstance(known, list) else []
    return tuple(
        name.removeprefix("at://").lower()
        for name in names
        if isinstance(name, str) and name.startswith("at://")
    )
