"""The addresses by which a public page is known: its one address, and those in other languages."""

from typing import Any

from fastapi import Request

from app.core import i18n
from app.core.config import settings
from app.web.pages import localised


def addresses(request: Request, address: str) -> dict[str, Any]:
    """The one address of a page in this language, and those in the others.

    Args:
        address: canonical, without a language, and not the front door.
    """
    base = settings().base_url
    return {
        "canonical": base + localised(request, address),
        "undecided": base + address,
        "alternates": {locale: f"/{locale}{address}" for locale in i18n.LOCALES},
    }
