"""What a browser sends to be checked: a file, or its content as text."""

from typing import ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.core.i18n import gettext as _
from app.verify.limits import MOST_BYTES, MOST_PASTED
from app.web.forms import Form, FormModel, blank, read_form


class VerifyForm(FormModel):
    """One thing to check. The file comes as `file`; `text` is the content, pasted."""

    takes_file: ClassVar[bool] = True
    longest: ClassVar[int] = MOST_PASTED

    text: str = ""


async def given(request: Request) -> tuple[Form[VerifyForm], bytes | None]:
    """The form that was sent and the bytes to check; None when the form says what is wrong."""
    try:
        form = await read_form(request, VerifyForm)
    except HTTPException as refused:
        return _unread(refused), None
    try:
        return form, await _content(form)
    finally:
        for file in form.files.values():
            await file.close()


async def _content(form: Form[VerifyForm]) -> bytes | None:
    file, text = form.files.get("file"), form.shown("text")
    if file and text.strip():
        form.error("file", _("You chose a file and pasted text as well. Leave one of the two out."))
    elif file and (file.size or 0) > MOST_BYTES:
        form.error("file", too_large())
    elif file:
        data = await file.read()
        if data:
            return data
        form.error("file", _("This file is empty."))
    elif text.strip():
        # A browser ends the lines of a text field with CR LF, whatever they ended with before.
        return f"{text.replace(chr(13), '').strip()}\n".encode("utf-8", "replace")
    else:
        form.error("file", _("Choose a file, or paste its content."))
    return None


def _unread(refused: HTTPException) -> Form[VerifyForm]:
    """An empty form that says why nothing of what was sent was taken in."""
    form = blank(VerifyForm)
    if refused.status_code == 413:  # noqa: PLR2004 - what `read_form` says of too much
        form.error("file", too_large())
    else:
        form.error("text", _("This is too much text for this field. Choose it as a file instead."))
    return form


def too_large() -> str:
    """What to say of a file of more than `MOST_BYTES`."""
    return _(
        "This file is larger than %(n)s MB. The alliance's own documents are much smaller: this is"
        " none of them.",
        n=MOST_BYTES // 1024 // 1024,
    )
