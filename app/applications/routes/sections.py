"""The sections that are written: about you, topics, declarations."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.forms import topics as topics_form
from app.applications.forms.about import AboutForm
from app.applications.forms.declarations import DeclarationsForm
from app.applications.forms.section import SectionForm
from app.applications.forms.topics import TopicsForm
from app.applications.models import Section
from app.applications.policy import tasks
from app.applications.policy.answers import About, Answers, Topics
from app.applications.queries import answers, applicant
from app.applications.queries.applicant import Mine
from app.applications.service import sections
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/apply")
FORMS: Mapping[Section, type[SectionForm]] = {
    Section.ABOUT: AboutForm,
    Section.TOPICS: TopicsForm,
    Section.DECLARATIONS: DeclarationsForm,
}


async def show(
    request: Request, session: AsyncSession, viewer: Viewer, section: Section
) -> Response:
    """The form of a section with what is held; to read only when it cannot be changed now."""
    mine = await applicant.mine(session, viewer.own_id)
    if mine is None:
        return see_other(request, "/apply")
    if not mine.may_edit(section):
        return read_only(request, mine, section)
    back = "check" if request.query_params.get("back") == "check" else ""
    held = mine.answers[section]
    form = blank(FORMS[section], seen=held.mark(), back=back, **_shown(held, viewer))
    return section_page(request, mine, section, form)


def _shown(held: Answers, viewer: Viewer) -> dict[str, Any]:
    """The answers as their form shows them; the first time with what signing in told."""
    if isinstance(held, Topics):
        return topics_form.shown(held)
    shown = asdict(held)
    if isinstance(held, About):
        shown["phone"] = answers.spaced(held.phone or "")
        if held.legal_name is None:
            shown |= {"contact_email": viewer.email, "legal_name_public": None}
    return shown


def section_page(
    request: Request, mine: Mine, section: Section, form: Form[Any], status: int = 200
) -> Response:
    """The page of a section with `form` on it."""
    return page(request, f"applications/{section}.html", status=status, mine=mine, form=form)


def read_only(request: Request, mine: Mine, section: Section) -> Response:
    """What a section holds, and why it cannot be changed now."""
    return page(
        request,
        "applications/read_only.html",
        mine=mine,
        section=section,
        rows=answers.rows(mine.answers[section]),
        why=tasks.why_read_only(mine.status),
    )


def after(request: Request, form: Form[Any]) -> Response:
    """On from a section that was saved: back to where the person came from."""
    flash(request, _("Saved."))
    return see_other(request, "/apply/check" if form.shown("back") == "check" else "/apply")


async def save(
    request: Request, session: AsyncSession, viewer: Viewer, section: Section
) -> Response:
    """Save a section, or say what is wrong with it."""
    form: Form[Any] = await read_form(request, FORMS[section])
    if form.errors:
        mine = await applicant.mine(session, viewer.own_id)
        if mine is None:
            return see_other(request, "/apply")
        return section_page(request, mine, section, form, status=422)
    await sections.save(session, viewer, form.value.answers(), form.value.seen or None)
    return after(request, form)


@router.get("/about")
async def about(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """Who somebody is, and how to reach them."""
    return await show(request, session, viewer, Section.ABOUT)


@router.post("/about")
async def save_about(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Save it."""
    return await save(request, session, viewer, Section.ABOUT)


@router.get("/topics")
async def topics(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """What somebody speaks about, and what they say of themself."""
    return await show(request, session, viewer, Section.TOPICS)


@router.post("/topics")
async def save_topics(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Save it."""
    return await save(request, session, viewer, Section.TOPICS)


@router.get("/declarations")
async def declarations(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """What might bear on somebody's independence or record."""
    return await show(request, session, viewer, Section.DECLARATIONS)


@router.post("/declarations")
async def save_declarations(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Save it."""
    return await save(request, session, viewer, Section.DECLARATIONS)
