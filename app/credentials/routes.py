"""What verifiers and wallets ask for: credentials, their states, the issuer's document.

Open to programs of any site: nothing here knows who asks, and nothing changes anything.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import RedirectResponse, Response

from app.core.config import settings
from app.core.crypto import canonical_json
from app.core.db import database
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.credentials import issuer, queries, service, status_lists
from app.credentials.policy import document
from app.credentials.policy.document import MEDIA_TYPE
from app.credentials.policy.status_list import Purpose
from app.credentials.words import words
from app.members.policy import parse_number
from app.web.caching import kept
from app.web.deps import ReadSession
from app.web.pages import localised, page

router = APIRouter()

ACHIEVEMENT = "/credentials/achievement.json"
DID_TYPE = "application/did+json"
JSON_TYPES = ("application/json", "application/ld+json", MEDIA_TYPE)
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


def _open(request: Request, data: bytes, media_type: str) -> Response:
    return kept(request, Response(data, media_type=media_type, headers=OPEN))


@router.get("/members/{number}/credential.json")
async def credential(request: Request, number: str) -> Response:
    """The newest credential of a member.

    It stays when the membership ends: what it says of its state is in the status lists, which say
    that it is revoked, and a verifier that finds nothing here learns less than one that reads it.
    """
    canonical = parse_number(number)
    if canonical is None:
        raise Missing(_("This is not a member number. Check how it is written."))
    if canonical != number:
        there = localised(request, f"/members/{canonical}/credential.json")
        return RedirectResponse(there, status_code=301, headers=OPEN)
    async with database().read() as session:
        found = await service.current(session, number)
        if found is None:
            raise Missing(_("No credential was issued to %(number)s.", number=number))
        unsigned = await service.unsigned(session, found)
    return _open(request, await unsigned.signed(), MEDIA_TYPE)


@router.get("/credentials/status/{purpose}/{list_number}")
async def status_list(
    request: Request,
    purpose: Purpose,
    list_number: Annotated[int, Path(ge=1, le=1_000_000)],
) -> Response:
    """A status list, true as of now."""
    async with database().read() as session:
        found = await status_lists.read(session, purpose, list_number)
    if found is None:
        raise Missing(_("There is no such status list."))
    return _open(request, await found.signed(), MEDIA_TYPE)


@router.get("/credentials/achievement")
async def achievement(request: Request) -> Response:
    """What a credential stands for: a page; programs that ask for JSON are sent to it.

    Sent, since a shared cache that does not look at `Accept` would hand JSON to people.
    """
    if _wants_json(request):
        answer: Response = RedirectResponse(ACHIEVEMENT, status_code=303, headers=OPEN)
    else:
        shown = page(
            request,
            "credentials/achievement.html",
            issuing=issuer.configured(),
            did=issuer.name(),
        )
        answer = kept(request, shown)
    answer.headers.add_vary_header("Accept")
    return answer


@router.get(ACHIEVEMENT)
async def achievement_data(request: Request) -> Response:
    """The same for programs, as Open Badges describes it."""
    told: dict[str, Any] = {
        "@context": [document.VC, document.OPEN_BADGES],
        **document.achievement(settings().base_url, words()),
    }
    return _open(request, canonical_json(told), "application/json")


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return "text/html" not in accepted and any(one in accepted for one in JSON_TYPES)


@router.get("/.well-known/did.json")
async def did_document(request: Request, session: ReadSession) -> Response:
    """The issuer's DID document, as it was published last."""
    found = await queries.published(session)
    if found is None:
        raise Missing(_("This portal has issued no credential yet."))
    return _open(request, found, DID_TYPE)
