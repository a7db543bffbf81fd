"""Who works for the alliance: administrators give roles and take them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts import queries as accounts
from app.accounts import service
from app.accounts.models import Role
from app.core.i18n import gettext as _
from app.core.text import tidy
from app.staff import words
from app.staff.access import Administrator
from app.staff.forms import RoleForm
from app.web.deps import ReadSession, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/staff/roles")


@router.get("")
async def roles(
    request: Request,
    session: ReadSession,
    _viewer: Administrator,
    q: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Everybody of staff, and a search for whom to give a role."""
    return await _page(request, session, tidy(q), blank(RoleForm))


async def _page(
    request: Request, session: AsyncSession, q: str, form: Form[RoleForm], status: int = 200
) -> Response:
    return page(
        request,
        "staff/roles.html",
        status=status,
        form=form,
        q=q,
        staff=await accounts.staff(session),
        found=await accounts.accounts_named(session, q) if q else (),
        roles=[(role.value, words.role(role), words.role_means(role)) for role in Role],
        role_name=words.role,
    )


@router.post("/grant")
async def grant(request: Request, session: WriteSession, viewer: Administrator) -> Response:
    """Give a role to an account."""
    form = await read_form(request, RoleForm)
    if form.errors:
        return await _page(request, session, tidy(form.shown("q")), form, 422)
    given = form.value
    await service.grant(session, viewer, given.account_id, given.role)
    await _say(request, session, given, _("%(name)s now has the role “%(role)s”."))
    return see_other(request, "/staff/roles")


@router.post("/revoke")
async def revoke(request: Request, session: WriteSession, viewer: Administrator) -> Response:
    """Take a role from an account."""
    form = await read_form(request, RoleForm)
    if form.errors:
        return await _page(request, session, "", form, 422)
    given = form.value
    await service.revoke(session, viewer, given.account_id, given.role)
    await _say(request, session, given, _("%(name)s no longer has the role “%(role)s”."))
    return see_other(request, "/staff/roles")


async def _say(request: Request, session: AsyncSession, given: RoleForm, sentence: str) -> None:
    person = await accounts.person(session, given.account_id)
    facts = {"name": person.name if person else "", "role": words.role(given.role)}
    flash(request, sentence % facts)
