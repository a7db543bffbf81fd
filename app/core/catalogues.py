"""Keeping the catalogues whole: what the source says, and what is not yet translated.

One file a slice and language (`locale/vi/members.po`), so that a slice carries its own words.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from app.core.config import ROOT
from app.core.i18n import CATALOGUES

TRANSLATED = ("vi", "fr")  # English is the source
KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
TEMPLATE_OPTIONS = {
    "extensions": "jinja2.ext.do",
    "newstyle_gettext": "true",
    "trimmed": "true",
    "silent": "false",
}
ROOMS = {"home", "check", "many", "embed", "profile", "record", "feeds", "api"}
GROUND = {"core", "web", "layouts", "components", "errors", "main", "cli", "worker"}


def slice_of(path: Path) -> str:
    """The slice whose catalogue holds the words of `path` (relative to the project)."""
    parts = path.with_suffix("").parts[1:]
    if parts[0] == "mail" and path.parts[0] == "templates" and len(parts) > 2:  # noqa: PLR2004
        return parts[1]
    if parts[0] == "directory":  # its rooms have words of their own: one a folder of templates
        return next((part for part in parts[1:] if part in ROOMS), "directory")
    return "web" if parts[0] in GROUND else parts[0]


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that holds words, with the way to read it."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        yield path.relative_to(ROOT), "python"
    for path in sorted((ROOT / "templates").rglob("*.*")):
        if path.suffix in {".html", ".txt", ".svg", ".xml"}:
            yield path.relative_to(ROOT), "jinja2.ext:babel_extract"


def said() -> dict[str, Catalog]:
    """All messages in the source, by slice."""
    found: dict[str, Catalog] = {}
    for path, method in sources():
        options = TEMPLATE_OPTIONS if method != "python" else None
        with (ROOT / path).open("rb") as file:
            for _line, message, _comments, context in extract(
                method, file, keywords=KEYWORDS, options=options
            ):
                if message and message[0]:
                    catalogue = found.setdefault(slice_of(path), Catalog())
                    catalogue.add(message, context=context)
    return found


def read(locale: str, name: str) -> Catalog:
    """The catalogue of one slice as it is in the project; an empty one if there is none."""
    path = CATALOGUES / locale / f"{name}.po"
    if not path.exists():
        return Catalog(locale=locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def update(only: Collection[str] = ()) -> dict[str, int]:
    """Bring the catalogues up to the source: new messages in, unused ones out.

    Args:
        only: names of slices; all when empty.

    Returns: how many messages are untranslated, by "locale/slice".
    """
    left: dict[str, int] = {}
    for name, template in sorted(said().items()):
        if only and name not in only:
            continue
        for locale in TRANSLATED:
            old = read(locale, name)
            new = Catalog(locale=locale, fuzzy=False)
            for message in template:
                if not message.id:
                    continue
                known = old.get(message.id, message.context)
                new.add(
                    message.id,
                    known.string if known and not known.fuzzy else "",
                    context=message.context,
                    flags=message.flags,
                )
            _write(locale, name, new)
            left[f"{locale}/{name}"] = sum(1 for m in new if m.id and not _is_whole(m.string))
    return left


def _write(locale: str, name: str, catalogue: Catalog) -> None:
    out = BytesIO()
    write_po(out, catalogue, width=100, sort_output=True, omit_header=True)
    plural = catalogue.plural_forms
    header = (
        'msgid ""\nmsgstr ""\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {locale}\\n"\n"Plural-Forms: {plural}\\n"\n\n'
    )
    path = CATALOGUES / locale / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + out.getvalue().strip() + b"\n")


def missing() -> list[str]:
    """Every message without a translation, as "locale/slice: message"."""
    return [
        f"{locale}/{name}: {message.id}"
        for name, template in sorted(said().items())
        for locale in TRANSLATED
        for catalogue in (read(locale, name),)
        for message in template
        if message.id and not _translated(catalogue, message.id, message.context)
    ]


def _translated(catalogue: Catalog, wanted: str | Sequence[str], context: str | None) -> bool:
    key = wanted if isinstance(wanted, str) else wanted[0]
    known = catalogue.get(key, context)
    return known is not None and not known.fuzzy and _is_whole(known.string)


def _is_whole(string: str | Sequence[str] | None) -> bool:
    return bool(string) if isinstance(string, str) or not string else all(string)
