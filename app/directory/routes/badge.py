"""A member's badge: the picture that is always current, the page to take it from, and oEmbed."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.core import i18n
from app.core.config import settings
from app.core.db import database
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.credentials import baking
from app.credentials import service as credentials
from app.directory import numbers
from app.directory.profile import badge, badge_raster, oembed, picture
from app.directory.profile.badge import Look
from app.directory.profile.badge_drawing import SIZES, THEMES, Told
from app.directory.queries.profile import Handed, handed
from app.directory.routes.addresses import addresses
from app.members.policy import parse_number
from app.web.caching import kept, kept_by_version
from app.web.pages import page

router = APIRouter()
FOR_ALL = {  # made to be shown on other sites, and by pages that isolate themselves
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@router.get("/members/{number}/badge.svg")
async def drawn(request: Request, number: str) -> Response:
    """The badge as of now. A number that nobody has is answered with a badge that says so.

    With status 200, as of a former member: the picture is the answer. Whoever forges a badge
    chooses its alternative text, and a proxy of pictures that drops a 404 would leave their words
    to stand alone (decision 0029).
    """
    asked = badge.look(request.query_params)
    found = parse_number(number)
    version = await numbers.version(found) if found else None
    known_by = (version, asked) if version else None
    if known_by and (same := kept_by_version(request, known_by)):
        same.headers.update(FOR_ALL)
        return same
    told = await _told(found, asked.language)
    shown = Response(badge.svg(told, asked), media_type=badge.MEDIA_TYPE, headers=FOR_ALL)
    shown.headers["Content-Language"] = asked.language
    return kept(request, shown, version=known_by)


async def _told(number: str | None, language: str) -> Told:
    if number is None:
        return badge.nobodys(None, language)
    async with database().read() as session:
        found = await handed(session, number)
    return badge.told(found, language) if found else badge.nobodys(number, language)


@router.get("/members/{number}/badge")
async def take(request: Request, number: str) -> Response:
    """The badge to look at and to take along, in every size, language and theme."""
    if there := numbers.elsewhere(request, number, "/badge"):
        return there
    asked = badge.look(request.query_params)
    async with database().read() as session:
        found = await handed(session, number)
        credential = await credentials.current(session, number) if found else None
    if found is None:
        raise numbers.nobody(number)
    address = f"{settings().base_url}/members/{number}"
    shown = page(
        request,
        "badge/take.html",
        member=found.member,
        channels=found.channels if found.member.present else (),
        asked=asked,
        looks=_looks(asked),
        sizes=tuple(SIZES),
        themes=tuple(THEMES),
        image=badge.address(number, asked),
        says=badge.told(found, asked.language).title,
        alternative=badge.alternative(found.member, asked.language),
        bio=badge.bio(found.member, asked.language),
        address=address,
        credential=credential if credential and credential.revoked_at is None else None,
        **addresses(request, f"/members/{number}/badge"),
    )
    return kept(request, shown)


def _looks(asked: Look) -> Sequence[Look]:
    """Every size and theme, in the language asked for."""
    return tuple(Look(size, asked.language, theme) for size in SIZES for theme in THEMES)


@router.get("/members/{number}/credential.svg")
async def baked_svg(request: Request, number: str) -> Response:
    """The badge of this day with the credential inside, for a wallet."""
    told, credential = await _credential(request, number)
    body = baking.svg(badge.svg(told, Look("large", told.language)), credential)
    return _file(request, Response(body, media_type=badge.MEDIA_TYPE), f"{told.number}.svg")


@router.get("/members/{number}/credential.png")
async def baked_png(request: Request, number: str) -> Response:
    """The same as a PNG."""
    told, credential = await _credential(request, number)
    asked = Look("large", told.language)
    made = await badge_raster.png(badge.svg(told, asked), asked.measures[0])
    shown = Response(baking.png(made, credential), media_type=badge_raster.MEDIA_TYPE)
    return _file(request, shown, f"{told.number}.png")


async def _credential(request: Request, number: str) -> tuple[Told, bytes]:
    """What the picture says, and the credential with its proofs.

    Raises:
        Missing: there is no such member, or they hold no credential today.
    """
    found = numbers.canonical(number)
    async with database().read() as session:
        member = await handed(session, found)
        issued = await credentials.current(session, found) if member else None
        if member is None:
            raise numbers.nobody(found)
        if issued is None or issued.revoked_at is not None:
            raise Missing(_("This member holds no credential today."))
        unsigned = await credentials.unsigned(session, issued)
    document = await unsigned.signed()
    language = badge.look(request.query_params).language
    return badge.told(member, language), document


def _file(request: Request, shown: Response, name: str) -> Response:
    shown.headers.update(FOR_ALL)
    shown.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return kept(request, shown)


@router.get("/oembed")
async def embed(request: Request) -> Response:
    """What a consumer of oEmbed asks about the page of a member (https://oembed.com)."""
    given = request.query_params
    kind = given.get("format", "json")
    if kind not in oembed.FORMATS:
        return _no(501, "The format is json or xml.")
    if "url" not in given:
        return _no(400, "The parameter url is missing.")
    try:
        what = oembed.asked(given["url"], given.get("maxwidth"), given.get("maxheight"))
    except ValueError:
        return _no(400, "maxwidth and maxheight are whole numbers of pixels.")
    if what is None:
        return _no(404, "This is not the address of a member's page.")
    async with database().read() as session:
        found = await handed(session, what.number)
    if found is None:
        return _no(404, "No member has this number.")
    told = oembed.response(found, what, _picture(found, what.language))
    if kind == "json":
        shown: Response = JSONResponse(told, headers=FOR_ALL)
    else:
        shown = Response(oembed.xml(told), media_type=oembed.FORMATS["xml"], headers=FOR_ALL)
    return kept(request, shown)


def _picture(found: Handed, language: str) -> str:
    with i18n.use_locale(language):
        mark = picture.mark(picture.shown(found.member))
    number = found.member.number
    return f"{settings().base_url}/{language}/members/{number}/card.png?v={mark}"


def _no(status: int, why: str) -> Response:
    """A refusal as the specification has them: by status; the words are for a developer."""
    return PlainTextResponse(why + "\n", status_code=status, headers=FOR_ALL)
