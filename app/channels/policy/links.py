"""Recognising a channel in whatever somebody pastes, and writing it in one form.

Source: issue 3 §3; `data/platforms.yaml`.
"""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

import idna

from app.channels.policy.platforms import DOMAIN, Platform, platforms
from app.channels.policy.reasons import NotRecognised
from app.core.text import tidy

LONGEST = 500  # characters; the longest real link seen is a TikTok share link of about 330
LONGEST_HANDLE = 100
LONGEST_PATH = 200

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SCHEME = re.compile(
    r"[a-zA-Z][a-zA-Z0-9+.-]*:(?=//)|(?:mailto|tel|javascript|data|file):", re.IGNORECASE
)
_SIDE_DOOR = re.compile(r"(?:www|m|web|mobile|mbasic|[a-z]{2}-[a-z]{2})\.")
_PHONE = re.compile(r"(?:\+?84|0)\d{8,10}")
_FEDIVERSE = re.compile(r"@?(?P<handle>[^@/\s]+)@(?P<host>[^@/\s]+)")
_EMAIL_HOSTS = frozenset({"gmail.com", "yahoo.com", "outlook.com", "hotmail.com", "icloud.com"})
_LOCAL = ("localhost", "local", "internal", "intranet", "lan", "home", "arpa", "onion", "test")
_GROUPS = frozenset({"groups", "g", "joinchat"})
_ANY_HOST = ("mastodon", "website")


@dataclass(frozen=True, slots=True)
class Link:
    """One channel, written in one form.

    `key` is what two claims to the same channel have in common: compare it within a platform.
    `stable_id` is the platform's own id, where the link tells it; `handle` is without its @.
    """

    platform: str
    url: str
    key: str
    handle: str | None = None
    stable_id: str | None = None
    host: str | None = None


def recognise(given: str, platform: str | None = None) -> Link:
    """The channel that `given` names.

    Args:
        given: a link in any of the forms that people paste, or a bare name.
        platform: the key of the platform chosen beside it; a link's own platform wins over it.

    Raises:
        NotRecognised: it names none, or one of several; the message says which, and what to do.
    """
    text = clean(given)
    chosen = platforms().get(platform) if platform else None
    if platform and chosen is None:
        raise NotRecognised("platform")
    if not text:
        raise NotRecognised("empty")
    if len(text) > LONGEST:
        raise NotRecognised("too_long")
    if _PHONE.fullmatch(re.sub(r"[\s.-]", "", text)) and (chosen is None or chosen.key == "zalo"):
        raise NotRecognised("phone")
    if any(c.isspace() or c in "\\<>\"'`{}|^" or not c.isprintable() for c in text):
        raise NotRecognised("malformed")
    if not _SCHEME.match(text) and (named := _fediverse(text, chosen)):
        return named
    if chosen and chosen.key not in _ANY_HOST and not _is_address(text):
        return _of_handle(chosen, text.removeprefix("@"), at=text.startswith("@"))
    return _of_address(_split(text), chosen)


def possible(given: str) -> tuple[Link, ...]:
    """Every channel that `given` may name: one for a link, one a platform for a bare name."""
    try:
        return (recognise(given),)
    except NotRecognised as refused:
        return readings(clean(given)) if refused.kind == "which" else ()


def readings(name: str) -> tuple[Link, ...]:
    """Every channel that a bare name may be, on the platforms that have such names.

    Args:
        name: cleaned, and no link; with a dot in it, it may be a site of somebody's own as well.
    """
    found = []
    at = name.startswith("@")
    handle = name.removeprefix("@")
    for platform in platforms().values():
        try:
            if platform.key not in _ANY_HOST:
                found.append(_of_handle(platform, handle, at=at))
            elif "." in name:
                found.append(recognise(name, platform.key))
        except NotRecognised:
            continue
    return tuple(found)


def clean(given: str) -> str:
    """`given` as it was meant: fullwidth letters made plain, what cannot be seen taken out."""
    text = tidy(given.translate(_FULLWIDTH)).rstrip(",;")
    if len(text) > 1 and text[0] + text[-1] in ("<>", '""', "''", "“”", "()"):
        text = text[1:-1].strip()
    return text


