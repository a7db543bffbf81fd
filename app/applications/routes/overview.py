"""Where the application stands: the first page of an applicant."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.applications.forms.others import StartForm
from app.applications.models import Status
from app.applications.policy import deadlines, moves
from app.applications.queries import applicant, thread
from app.applications.queries.applicant import Mine
from app.applications.service import drafts
from app.core.viewer import Viewer
from app.members import queries as members
from app.web.deps import ReadSession, SignedIn, WriteSession
from app.web.forms import Form, blank, read_form
from app.web.pages import page, see_other

router = APIRouter(prefix="/apply")


@router.get("")
async def overview(request: Request, session: ReadSession, viewer: SignedIn) -> Response:
    """The task list of a draft; else where the application stands; else the way to begin."""
    return await _overview(request, session, viewer, blank(StartForm))


async def _overview(
    request: Request,
    session: AsyncSession,
    viewer: Viewer,
    form: Form[StartForm],
    status: int = 200,
) -> Response:
    account_id = viewer.own_id
    mine = await applicant.mine(session, account_id)
    if mine is not None and mine.status is Status.DRAFT:
        return page(request, "applications/tasks.html", mine=mine)
    why_not = (
        "" if mine is not None and mine.is_open else await applicant.why_not(session, account_id)
    )
    if mine is None:
        return page(
            request, "applications/start.html", status=status, form=form, why_not=why_not,
            draft_days=deadlines.LIVES[Status.DRAFT].days,
        )  # fmt: skip
    return page(
        request,
        "applications/status.html",
        status=status,
        form=form,
        mine=mine,
        why_not=why_not,
        entries=await thread.conversation(session, mine.case_id),
        reasons=[moves.DECLINE_REASONS[key] for key in mine.decision_reasons if key != "other"],
        scores=await applicant.scores(session, mine.id) if _was_decided(mine) else (),
        member=await members.member_of(session, account_id) if _was_decided(mine) else None,
    )


def _was_decided(mine: Mine) -> bool:
    return mine.status in moves.DECIDED


@router.post("")
async def start(request: Request, session: WriteSession, viewer: SignedIn) -> Response:
    """Begin an application; on with the one under way when there is one."""
    form = await read_form(request, StartForm)
    if form.errors:
        return await _overview(request, session, viewer, form, status=422)
    await drafts.start(session, viewer)
    return see_other(request, "/apply")
