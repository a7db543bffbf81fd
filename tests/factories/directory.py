"""What the directory shows: members with proven channels, one by one or many at once."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.channels.models import Channel, FollowersSource
from app.channels.policy.links import recognise
from app.channels.policy.lookalikes import channel_skeleton, skeleton
from app.core import clock
from app.core.crypto import uuid7
from app.core.reference import reference
from app.core.text import vietnamese_sort_key
from app.directory.search import feed
from app.directory.search.index import Index
from app.members import policy, service
from app.members.models import Member, Standing
from tests.factories.members import OPERATOR, make_member, make_profile, viewer_of

PROVEN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


async def indexed(session: AsyncSession) -> Index:
    """An index of all members that the session sees."""
    serials = (await session.scalars(select(Member.serial))).all()
    return Index.of(await feed.documents(session, serials))


async def prove(
    session: AsyncSession, member: Member, link: str, followers: int | None = 12_300, **given: Any
) -> Channel:
    """A channel of the member, proven by a code on its page."""
    channel = Channel(**{**channel_row(member.account_id, link, followers), **given})
    session.add(channel)
    await session.flush()
    return channel


def channel_row(account_id: Any, link: str, followers: int | None) -> dict[str, Any]:
    """The columns of a proven channel."""
    found = recognise(link)
    return {
        "id": uuid7(),
        "account_id": account_id,
        "platform": found.platform,
        "url": found.url,
        "key": found.key,
        "handle": found.handle,
        "stable_id": found.stable_id,
        "skeleton": channel_skeleton(found.platform, found.key, found.handle),
        "followers": followers,
        "followers_as_of": None if followers is None else date(2026, 2, 27),
        "followers_source": None if followers is None else FollowersSource.DECLARED,
        "proven_at": PROVEN,
        "proof_method": "page_code",
        "lost_at": None,
        "removed_at": None,
        "changed_at": PROVEN,
        "version": 1,
    }


FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Đặng", "Đỗ", "Vũ", "Hồ", "Ngô", "Bùi")
MIDDLE = ("Thị", "Văn", "Hữu", "Khánh", "Phương", "Minh", "Gia", "Thu")
GIVEN = ("Uyên", "Quân", "Ẩm", "Đức", "Hà", "Hạ", "Hả", "Linh", "Sương", "Vâu", "Yến", "An")
SITES = (
    "https://www.tiktok.com/@{}",
    "https://www.youtube.com/@{}",
    "https://www.facebook.com/{}",
    "https://www.instagram.com/{}",
)


@dataclass(slots=True)
class Crowd:
    """Rows of many members at once, made from a seed: the same seed, the same people."""

    size: int
    seed: int = 1
    accounts: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)  # noqa: S311 - people for tests, not secrets
        for serial in range(1, self.size + 1):
            self._add(chance, serial)

    def _add(self, chance: random.Random, serial: int) -> None:
        account = uuid7()
        name = " ".join(chance.choice(part) for part in (FAMILY, MIDDLE, GIVEN))
        profile = make_profile(
            stage_name=name,
            legal_name=name,
            biography=f"Mình kể chuyện số {serial} ở quê nhà, mỗi tuần một lần.",
            province=chance.choice(list(reference.provinces)),
            topics=tuple(chance.sample(list(reference.topics), chance.randint(1, 3))),
            languages=tuple(chance.sample(("vi", "en", "fr", "ja"), chance.randint(1, 2))),
        )
        self.accounts.append(
            {"id": account, "display_name": name, "email": f"{serial}@example.vn", "locale": "vi"}
        )
        self.members.append(self._member(chance, serial, account, profile))
        sites = chance.sample(SITES, chance.randint(0, 3))
        handle = policy.words(name).replace(" ", "") + str(serial)
        for site in sites:
            followers = chance.choice((None, int(10 ** chance.uniform(2, 6.8))))
            row = channel_row(account, site.format(handle), followers)
            if chance.random() < 0.1:
                row[chance.choice(("lost_at", "removed_at"))] = PROVEN + timedelta(days=30)
            self.channels.append(row)

    @staticmethod
    def _member(
        chance: random.Random, serial: int, account: Any, profile: policy.Profile
    ) -> dict[str, Any]:
        standing = chance.choices(list(Standing), (80, 6, 4, 6, 4))[0]
        joined = PROVEN + timedelta(minutes=chance.randint(0, 90))
        number = policy.number(2026, serial)
        return {
            "id": uuid7(),
            "account_id": account,
            "application_id": uuid7(),
            "serial": serial,
            "number": number,
            "standing": standing,
            "standing_since": joined,
            "standing_until": date(2027, 1, 1) if standing is Standing.SUSPENDED else None,
            "standing_because": "",
            "bar_until": date(2028, 1, 1) if standing is Standing.EXPELLED else None,
            "joined_at": joined,
            "term_ends_on": policy.term_ends(joined.date()),
            "stage_name": profile.stage_name,
            "sort_key": vietnamese_sort_key(profile.stage_name),
            "skeleton": skeleton(profile.stage_name),
            "legal_name": profile.legal_name,
            "legal_name_public": False,
            "biography": profile.biography,
            "province": profile.province,
            "topics": list(profile.topics),
            "languages": list(profile.languages),
            "portrait": None,
            "name_words": policy.name_words(profile.stage_name),
            "version": 1,
        }

    async def move_in(self, session: AsyncSession) -> None:
        """Put everybody into the database."""
        for table, rows in (
            (Account, self.accounts),
            (Member, self.members),
            (Channel, self.channels),
        ):
            for start in range(0, len(rows), 1000):
                await session.execute(insert(table), rows[start : start + 1000])


async def make_ended(session: AsyncSession, standing: str, **given: Any) -> Member:
    """A member who has come to `standing`, with a proven channel, a portrait and a biography."""
    with clock.at(clock.now() - timedelta(days=400 if standing == "lapsed" else 10)):
        member = await make_member(
            session, **{"stage_name": "Bếp Sương", "portrait": "portraits/abc", **given}
        )
        await prove(session, member, f"https://www.tiktok.com/@bep.suong{member.serial}")
    until = clock.today() + timedelta(days=30)
    match standing:
        case "suspended":
            await service.suspend(session, OPERATOR, member.number, until, "Quảng cáo sai.")
        case "expelled":
            await service.expel(session, OPERATOR, member.number, 12, "Quảng cáo sai.")
        case "lapsed":
            await service.keep_terms(session, OPERATOR)
        case "left":
            await service.leave(session, viewer_of(member))
    return member
