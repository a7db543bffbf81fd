"""JSON-LD with the contexts that come with the portal, and with no other: nothing is fetched."""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from app.core.crypto import digest

FOLDER = Path(__file__).parents[1] / "contexts"
RELATIVE = "https://relative.invalid/"
"""What names that are not whole are resolved against, to be told from others."""
_one_at_a_time = Lock()  # the processor keeps resolved contexts, and is not made for threads


class Strange(ValueError):
    """A context that is not among ours, or a term that no context defines."""


@lru_cache
def bundled() -> Mapping[str, Any]:
    """The contexts by address.

    Raises:
        ValueError: a file is not the one that the manifest names by its hash.
    """
    found = {}
    for one in json.loads((FOLDER / "manifest.json").read_text("utf-8"))["contexts"]:
        data = (FOLDER / one["file"]).read_bytes()
        if digest(data) != one["sha256"]:
            raise ValueError(f"{one['file']} is not what the manifest says")
        found[one["url"]] = json.loads(data)
    return found


def _load(url: str, _options: object = None) -> dict[str, Any]:
    try:
        document = bundled()[url]
    except KeyError:
        raise Strange(url) from None
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": document,
    }


def quads(document: Mapping[str, Any]) -> bytes:
    """The canonical N-Quads of a document (W3C RDF Dataset Canonicalization 1.0).

    Takes long with a document made to take long: never call it on a stranger's.

    Raises:
        Strange: a context is not ours.
        ValueError: it is no JSON-LD.
    """
    from pyld import jsonld  # noqa: PLC0415 - reads in much, and few processes need it

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _load,
    }
    try:
        with _one_at_a_time:
            return str(jsonld.normalize(dict(document), options)).encode()
    except jsonld.JsonLdError as wrong:
        raise _strange(wrong) from wrong


def check_terms(document: Mapping[str, Any]) -> None:
    """Let pass a document of which every term and type is defined.

    What is not would be dropped in silence, and a signature would not cover it.

    Raises:
        Strange: a term or a type is not, or a context is not ours.
    """
    from pyld import jsonld  # noqa: PLC0415 - as above

    dropped: list[object] = []
    try:
        with _one_at_a_time:
            expanded = jsonld.expand(
                dict(document),
                {"documentLoader": _load, "base": RELATIVE},
                on_property_dropped=dropped.append,
            )
    except jsonld.JsonLdError as wrong:
        raise _strange(wrong) from wrong
    lost = {str(term) for term in dropped}
    lost |= {name.removeprefix(RELATIVE) for name in _names(expanded) if not _whole(name)}
    if lost:
        raise Strange(f"no context defines {', '.join(sorted(lost))}")


def _whole(name: str) -> bool:
    return ":" in name and not name.startswith(RELATIVE)


def _names(expanded: Any) -> Iterator[str]:
    """All types and identifiers; whole ones have a scheme."""
    if isinstance(expanded, list):
        for one in expanded:
            yield from _names(one)
    elif isinstance(expanded, dict):
        if "@id" in expanded:
            yield expanded["@id"]
        if "@value" not in expanded:
            yield from expanded.get("@type", ())
        for name, value in expanded.items():
            if not name.startswith("@") or name in ("@graph", "@set", "@list"):
                yield from _names(value)


def _strange(wrong: BaseException) -> ValueError:
    """Our own refusal where it lies behind the processor's, else the processor's as a sentence."""
    seen: BaseException | None = wrong
    while seen is not None:
        if isinstance(seen, Strange):
            return Strange(f"no context of ours: {seen}")
        seen = getattr(seen, "cause", None) or seen.__cause__
    return ValueError(f"no JSON-LD: {getattr(wrong, 'code', '') or type(wrong).__name__}")
