"""Applications in every state, and what a submission needs from the other slices."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.applications.models import Application, Party, Section, Status
from app.applications.policy.answers import About, Declarations, Portrait, Topics
from app.applications.service import drafts, sections, submit
from app.applications.service.status import set_status
from app.conduct import code, queries
from app.conduct import service as conduct
from app.conduct.models import Attempt, Signature
from app.core import clock
from app.core.crypto import digest
from app.core.viewer import Viewer
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel

BIOGRAPHY = (
    "Mình nấu món quê bằng nguyên liệu ở chợ gần nhà, kể chuyện của những người trồng ra chúng, "
    "cho ai muốn tự tay vào bếp."
)


def about(**given: Any) -> About:
    """A section that is right."""
    usual: dict[str, Any] = {
        "legal_name": "Nguyễn Thị Sương",
        "legal_name_public": False,
        "stage_name": "Bếp Nhà Sương",
        "birth_date": date(1996, 5, 20),
        "province": "79",
        "phone": "+84912345678",
        "contact_email": "suong@example.vn",
    }
    return About(**{**usual, **given})


def topics(**given: Any) -> Topics:
    """A section that is right."""
    usual: dict[str, Any] = {
        "topics": ("food",),
        "languages": ("vi",),
        "biography": BIOGRAPHY,
        "qualifications": {},
    }
    return Topics(**{**usual, **given})


def declarations(**given: Any) -> Declarations:
    """A section that is right: three times no."""
    usual: dict[str, Any] = {
        "has_agency": False,
        "agency": "",
        "has_exclusive_brands": False,
        "exclusive_brands": "",
        "has_penalties": False,
        "penalties": "",
    }
    return Declarations(**{**usual, **given})


async def make_draft(
    session: AsyncSession, *, account: Account | None = None
) -> tuple[Application, Viewer]:
    """A draft in which nothing is written, and its applicant."""
    by = viewer_of(account or await make_account(session))
    return await drafts.start(session, by), by


async def sign_code(session: AsyncSession, by: Viewer, name: str = "Nguyễn Thị Sương") -> Signature:
    """A signature of `by` under the version in force, which is published first if need be."""
    await conduct.publish(session, Viewer.system("tests"), code.read_file(code.FIRST))
    version = await queries.in_force(session)
    assert version is not None
    assert by.account_id is not None
    attempt = Attempt(
        account_id=by.account_id, version_id=version.id, number=1, drawn=[], given=[],
        correct=0, passed=True, finished_at=clock.now(),
    )  # fmt: skip
    session.add(attempt)
    await session.flush()
    at = clock.now()
    signature = Signature(
        account_id=by.account_id, version_id=version.id, locale="vi", sha256=version.sha256("vi"),
        attempt_id=attempt.id, signed_name=name, signed_at=at, address=by.address,
        user_agent=by.user_agent, provider=by.provider, issuer=by.issuer,
        signed_in_at=at, evidence=b"{}", evidence_sha256=digest(b"{}"),
    )  # fmt: skip
    session.add(signature)
    await session.flush()
    return signature


async def make_whole(
    session: AsyncSession, *, account: Account | None = None, channel: bool = True, **given: Any
) -> tuple[Application, Viewer]:
    """A draft with every section complete, and its applicant.

    `given` are answers of “About you” other than the usual ones.
    """
    account = account or await make_account(session)
    application, by = await make_draft(session, account=account)
    answers = (about(**given), topics(), Portrait(f"portraits/{account.id.hex}"), declarations())
    for answer in answers:
        await sections.save(session, by, answer)
    if channel:
        await make_channel(session, account=account)
    await sign_code(session, by, str(answers[0].legal_name))
    return application, by


async def make_submitted(session: AsyncSession, **given: Any) -> tuple[Application, Viewer]:
    """An application that waits for a reviewer, and its applicant."""
    _, by = await make_whole(session, **given)
    return await submit.submit(session, by, None), by


async def make_in_review(
    session: AsyncSession, reviewer: Viewer | None = None, **given: Any
) -> tuple[Application, Viewer]:
    """An application that `reviewer` (or a new one) holds, and its applicant."""
    application, by = await make_submitted(session, **given)
    reviewer = reviewer or await make_reviewer(session)
    application.reviewer_id = reviewer.account_id
    await set_status(session, application, Status.IN_REVIEW, Party.REVIEWER, reviewer)
    return application, by


async def make_reviewer(session: AsyncSession) -> Viewer:
    """Somebody of staff who reviews applications."""
    account = await make_account(session, display_name="Trần Thị Duyệt", roles=("reviewer",))
    return viewer_of(account, "reviewer")


async def make_asked(
    session: AsyncSession, asked: Sequence[Section] = (Section.TOPICS,), **given: Any
) -> tuple[Application, Viewer]:
    """An application whose reviewer asked to change the sections `asked`, and its applicant."""
    reviewer = await make_reviewer(session)
    application, by = await make_in_review(session, reviewer, **given)
    application.asked_sections = [section.value for section in asked]
    await set_status(
        session, application, Status.INFO_REQUESTED, Party.REVIEWER, reviewer,
        because="Hãy viết rõ hơn.", sections=tuple(asked),
    )  # fmt: skip
    return application, by
