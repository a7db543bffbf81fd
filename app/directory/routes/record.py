"""A member's history that can be checked: their entries of the log, with proofs.

It changes with the log, which the member's version does not count: so its tag is that of what it
says, and a proxy keeps it for two seconds.
"""

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from app.core.config import settings
from app.core.errors import Missing
from app.core.i18n import gettext as _
from app.directory import numbers
from app.directory.record import files
from app.directory.record.reading import record
from app.directory.routes.addresses import addresses
from app.trustlog.policy import places
from app.trustlog.queries import tree
from app.web.caching import kept, public
from app.web.deps import CurrentViewer, ReadSession
from app.web.pages import page

router = APIRouter()
FOR_ALL = {  # what is the same for everybody, pages of other sites may read
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


@router.get("/members/{number}/record")
async def shown(
    request: Request, viewer: CurrentViewer, number: str, session: ReadSession
) -> Response:
    """All that the log says of a member, newest first, with what the profile shows opened."""
    if there := numbers.elsewhere(request, number, "/record"):
        return there
    found = await record(session, viewer, number)
    if found is None:
        raise numbers.nobody(number)
    asked = places.read(request.query_params.get("page", "1")) or 0
    if not 1 <= asked <= found.pages:
        raise Missing
    return kept(
        request,
        page(
            request,
            "record/index.html",
            record=found,
            lines=found.page(asked),
            page_number=asked,
            keyed=bool(settings().log_keys),
            **addresses(request, f"/members/{number}/record"),
        ),
    )


@router.get("/members/{number}/record.json")
async def data(
    request: Request, viewer: CurrentViewer, number: str, session: ReadSession
) -> Response:
    """The same for programs: every entry as it stands in the log, with what is opened of it."""
    if there := numbers.elsewhere(request, number, "/record.json"):
        there.headers.update(FOR_ALL)
        return there
    found = await record(session, viewer, number)
    if found is None:
        raise numbers.nobody(number)
    told = Response(files.as_json(found), media_type="application/json", headers=_open(request))
    return kept(request, told)


@router.get("/members/{number}/record/{index}.tlog-proof")
async def proof(
    request: Request, viewer: CurrentViewer, number: str, index: str, session: ReadSession
) -> Response:
    """The offline proof of one entry (C2SP tlog-proof), with what is opened of it."""
    if there := numbers.elsewhere(request, number, f"/record/{index}.tlog-proof"):
        there.headers.update(FOR_ALL)
        return there
    found = await record(session, viewer, number)
    if found is None:
        raise numbers.nobody(number)
    place = places.read(index)
    line = None if place is None else found.at(place)
    if place is None or line is None:
        raise Missing(_("This is no published entry of the member’s record."))
    text = await tree.proof_file(session, place, line.opened)
    assert text is not None  # noqa: S101 - the newest checkpoint covers what an older one did
    saved = f'attachment; filename="{files.file_name(number, place)}"'
    headers = {"Content-Disposition": saved, **_open(request)}
    return kept(request, PlainTextResponse(text, headers=headers))


def _open(request: Request) -> dict[str, str]:
    return FOR_ALL if public(request) else {}
