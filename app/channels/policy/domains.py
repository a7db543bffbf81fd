"""Codes for whoever controls a whole domain: in its zone, or at the root of its site.

Source: issue 5 §2; RFC 8555, sections 8.3 and 8.4, for where such codes are put.
"""

import re
from datetime import timedelta

from app.core.crypto import token

DOMAIN_CODE_LIFE = timedelta(days=7)
DOMAIN_CODE_PREFIX = "dta-verify="
_BYTES = 16  # 128 bits
_CODE = re.compile(rf"{DOMAIN_CODE_PREFIX}[A-Za-z0-9_-]{{22}}")


def domain_code() -> str:
    """A new code for a domain: the same in a zone and in a file, so that one may change the way."""
    return DOMAIN_CODE_PREFIX + token(_BYTES)


def is_domain_code(code: str) -> bool:
    """Whether `code` is one that `domain_code` makes."""
    return _CODE.fullmatch(code) is not None


def site_of(key: str) -> str:
    """The host that a website's key is about, without `www.` and whatever lies below it.

    Who controls a domain controls each page of it, so a proof of the domain proves a page; a page
    never proves its domain.
    """
    return key.partition("/")[0]
