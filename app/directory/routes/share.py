"""What is handed on of a member: a code to scan, a contact card, a picture, and a page for them.

Each is answered from the member's version alone when the browser has it already; what is made is
made when nothing of the database is held.
"""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.db import database
from app.directory import numbers
from app.directory.profile import picture, qr, vcard
from app.directory.queries.profile import Handed, handed
from app.directory.routes.addresses import addresses
from app.web.caching import kept, kept_by_version
from app.web.pages import page

router = APIRouter()
FOR_ALL = {"Cross-Origin-Resource-Policy": "cross-origin"}  # made to be shown on other sites
SHOWN_ELSEWHERE = ("/qr.svg", "/card.png")
Make = Callable[[Request, Handed], Awaitable[Response]]


@router.get("/members/{number}/share")
async def share(request: Request, number: str) -> Response:
    """The code large, to hold out or to print, and every other way to hand the page on."""
    return await _answer(request, number, "/share", _share)


@router.get("/members/{number}/qr.svg")
async def code(request: Request, number: str) -> Response:
    """The code to scan, which leads to the page in whatever language its reader has."""
    return await _answer(request, number, "/qr.svg", _code)


@router.get("/members/{number}/card.vcf")
async def contact(request: Request, number: str) -> Response:
    """A contact card (RFC 6350) of what the page shows."""
    return await _answer(request, number, "/card.vcf", _contact)


@router.get("/members/{number}/card.png")
async def card(request: Request, number: str) -> Response:
    """The picture for social networks."""
    return await _answer(request, number, "/card.png", _card)


async def _answer(request: Request, number: str, below: str, make: Make) -> Response:
    """What `make` makes of the member, or 304 when the browser has it.

    A 304 replaces what the browser knows of the headers, and the way to the canonical address is
    an answer as well, so both allow other sites as much.
    """
    allowed = FOR_ALL if below in SHOWN_ELSEWHERE else {}
    if there := numbers.elsewhere(request, number, below):
        there.headers.update(allowed)
        return there
    version = await numbers.version(number)
    if version and (same := kept_by_version(request, version)):
        same.headers.update(allowed)
        return same
    async with database().read() as session:
        found = await handed(session, number)
    if found is None:
        raise numbers.nobody(number)
    return kept(request, await make(request, found), version=version)


async def _share(request: Request, found: Handed) -> Response:
    number = found.member.number
    return page(
        request,
        "profile/share.html",
        member=found.member,
        address=qr.address(number),
        picture_mark=picture.mark(picture.shown(found.member)),
        **addresses(request, f"/members/{number}/share"),
    )


async def _code(_request: Request, found: Handed) -> Response:
    return Response(qr.svg(found.member.number), media_type=qr.MEDIA_TYPE, headers=FOR_ALL)


async def _contact(_request: Request, found: Handed) -> Response:
    saved = {"Content-Disposition": f'attachment; filename="{found.member.number}.vcf"'}
    body = vcard.card(found.member, found.channels, found.changed_at)
    return Response(body, media_type=vcard.MEDIA_TYPE, headers=saved)


async def _card(_request: Request, found: Handed) -> Response:
    drawn = await picture.png(picture.shown(found.member))
    return Response(drawn, media_type=picture.MEDIA_TYPE, headers=FOR_ALL)
