"""What of a proof's evidence is for everybody: what was read and matched, and nothing that opens.

Source: issue 5 §3, "The evidence page".
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

HIDDEN = "••••••••"
MOST_ADDRESSES = 8  # of a chain; the fetcher follows fewer
LONGEST = 300  # characters of one address
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NAMED = re.compile(r"(?:https?://|at://|did:|dns:)[^\s<>\"]+")
_CODES = re.compile(  # of whomever: `proofs.page_code`, `domains.domain_code`, `/is/{token}`
    r"\bDTA-[0-9A-HJKMNP-TV-Z]{10}\b|\bdta-verify=[\w-]+|(?<=/is/)[\w-]+", re.IGNORECASE
)
_OPENING = re.compile(r"dta-(?:[a-z]+=)?", re.IGNORECASE)  # what all of a kind begin with


@dataclass(frozen=True, slots=True)
class Public:
    """What everybody may read of a piece of evidence; each is empty where it says nothing.

    `matched` is what was found, without the words around it, which may be anybody's affair.
    """

    chain: tuple[str, ...] = ()
    matched: tuple[str, ...] = ()
    sha256: str = ""


def public(
    evidence: Mapping[str, Any], secrets: Collection[str] = (), handle: str | None = None
) -> Public:
    """The part of `evidence` that is for everybody.

    Args:
        evidence: as a method kept it; nothing is taken over but what is named here.
        secrets: the codes and tokens of the channel's owner; masked wherever they stand.
        handle: the channel's name, which everybody knows.
    """
    chain = evidence.get("chain")
    texts = chain if isinstance(chain, list) else []
    sha256 = evidence.get("sha256")
    return Public(
        chain=tuple(filter(None, (_address(one, secrets) for one in texts[:MOST_ADDRESSES]))),
        matched=_matched(evidence, secrets, handle),
        sha256=sha256 if isinstance(sha256, str) and _SHA256.fullmatch(sha256) else "",
    )


def _matched(
    evidence: Mapping[str, Any], secrets: Collection[str], handle: str | None
) -> tuple[str, ...]:
    """The code, address or name that was found, and where that address sends one on to."""
    found: dict[str, None] = {}
    for key in ("matched", "redirect"):
        text = evidence.get(key)
        if not isinstance(text, str) or not text:
            continue
        if _NAMED.fullmatch(text):
            found[_address(text, secrets)] = None
            continue
        if handle and text.removeprefix("@").casefold() == handle.casefold():
            found[f"@{handle}"] = None
            continue
        code = next((one for one in secrets if one and one.casefold() in text.casefold()), "")
        if code:
            found[hidden(code)] = None
    return tuple(filter(None, found))


def _address(given: Any, secrets: Collection[str]) -> str:
    """An address without its question, its part and whoever is named in it; "" for none."""
    if not isinstance(given, str) or not _NAMED.fullmatch(given):
        return ""
    if given.startswith(("did:", "dns:")):
        return masked(given, secrets)[:LONGEST]
    try:
        parts = urlsplit(given)
    except ValueError:
        return ""
    place = parts.netloc.rpartition("@")[2]
    return masked(urlunsplit((parts.scheme, place, parts.path, "", "")), secrets)[:LONGEST]


def masked(text: str, secrets: Collection[str]) -> str:
    """`text` with every code and token in it hidden, in whatever letters it is written."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = re.sub(re.escape(secret), hidden(secret), text, flags=re.IGNORECASE)
    return _CODES.sub(lambda found: hidden(found[0]), text)


def hidden(code: str) -> str:
    """A code that shows no more than what all of its kind begin with: "DTA-••••••••"."""
    opening = _OPENING.match(code)
    return f"{opening[0] if opening else ''}{HIDDEN}"
