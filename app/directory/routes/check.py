"""The check: is this account a member's?"""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.channels import short_links
from app.channels.policy.links import clean
from app.channels.policy.reasons import NotRecognised
from app.core.config import settings
from app.directory import recognition
from app.directory.forms import ShortLinkForm
from app.directory.queries import check as answers
from app.directory.queries.check import Answer, Verdict
from app.directory.routes.addresses import addresses
from app.directory.search import live
from app.web import ratelimit
from app.web.caching import ASKED_EACH_TIME, kept
from app.web.deps import ReadSession
from app.web.forms import read_form
from app.web.pages import page, see_other
from app.web.ratelimit import Policy

router = APIRouter()

SHORT_LINKS_A_MINUTE = 10


def allowance() -> Policy:
    """How many accounts one address may check on pages."""
    return Policy("check", settings().checks_a_minute, 60)


async def seldom(request: Request) -> None:
    """Slow down whoever checks one account after another; the empty form is free."""
    if request.query_params.get("q", "").strip():
        await ratelimit.ration(request, allowance())


@router.get("/check", dependencies=[Depends(seldom)])
async def check(request: Request, session: ReadSession, q: str = "") -> Response:
    """Is this link, handle, number or name a member's? What is asked is not kept anywhere."""
    if not q.strip():
        return kept(request, _page(request, None, q))
    shown = _page(request, await answers.check(session, q, live().skeletons), q)
    return kept(request, shown, ASKED_EACH_TIME)


@router.post("/check/short")
async def short(request: Request) -> Response:
    """Find out where a short link leads, then check that. No transaction is open meanwhile."""
    await ratelimit.limit(request, "short-link", SHORT_LINKS_A_MINUTE, 60)
    form = await read_form(request, ShortLinkForm)
    given = form.shown("link")
    try:
        link = await short_links.opened(given)
    except NotRecognised as refused:
        reason = refused.kind
    except short_links.NotShort:
        reason = "not_short"
    except short_links.LeadsAway:
        reason = "leads_away"
    except short_links.NO_ANSWER:
        reason = "no_answer"
    else:
        return see_other(request, answers.address_of(link))
    answer = Answer(Verdict.UNREADABLE, reason=recognition.reason(reason), asked=clean(given))
    return _page(request, answer, given, status=422)


def _page(request: Request, answer: Answer | None, q: str, status: int = 200) -> Response:
    return page(
        request,
        "check/check.html",
        status=status,
        answer=answer,
        q=recognition.shown(q),
        **addresses(request, answer.address if answer else "/check"),
    )
