"""Changes, for those who keep a copy: nothing is missed, and a restored database begins anew."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update

from app.core import clock
from app.core.viewer import Viewer
from app.credentials.models import Credential
from app.members import service
from app.members.models import Member, StandingChange
from tests.conftest import statements
from tests.directory.settling import settled
from tests.factories.directory import prove
from tests.factories.members import make_member
from tests.portal import Portal

BOARD = Viewer.system("command line (test)")


async def joined(portal: Portal, **given: Any) -> Member:
    async with portal.transaction() as session:
        return await make_member(session, **given)


async def changes(portal: Portal, since: str = "", limit: int = 100) -> Any:
    await settled(portal)
    answer = await portal.get(
        "/api/v1/changes", params={"limit": limit, **({"since": since} if since else {})}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def suspend(portal: Portal, member: Member) -> None:
    async with portal.transaction() as session:
        until = (clock.now() + timedelta(days=30)).date()
        await service.suspend(session, BOARD, member.number, until, "Chưa trả lời khiếu nại.")


class Copy:
    """A copy of everybody, kept as the documentation says."""

    def __init__(self) -> None:
        self.members: dict[int, Any] = {}
        self.cursor = ""
        self.fetched: list[int] = []

    async def fetch(self, portal: Portal, limit: int = 2) -> None:
        more = True
        while more:
            page = await changes(portal, self.cursor, limit)
            for change in page["changes"]:
                self.fetched.append(change["serial"])
                if change["gone"]:
                    self.members.pop(change["serial"], None)
                else:
                    self.members[change["serial"]] = change["member"]
            self.cursor, more = page["next"], page["more"]


async def everybody(portal: Portal) -> dict[int, Any]:
    answer = await portal.get("/api/v1/members?standing=active&standing=suspended&limit=100")
    return {member["serial"]: member for member in answer.json()["members"]}


async def test_a_copy_is_made_and_kept(portal: Portal) -> None:
    members = [await joined(portal) for _ in range(5)]
    copy = Copy()
    await copy.fetch(portal)
    assert copy.members == await everybody(portal)
    assert copy.fetched == [member.serial for member in members]

    copy.fetched.clear()
    await copy.fetch(portal)
    assert copy.fetched == []

    await suspend(portal, members[1])
    async with portal.transaction() as session:
        await prove(session, members[3], "https://www.tiktok.com/@kenhmoi")
    await copy.fetch(portal)
    assert copy.fetched == [members[1].serial, members[3].serial]
    assert copy.members == await everybody(portal)


async def test_one_change_is_told_whole(portal: Portal) -> None:
    member = await joined(portal)
    await suspend(portal, member)
    found = await changes(portal)
    assert [*found] == ["changes", "next", "more"]
    assert found["more"] is False
    (change,) = found["changes"]
    shown = (await portal.get("/api/v1/members?standing=suspended")).json()["members"]
    assert change.pop("changed_at").endswith("Z")
    assert change == {
        "serial": member.serial,
        "number": member.number,
        "standing": {"code": "suspended", "name": "Suspended"},
        "gone": False,
        "member": shown[0],
    }


async def test_who_was_erased_is_told_as_gone(portal: Portal) -> None:
    member, other = await joined(portal), await joined(portal)
    copy = Copy()
    await copy.fetch(portal)
    async with portal.transaction() as session:
        await session.execute(text("SET LOCAL session_replication_role = replica"))  # append-only
        await session.execute(delete(StandingChange).where(StandingChange.member_id == member.id))
        await session.execute(text("SET LOCAL session_replication_role = origin"))
        await session.execute(delete(Credential).where(Credential.member_id == member.id))
        await session.execute(delete(Member).where(Member.id == member.id))
    found = await changes(portal, copy.cursor)
    assert [{**change, "changed_at": ""} for change in found["changes"]] == [
        {
            "serial": member.serial,
            "number": None,
            "standing": None,
            "changed_at": "",
            "gone": True,
            "member": None,
        }
    ]
    await copy.fetch(portal)
    assert [*copy.members] == [other.serial]


async def test_what_commits_late_is_not_missed(portal: Portal) -> None:
    late, quick = await joined(portal), await joined(portal)
    copy = Copy()
    await copy.fetch(portal)
    async with portal.database._sessions() as slow:
        await slow.execute(update(Member).where(Member.id == late.id).values(stage_name="Chậm"))
        async with portal.transaction() as session:
            rename = update(Member).where(Member.id == quick.id).values(stage_name="Nhanh")
            await session.execute(rename)
        answer = await portal.get("/api/v1/changes", params={"since": copy.cursor})
        assert answer.json() == {"changes": [], "next": copy.cursor, "more": False}
        await slow.commit()
    await copy.fetch(portal)
    assert {serial: told["name"] for serial, told in copy.members.items()} == {
        late.serial: "Chậm",
        quick.serial: "Nhanh",
    }


async def test_a_member_who_changed_twice_is_told_once_as_they_are(portal: Portal) -> None:
    member = await joined(portal)
    for name in ("Một", "Hai"):
        async with portal.transaction() as session:
            await session.execute(
                update(Member).where(Member.id == member.id).values(stage_name=name)
            )
    found = await changes(portal)
    assert [change["member"]["name"] for change in found["changes"]] == ["Hai"]


async def test_after_a_restore_a_cursor_is_over(portal: Portal) -> None:
    await joined(portal)
    cursor = (await changes(portal))["next"]
    life, place = urlsafe_b64decode(cursor + "==").decode().split(":", 1)
    other = urlsafe_b64encode(f"{life[::-1]}:{place}".encode()).decode().rstrip("=")
    answer = await portal.get("/api/v1/changes", params={"since": other})
    assert answer.status_code == 410
    assert answer.json()["type"] == "http://localhost:8000/api#start-anew"


async def test_a_database_of_its_own_has_a_life_of_its_own(portal: Portal) -> None:
    cursor = (await changes(portal))["next"]
    life = urlsafe_b64decode(cursor + "==").decode().split(":")[0]
    async with portal.database.read() as session:
        name = await session.scalar(text("SELECT current_database()"))
    assert len(life) == 16
    assert name is not None
    assert name not in life


def cursor_at(life: str, version: int, serial: int) -> str:
    return urlsafe_b64encode(f"{life}:{version}:{serial}".encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("version", "serial", "status"),
    [
        (1, 10**30, 422),
        (1, 2**63, 422),
        (1, -1, 422),
        (-(10**30), 0, 422),
        (2**63, 0, 410),
        (10**30, 1, 410),
        (10**12, 1, 410),
    ],
)
async def test_a_place_that_cannot_be_is_refused_and_one_to_come_is_over(
    portal: Portal, version: int, serial: int, status: int
) -> None:
    """A version to come: the files of the server were put back from a copy."""
    life = urlsafe_b64decode((await changes(portal))["next"] + "==").decode().split(":")[0]
    since = cursor_at(life, version, serial)
    answer = await portal.get("/api/v1/changes", params={"since": since})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("cursor", ["x", "====", "4pyT", "YTox", "YTpiOmM", "\u2713", "YToxOjE6MQ"])
async def test_a_cursor_that_is_none_is_refused(portal: Portal, cursor: str) -> None:
    answer = await portal.get("/api/v1/changes", params={"since": cursor})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "unknown_cursor"


@pytest.mark.parametrize("many", [1, 3])
async def test_the_statements_do_not_grow_with_the_changes(portal: Portal, many: int) -> None:
    for _ in range(many):
        await joined(portal)
    await settled(portal)
    with statements(portal.database.engine) as seen:
        found = (await portal.get("/api/v1/changes")).json()
    assert len(found["changes"]) == many
    assert len(seen) == 4  # the life, the changes, the members, their channels
    with statements(portal.database.engine) as seen:
        await portal.get("/api/v1/changes")
    assert len(seen) == 2


async def test_the_end_of_a_page_is_where_the_next_begins(portal: Portal) -> None:
    await joined(portal)
    await joined(portal)
    await settled(portal)
    answer = await portal.get("/api/v1/changes?limit=1&lang=en")
    following = answer.links["next"]["url"]
    assert following.startswith("http://localhost:8000/api/v1/changes?limit=1&lang=en&since=")
    last = await portal.get(following)
    assert (last.json()["more"], "Link" in last.headers) == (False, False)
    async with portal.database.read() as session:
        serials = list(await session.scalars(select(Member.serial).order_by(Member.serial)))
    told = [*answer.json()["changes"], *last.json()["changes"]]
    assert [change["serial"] for change in told] == serials
