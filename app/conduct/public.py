"""The code for everybody, and signatures for their signers and staff."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from app.conduct import pdf, queries, service
from app.conduct.comparison import compare
from app.conduct.queries import Code, SignatureDetail
from app.conduct.sealing.keeping import State, kept_document
from app.core.db import database
from app.core.errors import Missing
from app.core.viewer import Viewer
from app.web.deps import ReadSession, SignedIn
from app.web.pages import page, see_other
from app.web.ratelimit import limit

router = APIRouter()

PDFS = (30, 600)  # how many, in how many seconds


@router.get("/conduct")
async def in_force(request: Request, session: ReadSession) -> Response:
    """The version in force."""
    code = await queries.in_force(session)
    if code is None:
        return page(request, "conduct/none.html")
    return await _code_page(request, session, code)


@router.get("/conduct/{number}")
async def version(request: Request, session: ReadSession, number: str) -> Response:
    """Any version, with what it changed."""
    code = await queries.version(session, number)
    if code is None:
        raise Missing
    return await _code_page(request, session, code)


async def _code_page(request: Request, session: AsyncSession, code: Code) -> Response:
    before = await queries.version_before(session, code)
    return page(
        request,
        "conduct/code.html",
        code=code,
        before=before,
        changes=compare(before.content, code.content) if before else None,
        versions=await queries.versions(session),
    )


@router.get("/conduct/{number}/{language}.txt")
async def exact_text(session: ReadSession, number: str, language: str) -> Response:
    """The very bytes whose hash is signed."""
    code = await queries.version(session, number)
    if code is None or language not in code.texts:
        raise Missing
    return Response(
        code.text(language).encode(),
        media_type="text/plain; charset=utf-8",
        headers={"Content-Language": language},
    )


async def _allowed(viewer: Viewer, signature_id: UUID) -> SignatureDetail:
    """A signature that `viewer` may see.

    Raises:
        Missing: there is none, or none for them.
    """
    async with database().read() as session:
        found = await queries.signature(session, signature_id)
    if found is None or not (found.account_id == viewer.account_id or viewer.is_staff):
        raise Missing
    return found


async def _opened(viewer: Viewer, signature_id: UUID) -> SignatureDetail:
    """A signature that `viewer` may see; that staff saw it is written down.

    The database is let go before the answer is made: a document takes its time.

    Raises:
        Missing: there is none, or none for them.
    """
    found = await _allowed(viewer, signature_id)
    await _note(viewer, found)
    return found


async def _note(viewer: Viewer, found: SignatureDetail) -> None:
    if found.account_id != viewer.account_id:
        async with database().write() as session:
            await service.note_view(session, viewer, found)


def _download(
    what: bytes, media_type: str, found: SignatureDetail, ending: str, tag: str = ""
) -> Response:
    name = f"code-of-conduct-{found.version}-{found.id}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Language": found.locale,
    }
    return Response(what, media_type=media_type, headers=headers | ({"ETag": tag} if tag else {}))


@router.get("/conduct/signatures/{signature_id}.pdf")
async def signature_pdf(request: Request, viewer: SignedIn, signature_id: UUID) -> Response:
    """What was signed and its evidence, as a sealed document.

    While there is none the page of the signature tells why.
    """
    await limit(request, "conduct.pdf", *PDFS)
    found = await _allowed(viewer, signature_id)
    kept = await kept_document(found.id)
    if kept.state in (State.COMING, State.LOST):
        return see_other(request, f"/conduct/signatures/{found.id}")
    await _note(viewer, found)
    if kept.document is None:
        return _download(await pdf.make(found, None), "application/pdf", found, "pdf")
    tag = f'"{kept.document.sha256}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": tag})
    return _download(kept.content, "application/pdf", found, "pdf", tag)


@router.get("/conduct/signatures/{signature_id}.json")
async def signature_json(viewer: SignedIn, signature_id: UUID) -> Response:
    """The evidence, byte for byte as its hash was taken."""
    found = await _opened(viewer, signature_id)
    return _download(found.evidence, "application/json", found, "json")


@router.get("/conduct/signatures/{signature_id}")
async def signature(request: Request, viewer: SignedIn, signature_id: UUID) -> Response:
    """A signature with all its evidence, and its sealed document."""
    found = await _opened(viewer, signature_id)
    kept = await kept_document(found.id)
    return page(request, "conduct/signature.html", found=found, kept=kept)
