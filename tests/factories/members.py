"""Members, each with an account of their own."""

import itertools
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.core import clock
from app.core.crypto import uuid7
from app.core.reference import reference
from app.core.reference_tables import ProvinceRow
from app.core.viewer import Viewer
from app.members import service
from app.members.models import Member
from app.members.policy import Profile

_count = itertools.count(1)
REVIEWER = Viewer(name="Trần Thị Duyệt", roles=frozenset({"reviewer"}), account_id=uuid7())
OPERATOR = Viewer.system("command line (test)")


def make_profile(**given: Any) -> Profile:
    """A profile that is complete and plain."""
    usual: dict[str, Any] = {
        "stage_name": "Bếp Nhà Sương",
        "legal_name": "Nguyễn Thị Sương",
        "legal_name_public": False,
        "biography": "Mình nấu món quê bằng nguyên liệu ở chợ gần nhà.",
        "province": "79",
        "topics": ("food",),
        "languages": ("vi",),
        "portrait": None,
    }
    return Profile(**{**usual, **given})


async def make_member(
    session: AsyncSession, *, account_id: UUID | None = None, locale: str = "vi", **given: Any
) -> Member:
    """A member in good standing, through the door that applications use."""
    profile = make_profile(**given)
    await session.execute(
        insert(ProvinceRow)
        .values(key=profile.province, name_vi=reference.provinces[profile.province].name("vi"))
        .on_conflict_do_nothing()
    )
    if account_id is None:
        account = Account(
            display_name=profile.legal_name, email=f"kol{next(_count)}@example.vn", locale=locale
        )
        session.add(account)
        await session.flush()
        account_id = account.id
    return await service.admit(session, REVIEWER, account_id, uuid7(), profile)


def viewer_of(member: Member, **given: Any) -> Viewer:
    """The member, signed in just now."""
    return Viewer(account_id=member.account_id, signed_in_at=clock.now(), **given)
