"""Names of the DNS as people write them, made into those that may be asked about."""

import re

import idna

from app.channels.fetcher.errors import NotADomain
from app.channels.fetcher.suffixes import owned

LONGEST = 253  # RFC 1035, section 2.3.4, as text
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


def a_labels(name: str) -> str:
    """`name` in lower case and A-labels (`xn--…`), without a dot at its end.

    Raises:
        NotADomain: it is no name of the DNS.
    """
    if len(name) > LONGEST + 1:
        raise NotADomain(name[:100])
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        labels = [_a_label(label) for label in mapped.removesuffix(".").split(".")]
    except (idna.IDNAError, UnicodeError) as broken:
        raise NotADomain(name[:100]) from broken
    ascii_name = ".".join(labels)
    if len(ascii_name) > LONGEST or not all(_LABEL.fullmatch(label) for label in labels):
        raise NotADomain(name[:100])
    return ascii_name


def domain_of(name: str) -> str:
    """The domain in `name` (A-labels): what follows the labels that begin with an underscore.

    Raises:
        NotADomain: it is not one owner's, such as `com.vn`, or an address.
    """
    labels = name.split(".")
    while labels and labels[0].startswith("_"):
        labels.pop(0)
    domain = ".".join(labels)
    if owned(domain) is None:
        raise NotADomain(name[:100])
    return domain


def with_parents(domain: str, most: int) -> tuple[str, ...]:
    """`domain` and those above it up to its owner's, the nearest first; never a public suffix.

    Of more than `most` those next to the owner's are left out.

    Raises:
        NotADomain: as `domain_of` says.
    """
    top = owned(domain_of(domain)) or domain
    found = [domain]
    while found[-1] != top:
        found.append(found[-1].partition(".")[2])
    return tuple(found if len(found) <= most else [*found[: most - 1], top])


def _a_label(label: str) -> str:
    return label if label.isascii() else idna.alabel(label).decode("ascii")