def _fediverse(text: str, chosen: Platform | None) -> Link | None:
    """`@name@host`, as people in the Fediverse write it; `name@host` only where that was chosen."""
    found = _FEDIVERSE.fullmatch(text)
    if not found:
        return None
    if chosen is None or chosen.key != "mastodon":
        if not text.startswith("@"):
            host = found["host"].lower()
            raise NotRecognised("email" if host in _EMAIL_HOSTS or not chosen else "user_info")
        if chosen:
            return None
    return _mastodon(found["handle"], _public_host(found["host"]))


def _is_address(text: str) -> bool:
    """Whether `text` is a web address, said or not, rather than a name with dots in it."""
    if _SCHEME.match(text) or "/" in text or ":" in text:
        return True
    host = re.split(r"[?#]", text.lower(), maxsplit=1)[0]
    return _home(host) is not None or any(host in p.short_hosts for p in platforms().values())


def _split(text: str) -> SplitResult:
    """The parts of an address, `https` understood where no scheme was given."""
    scheme = _SCHEME.match(text)
    if scheme and scheme[0].lower() not in ("http:", "https:"):
        raise NotRecognised("scheme")
    address = text if scheme else "https://" + text.removeprefix("//")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise NotRecognised("malformed") from None
    if "@" in parts.netloc:
        raise NotRecognised("user_info" if parts.netloc.partition("@")[0] else "which")
    if port is not None or parts.netloc.endswith(":"):
        raise NotRecognised("port")
    return parts


def _home(host: str) -> Platform | None:
    """The platform that lives at `host`, its side doors (`www.`, `m.`, `vi-vn.`) included."""
    bare = _SIDE_DOOR.sub("", host, count=1) if _SIDE_DOOR.match(host) else host
    return next((p for p in platforms().values() if host in p.hosts or bare in p.hosts), None)


def _public_host(host: str, chosen: Platform | None = None) -> str:
    """`host` in A-labels, once it could be one of the public web."""
    host = host.lower().removesuffix(".")
    try:
        name = idna.encode(host, uts46=True).decode() if not host.isascii() else host
    except (idna.IDNAError, UnicodeError):
        raise NotRecognised("malformed") from None
    if name.rpartition(".")[2] in _LOCAL or ":" in name or name.replace(".", "").isdigit():
        raise NotRecognised("not_public")
    if "." not in name:
        raise NotRecognised("which" if name and not chosen else "malformed")
    if not DOMAIN.fullmatch(name):
        raise NotRecognised("malformed")
    return name


def _of_address(parts: SplitResult, chosen: Platform | None) -> Link:
    host = _public_host(parts.hostname or "", chosen)
    bare = host.removeprefix("www.")
    if any(bare in platform.short_hosts for platform in platforms().values()):
        raise NotRecognised("live" if bare.startswith("live.") else "short_link")
    home = _home(host)
    path = _path(parts.path)
    if home:
        return _of_path(home, path, parts.query)
    if chosen is None or chosen.key not in _ANY_HOST:
        raise NotRecognised("unknown_host", host=host)
    if chosen.key == "website":
        return _website(host, path)
    name = re.fullmatch(r"/(?:@|users/)([^/@]+)(?:@([^/@]+))?(?:/.*)?", path)
    if not name:
        raise _not_a_channel(chosen)
    return _mastodon(name[1], _public_host(name[2]) if name[2] else host)


def _path(raw: str) -> str:
    """The path with its percent-encoding undone, when that is plain text on one level."""
    try:
        segments = [unquote(s, errors="strict") for s in raw.split("/")]
    except UnicodeDecodeError:
        raise NotRecognised("malformed") from None
    segments = [tidy(s.translate(_FULLWIDTH)) for s in segments]
    if any(set(s) & set("/\\?#") or not s.isprintable() or s in (".", "..") for s in segments):
        raise NotRecognised("malformed")
    return "/" + "/".join(s for s in segments if s)


