"""Cells that a sheet would take for a formula, and the apostrophe that keeps it from that. Pure.

Source: OWASP, "CSV Injection"; full-width signs are read as the plain ones where people type them.
"""

import re

_BEGINNING = "[\\s\u200b-\u200f\u2060\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]"
_DANGEROUS = re.compile(_BEGINNING)
_GUARDED = re.compile(f"'(?={_BEGINNING})")


def guarded(cell: str) -> str:
    """`cell` with an apostrophe before what a sheet would take for a formula."""
    return f"'{cell}" if _DANGEROUS.match(cell) else cell


def unguarded(cell: str) -> str:
    """What `guarded` was given, so that a download can be checked again."""
    return cell[1:] if _GUARDED.match(cell) else cell
