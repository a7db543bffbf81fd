"""The way to signing: reading, the test, the signature. The code's public pages are in `public`."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.accounts import policy as accounts
from app.conduct import policy, public, service
from app.conduct.forms import SignForm, TestForm, answers_form
from app.conduct.preparing import Preparation, Try, asked, one_try, preparation
from app.core import clock
from app.core.errors import Missing
from app.core.i18n import current_locale
from app.core.i18n import gettext as _
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter()
router.include_router(public.router)


async def _no_name(_session: AsyncSession, _account_id: UUID) -> str | None:
    return None


legal_name_of: Callable[[AsyncSession, UUID], Awaitable[str | None]] = _no_name
"""The name to sign with; main.py puts the slice of applications here, which stands above."""

START, TEST, SIGN = "/apply/conduct", "/apply/conduct/test", "/apply/conduct/sign"


async def _preparation(session: AsyncSession, viewer: Viewer) -> Preparation:
    found = await preparation(session, viewer.own_id)
    if found is None:
        raise Missing(_("No code of conduct is in force yet."))
    return found


@router.get("/apply/conduct")
async def start(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """How far one is: read, pass the test, sign."""
    return page(request, "conduct/start.html", preparation=await _preparation(session, viewer))


@router.get("/apply/conduct/duties/{number}")
async def duty(request: Request, session: ReadSession, viewer: SignedIn, number: int) -> Response:
    """One duty to read."""
    now = await _preparation(session, viewer)
    if not 1 <= number <= now.duties:
        raise Missing
    if number > now.read + 1:
        return see_other(request, f"/apply/conduct/duties/{now.read + 1}")
    found = now.code.content.duties[number - 1]
    return page(request, "conduct/duty.html", preparation=now, duty=found)


@router.post("/apply/conduct/duties/{number}")
async def read_duty(
    request: Request, session: WriteSession, viewer: SignedIn, number: int
) -> Response:
    """Note that a duty was read, and go on to the next."""
    await service.read_duty(session, viewer, number)
    now = await _preparation(session, viewer)
    if number < now.duties:
        return see_other(request, f"/apply/conduct/duties/{number + 1}")
    return see_other(request, START if now.passed else TEST)


@router.get("/apply/conduct/test")
async def test(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """The test: about to begin, under way, or pausing."""
    now = await _preparation(session, viewer)
    if now.signature or now.passed or not now.has_read:
        return see_other(request, START)
    if now.open_try:
        form = blank(TestForm, attempt=now.open_try.id)
        return _questions(request, now, now.open_try, form)
    pausing = now.pausing(clock.now())
    return page(request, "conduct/test_start.html", preparation=now, pausing=pausing)


def _questions(
    request: Request, now: Preparation, one: Try, form: Form[Any], status: int = 200
) -> Response:
    return page(
        request,
        "conduct/test.html",
        status=status,
        preparation=now,
        questions=asked(one),
        form=form,
    )


@router.post("/apply/conduct/test/start")
async def start_test(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Draw the questions."""
    await service.start_test(session, viewer)
    return see_other(request, TEST)


@router.post("/apply/conduct/test")
async def answer_test(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Mark the answers."""
    now = await _preparation(session, viewer)
    one = now.open_try
    if one is None:  # sent twice, or from a page left open
        finished = now.tries and now.tries[0].finished_at
        return see_other(request, f"{TEST}/{now.tries[0].id}" if finished else TEST)
    form = await read_form(request, answers_form(tuple(len(d.order) for d in one.drawn)))
    if form.errors:
        return _questions(request, now, one, form, status=422)
    if form.value.attempt != one.id:
        return see_other(request, TEST)
    await service.answer_test(session, viewer, one.id, form.value.given)
    return see_other(request, f"{TEST}/{one.id}")


@router.get("/apply/conduct/test/{try_id}")
async def test_result(
    request: Request, session: ReadSession, viewer: SignedIn, try_id: UUID
) -> Response:
    """How a try went, with every wrong answer explained."""
    one = await one_try(session, viewer.own_id, try_id)
    if one is None:
        raise Missing
    if one.finished_at is None:
        return see_other(request, TEST)
    now = await _preparation(session, viewer)
    return page(
        request,
        "conduct/test_result.html",
        preparation=now,
        one=one,
        wrong=[question for question in asked(one) if not question.is_right],
        duties={duty.key: duty for duty in now.code.content.duties},
        pausing=now.pausing(clock.now()),
    )


@router.get("/apply/conduct/sign")
async def sign_form(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """The whole text, and the form to sign it."""
    now = await _preparation(session, viewer)
    if now.signature or not now.passed:
        return see_other(request, START)
    return await _sign_page(request, session, viewer, now, blank(SignForm))


async def _sign_page(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    now: Preparation,
    form: Form[SignForm],
) -> Response:
    return page(
        request,
        "conduct/sign.html",
        status=422 if form.typed else 200,
        preparation=now,
        form=form,
        recent=accounts.recent(viewer),
        legal_name=await legal_name_of(session, viewer.own_id),
        statement=service.statement(now.code.number, current_locale()),
        sha256=now.code.sha256(),
    )


@router.post("/apply/conduct/sign")
async def sign(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Sign."""
    now = await _preparation(session, viewer)
    if now.signature or not now.passed:
        return see_other(request, START)
    form = await read_form(request, SignForm)
    legal_name = await legal_name_of(session, viewer.own_id)
    typed = form.shown("name")
    if typed.strip() and (legal_name is None or not policy.same_name(typed, legal_name)):
        form.error("name", _("Type your legal name as it stands in your application."))
    if form.errors or not accounts.recent(viewer):
        return await _sign_page(request, session, viewer, now, form)
    await service.sign(
        session,
        viewer,
        locale=form.value.language,
        sha256=form.value.sha256,
        typed_name=form.value.name,
        legal_name=legal_name,
    )
    return see_other(request, START)
