"""The page on which anybody checks what they hold in hand; nothing of it is kept."""

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.verify.answering import answered
from app.verify.finding import Finding
from app.verify.forms import VerifyForm, given
from app.verify.hands import Hands
from app.verify.limits import AGAIN, AT_ONCE, CHECKS, MOST_BYTES
from app.web import ratelimit
from app.web.caching import kept
from app.web.forms import Form, blank
from app.web.pages import page

router = APIRouter()

ACCEPT = ".pdf,.json,.jsonld,.svg,.png,.tlog-proof,.txt"
hands = Hands(AT_ONCE, AGAIN)


async def seldom(request: Request) -> None:
    """Slow down whoever checks one file after another; the empty form is free."""
    await ratelimit.limit(request, "verify", *CHECKS)


@router.get("/verify")
async def form(request: Request) -> Response:
    """Where a file is dropped, chosen or pasted."""
    return kept(request, _page(request, blank(VerifyForm), None))


@router.post("/verify", dependencies=[Depends(seldom)])
async def answer(request: Request) -> Response:
    """The answer itself: there is nothing to come back to, since nothing is kept."""
    sent, data = await given(request)
    if data is None:
        return _page(request, sent, None, status=422)
    with hands.taken():
        return _page(request, blank(VerifyForm), await answered(data))


def _page(
    request: Request, sent: Form[VerifyForm], finding: Finding | None, status: int = 200
) -> Response:
    return page(
        request,
        "verify/verify.html",
        status=status,
        form=sent,
        finding=finding,
        accept=ACCEPT,
        most=MOST_BYTES // 1024 // 1024,
    )
