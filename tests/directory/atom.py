"""What RFC 4287 asks of a feed, as far as ours could break it."""

import re
from collections import Counter
from xml.etree import ElementTree as ET

ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
ONCE = {  # RFC 4287, sections 4.1.1 and 4.1.2: exactly one, at most one
    "feed": ({"id", "title", "updated"}, {"generator", "icon", "logo", "rights", "subtitle"}),
    "entry": ({"id", "title", "updated"}, {"content", "published", "rights", "source", "summary"}),
}
MANY = {"author", "category", "contributor", "link"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")  # RFC 3339
IRI = re.compile(r"[a-z][a-z0-9+.-]*:\S+")  # absolute
MEDIA = re.compile(r"[a-z]+/[a-z+.-]+")


def faults(text: str) -> list[str]:
    """What is wrong with the feed `text`; empty when nothing is."""
    if not text.startswith("<?xml "):
        return ["no XML declaration at the start"]
    feed = ET.fromstring(text)  # noqa: S314 - our own answer
    if feed.tag != f"{ATOM}feed":
        return ["not a feed"]
    found = [*_element(feed, "feed"), *_links(feed, "feed")]
    entries = feed.findall(f"{ATOM}entry")
    if feed.find(f"{ATOM}author") is None:
        found += ["an entry without author" for e in entries if e.find(f"{ATOM}author") is None]
    if not any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link")):
        found.append("no link to itself")
    if not feed.get(f"{XML}lang"):
        found.append("no language")
    for entry in entries:
        found += [*_element(entry, "entry"), *_links(entry, "entry")]
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in entries)
    return found + [f"two entries {key}" for key, times in ids.items() if times > 1]


def _element(element: ET.Element, kind: str) -> list[str]:
    wanted, allowed = ONCE[kind]
    times = Counter(child.tag.removeprefix(ATOM) for child in element)
    found = [f"{kind}: {times[name]} × {name}" for name in wanted if times[name] != 1]
    found += [f"{kind}: {times[name]} × {name}" for name in allowed if times[name] > 1]
    known = wanted | allowed | MANY | ({"entry"} if kind == "feed" else set())
    found += [f"{kind}: unknown {name}" for name in times if name not in known]
    for name in ("updated", "published"):
        said = element.findtext(f"{ATOM}{name}")
        if said is not None and not TIME.fullmatch(said):
            found.append(f"{kind}: {name} {said}")
    if not IRI.fullmatch(element.findtext(f"{ATOM}id") or ""):
        found.append(f"{kind}: id is no absolute IRI")
    for author in element.findall(f"{ATOM}author"):
        if not author.findtext(f"{ATOM}name"):
            found.append(f"{kind}: an author without name")
    found += [
        f"{kind}: a category without term"
        for category in element.findall(f"{ATOM}category")
        if not category.get("term")
    ]
    tags = [child.tag for child in element]
    if f"{ATOM}entry" in tags and any(
        tag != f"{ATOM}entry" for tag in tags[tags.index(f"{ATOM}entry") :]
    ):
        found.append("something of the feed stands behind its entries")  # section 4.1.1
    return found


def _links(element: ET.Element, kind: str) -> list[str]:
    links = element.findall(f"{ATOM}link")
    found = [f"{kind}: a link without href" for link in links if not link.get("href")]
    found += [
        f"{kind}: media type {link.get('type')}"
        for link in links
        if not MEDIA.fullmatch(link.get("type", "text/html"))
    ]
    same = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in links
        if link.get("rel", "alternate") == "alternate"
    )
    found += [f"{kind}: two alternates {which}" for which, times in same.items() if times > 1]
    if kind == "entry" and not same and element.find(f"{ATOM}content") is None:
        found.append("entry: neither content nor an alternate")
    return found
