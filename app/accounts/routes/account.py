"""One's own account: name, address, language, ways in, open sessions."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.accounts import policy, queries, service
from app.accounts.forms import AccountForm, LanguageForm
from app.accounts.providers import label_of, providers
from app.accounts.routes import browser
from app.core import i18n
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web import flash as flashes
from app.web import sessions
from app.web.deps import CurrentViewer, ReadSession, SignedIn, WriteSession
from app.web.flash import flash
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter()


@router.get("/account")
async def account(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """All that the portal knows of one's sign-in, and the ways to change it."""
    form = blank(AccountForm, name=viewer.name, email=viewer.email)
    return await _page(request, session, viewer, form)


async def _page(
    request: Request, session: AsyncSession, viewer: Viewer, form: Form[Any]
) -> Response:
    linked = await queries.identities(session, viewer.own_id)
    mine = {viewer.email, *(one.email for one in linked)} - {""}
    person = await queries.person(session, viewer.own_id)
    return page(
        request,
        "accounts/account.html",
        status=422 if form.errors else 200,
        form=form,
        language=blank(LanguageForm, language=person.locale if person else i18n.current_locale()),
        addresses=[(address, address) for address in sorted(mine)],
        identities=linked,
        may_unlink=policy.may_unlink(len(linked)),
        providers=tuple(providers().values()),
        label_of=label_of,
        sessions=await queries.sessions_of(session, viewer),
    )


@router.post("/account")
async def rename(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Change one's name and the address of letters."""
    form = await read_form(request, AccountForm)
    if form.errors:
        return await _page(request, session, viewer, form)
    await service.rename(session, viewer, form.value.name, form.value.email)
    flash(request, _("Your account is up to date."))
    return see_other(request, "/account")


@router.post("/account/language")
async def speak(request: Request, session: WriteSession, viewer: CurrentViewer) -> Response:
    """Choose a language: for this browser, and for letters to whoever is signed in.

    The choice counts where no address names a language, so the answer leads to one that does not.
    """
    form = await read_form(request, LanguageForm)
    path = browser.wanted(form.shown("next")) or ("/account" if viewer.signed_in else "/")
    if form.errors:
        return see_other(request, path)
    await service.speak(session, viewer, form.value.language)
    i18n.set_locale(form.value.language)
    if viewer.signed_in:
        flash(request, _("From now on we speak and write to you in English."))
    response = RedirectResponse(path, status_code=303)
    browser.keep_language(response, form.value.language)
    flashes.write_cookie(request, response)
    return response


@router.post("/account/identities/{identity_id}/unlink")
async def unlink(
    request: Request, identity_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """Take one way in off the account."""
    if not policy.recent(viewer):
        return see_other(request, "/sign-in/confirm?next=/account")
    gone = await service.unlink(session, viewer, identity_id)
    flash(
        request,
        _("%(provider)s no longer opens your account.", provider=label_of(gone.provider)),
    )
    return see_other(request, "/account")


@router.post("/account/sessions/{session_id}/end")
async def end_one(
    request: Request, session_id: UUID, session: WriteSession, viewer: SignedIn
) -> Response:
    """End one of one's sessions; ending this very one is signing out."""
    if not await sessions.end(session, viewer.own_id, only=session_id):
        raise Missing
    if session_id == viewer.session_id:
        response = see_other(request, "/")
        sessions.drop_cookie(response)
        return response
    flash(request, _("That session has ended."))
    return see_other(request, "/account")


@router.post("/account/sessions/end")
async def end_others(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """End all of one's sessions but this one."""
    ended = await sessions.end(session, viewer.own_id, keep=viewer.session_id)
    flash(
        request,
        i18n.ngettext("%(n)s other session has ended.", "%(n)s other sessions have ended.", ended),
    )
    return see_other(request, "/account")