def _of_path(platform: Platform, path: str, query: str) -> Link:
    """The channel at a platform's path; ids first, then words that are never a name, then names."""
    first = path.split("/")[1].lower()
    wanted = re.search(r"(?:^|&)id=\d+", query) if path == "/profile.php" else None
    target = f"{path}?{wanted[0].lstrip('&')}" if wanted else path
    for shape in platform.shapes:
        found = shape.fullmatch(target)
        parts = found.groupdict() if found else {}
        if parts.get("id"):
            return _of_id(platform, parts["id"])
        if parts.get("legacy"):
            return _legacy(platform, parts["legacy"])
        if parts.get("handle") and (first not in platform.refused or not shape.match("/" + first)):
            return _of_handle(platform, parts["handle"], at=path.startswith("/@"))
    if first in _GROUPS or first.startswith("+"):
        raise NotRecognised("group")
    if first == "live" and platform.key in ("youtube", "shopee"):
        raise NotRecognised("live")
    raise _not_a_channel(platform)


def _not_a_channel(platform: Platform) -> NotRecognised:
    return NotRecognised("not_a_channel", platform=platform.name, example=platform.example)


def _of_id(platform: Platform, stable_id: str) -> Link:
    url = platform.canonical_id.format(id=stable_id)
    return Link(platform.key, url, key=stable_id, stable_id=stable_id)


def _legacy(platform: Platform, name: str) -> Link:
    """A name from before handles: it may differ from the handle, so it stays what it is."""
    kind, _, own = unicodedata.normalize("NFC", name).partition("/")
    if len(own) > LONGEST_HANDLE:
        raise _not_a_channel(platform)
    name = f"{kind}/{own.lower()}"
    url = platform.canonical_legacy.format(legacy=quote(name, safe="/"))
    return Link(platform.key, url, key=name)


def _of_handle(platform: Platform, given: str, *, at: bool) -> Link:
    if platform.key == "zalo" and _PHONE.fullmatch(given):
        raise NotRecognised("phone")
    if given.startswith("+"):
        raise NotRecognised("group")
    if not at and platform.id_as_handle and platform.stable_id.fullmatch(given):
        return _of_id(platform, given)
    handle = unicodedata.normalize("NFC", given.lower())
    if len(handle) > LONGEST_HANDLE or not platform.handle.fullmatch(handle):
        raise NotRecognised("handle", platform=platform.name, handle=given[:LONGEST_HANDLE])
    if handle in platform.refused:
        raise _not_a_channel(platform)
    key = handle.replace(".", "") if platform.dots_ignored else handle
    url = platform.canonical.format(handle=quote(handle, safe="."))
    return Link(platform.key, url, key=key, handle=handle)


def _mastodon(name: str, host: str) -> Link:
    platform = platforms()["mastodon"]
    handle = name.lower()
    if _home(host):
        raise _not_a_channel(platform)
    if len(handle) > LONGEST_HANDLE or not platform.handle.fullmatch(handle):
        raise NotRecognised("handle", platform=platform.name, handle=name[:LONGEST_HANDLE])
    url = platform.canonical.format(host=host, handle=handle)
    return Link(platform.key, url, key=f"{handle}@{host}", handle=handle, host=host)


def _website(host: str, path: str) -> Link:
    if len(path) > LONGEST_PATH:
        raise NotRecognised("too_long")
    path = quote(unicodedata.normalize("NFC", path), safe="/~!$&'()*+,;=:@-._")
    url = platforms()["website"].canonical.format(host=host, path=path)
    key = host.removeprefix("www.") + path.rstrip("/")
    return Link("website", url, key=key, host=host)


def shown(platform: str, url: str, handle: str | None) -> str:
    """How a channel is named on a page: `@name` where its address says so, else what follows it.

    A host of Latin letters is written as its owner writes it (`tênbạn.vn`); any other stays in
    A-labels, so that no letter can pose as another.
    """
    parts = urlsplit(url)
    if platform == "mastodon" and handle:
        return f"@{handle}@{parts.hostname}"
    if handle:
        return f"@{handle}" if parts.path.startswith("/@") else handle
    path = unquote(parts.path).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return _readable((parts.hostname or "").removeprefix("www.")) + path + query


def _readable(host: str) -> str:
    try:
        name = idna.decode(host)
    except idna.IDNAError:
        return host
    latin = all(c in ".-" or c.isdecimal() or "LATIN" in unicodedata.name(c, "") for c in name)
    return name if latin else host
