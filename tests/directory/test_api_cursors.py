"""Walking all pages finds everybody, whatever the order, also while members change."""

import random
from typing import Any

import pytest
from sqlalchemy import func, select, update

from app.channels.models import Channel
from app.core.text import vietnamese_sort_key
from app.members.models import Member, Standing
from tests.factories.directory import Crowd
from tests.factories.members import make_member
from tests.portal import Portal

EVERY_STANDING = [("standing", standing.value) for standing in Standing]
QUESTIONS: list[list[tuple[str, str]]] = [
    [],
    EVERY_STANDING,
    [*EVERY_STANDING, ("sort", "name")],
    [*EVERY_STANDING, ("sort", "followers")],
    [*EVERY_STANDING, ("q", "quê nhà")],
    [*EVERY_STANDING, ("q", "nguyen"), ("sort", "newest")],
    [*EVERY_STANDING, ("language", "vi"), ("sort", "followers")],
]


async def fill(portal: Portal, seed: int) -> None:
    async with portal.transaction() as session:
        await Crowd(40, seed).move_in(session)
        await session.execute(  # the identity goes on behind those given by hand
            select(func.setval(func.pg_get_serial_sequence("members", "serial"), 40))
        )


async def one_page(portal: Portal, asked: list[tuple[str, str]], after: str) -> Any:
    more = [("after", after)] if after else []
    answer = await portal.get("/api/v1/members", params=[*asked, *more])
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
async def test_all_pages_together_are_the_whole_answer_in_its_order(
    portal: Portal, asked: list[tuple[str, str]]
) -> None:
    await fill(portal, seed=1)
    whole = await one_page(portal, [*asked, ("limit", "100"), ("facets", "true")], "")
    numbers = [member["number"] for member in whole["members"]]
    assert len(set(numbers)) == whole["total"] > 0
    assert whole["next"] is None
    for limit in (7, whole["total"]):
        seen, after, turn = [], "", 0
        while turn == 0 or after:
            page = await one_page(portal, [*asked, ("limit", str(limit))], after)
            seen += [member["number"] for member in page["members"]]
            after, turn = page["next"] or "", turn + 1
        assert seen == numbers
        assert turn == -(-len(numbers) // limit)


@pytest.mark.parametrize("seed", range(6))
async def test_who_does_not_change_meanwhile_is_told_exactly_once(
    portal: Portal, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same turns each time
    await fill(portal, seed)
    asked = [*chance.choice(QUESTIONS), ("limit", str(chance.randint(3, 9)))]
    async with portal.transaction() as session:
        rows = await session.execute(select(Member.number, Member.id))
        people = {row.number: row.id for row in rows}
    fitting = await one_page(portal, [*asked[:-1], ("limit", "100")], "")
    touched: set[str] = set()
    seen, after, going = [], "", True
    while going:
        page = await one_page(portal, asked, after)
        seen += [member["number"] for member in page["members"]]
        after = page["next"] or ""
        going = bool(after)
        for number in chance.sample(sorted(people), 2):
            touched.add(number)
            await change(portal, chance, people[number])
    still = {member["number"] for member in fitting["members"]} - touched
    assert still
    assert {number: seen.count(number) for number in still} == dict.fromkeys(still, 1)


async def change(portal: Portal, chance: random.Random, member_id: Any) -> None:
    """Let a member move in every order, or out of the answer; now and then somebody joins."""
    name = chance.choice(("Ạn Đầu", "Ỵ Cuối", "Nguyễn Giữa"))
    standing = chance.choice((Standing.ACTIVE, Standing.LEFT))
    async with portal.transaction() as session:
        await session.execute(
            update(Member)
            .where(Member.id == member_id)
            .values(
                stage_name=name,
                sort_key=vietnamese_sort_key(name),
                standing=standing,
                standing_until=None,
            )
        )
        owner = select(Member.account_id).where(Member.id == member_id).scalar_subquery()
        await session.execute(
            update(Channel)
            .where(Channel.account_id == owner, Channel.followers.is_not(None))
            .values(followers=chance.randint(0, 10**7))
        )
        if chance.random() < 0.3:
            await make_member(session, stage_name="Nguyễn Mới")
