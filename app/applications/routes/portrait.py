"""The section “Your portrait”, and the picture as its owner sees it."""

from collections.abc import Mapping
from typing import Literal

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.applications.forms.section import PortraitForm
from app.applications.models import Section
from app.applications.queries import applicant
from app.applications.routes import sections as pages
from app.applications.service import portraits, sections
from app.core import pictures
from app.core.errors import Missing, Refused
from app.core.i18n import gettext as _
from app.core.storage import storage
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.forms import Form, blank, read_form
from app.web.pages import see_other
from app.web.ratelimit import limit

router = APIRouter(prefix="/apply")
MOST_AN_HOUR = 20


@router.get("/portrait")
async def portrait(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """The portrait there is, and the way to another."""
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None:
        return see_other(request, "/apply")
    if not mine.may_edit(Section.PORTRAIT):
        return pages.read_only(request, mine, Section.PORTRAIT)
    back = "check" if request.query_params.get("back") == "check" else ""
    form = blank(PortraitForm, seen=mine.answers[Section.PORTRAIT].mark(), back=back)
    return pages.section_page(request, mine, Section.PORTRAIT, form)


@router.post("/portrait")
async def save_portrait(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Save another portrait.

    It is drawn and stored before `session` is first used, so while no transaction is open.
    """
    await limit(request, "apply.portrait", MOST_AN_HOUR, 3600)
    form = await read_form(request, PortraitForm)
    drawn = await _drawn(form)
    if drawn is None:
        mine = await applicant.mine(session, viewer.own_id)
        if mine is None:
            return see_other(request, "/apply")
        return pages.section_page(request, mine, Section.PORTRAIT, form, status=422)
    given = await portraits.keep(viewer, drawn, form.value.seen)
    await sections.save(session, viewer, given, form.value.seen or None)
    return pages.after(request, form)


async def _drawn(form: Form[PortraitForm]) -> Mapping[str, bytes] | None:
    """The portrait in both sizes; None when there is none, with a message at the field."""
    file = form.files.get("portrait")
    if file is None:
        form.error("portrait", _("Choose a picture first."))
        return None
    if (file.size or 0) > pictures.MOST_BYTES:
        form.error("portrait", pictures.too_heavy())
        return None
    try:
        return await pictures.draw(await file.read())
    except Refused as refused:
        form.error("portrait", refused)
        return None


@router.get("/portrait/{portrait_id}/{size}.webp")
async def picture(
    session: ReadSession, viewer: SignedIn, portrait_id: str, size: Literal["card", "profile"]
) -> Response:
    """The portrait of one's own application; to nobody else."""
    mine = await applicant.mine(session, viewer.own_id)
    data = None
    if mine is not None and mine.portrait == f"portraits/{portrait_id}":
        data = await storage().get(pictures.file(mine.portrait, size))
    if data is None:
        raise Missing
    headers = {"Cache-Control": "private, max-age=3600"}
    return Response(data, media_type=pictures.MEDIA_TYPE, headers=headers)
