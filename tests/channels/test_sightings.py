"""Very large channels want two reviewers; what their screens showed is kept for staff alone."""

from io import BytesIO
from uuid import UUID

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import queries, service
from app.channels.models import Channel, ChannelProof, ProofStatus, StaffSighting
from app.channels.service import sightings
from app.core.crypto import uuid7
from app.core.errors import Conflict
from app.core.storage import storage
from app.core.viewer import Viewer
from app.mail.models import Mail
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.portal import Portal

NOTE = "The code stands in the bio."


async def reviewer(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def large(session: AsyncSession, followers: int | None = 1_000_001) -> Channel:
    channel = await make_channel(session, followers=followers)
    await make_proof(session, channel, "staff")
    return channel


def png(size: tuple[int, int] = (1200, 3000)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    return out.getvalue()


async def test_the_first_look_is_kept_and_a_second_reviewer_confirms(session: AsyncSession) -> None:
    channel = await large(session)
    first, second = await reviewer(session), await reviewer(session)
    assert not await service.confirm(session, first, channel.id, channel.version, NOTE)
    assert channel.proven_at is None
    seen = (await session.scalars(select(StaffSighting))).one()
    assert (seen.by_account_id, seen.note, seen.picture) == (first.account_id, NOTE, None)
    assert (await session.scalars(select(Mail.id))).all() == []
    (row,) = (await queries.waiting_for_staff(session, uuid7())).rows
    assert row.why.value == "second"
    with pytest.raises(Conflict, match="A colleague"):
        await service.confirm(session, first, channel.id, channel.version, NOTE)
    assert await service.confirm(session, second, channel.id, channel.version, "So it does.")
    proof = (await session.scalars(select(ChannelProof))).one()
    assert (proof.status, proof.by_account_id) == (ProofStatus.PROVEN, second.account_id)
    actors = await session.execute(
        select(AuditEvent.action, AuditEvent.actor_id)
        .where(AuditEvent.action.in_(("channel.sighted", "channel.proof_moved")))
        .order_by(AuditEvent.at)
    )
    assert actors.all() == [
        ("channel.sighted", first.account_id), ("channel.proof_moved", second.account_id),
    ]  # fmt: skip


@pytest.mark.parametrize("followers", [None, 1_000_000])
async def test_up_to_a_million_one_reviewer_is_enough(
    session: AsyncSession, followers: int | None
) -> None:
    channel = await large(session, followers)
    assert await service.confirm(
        session, await reviewer(session), channel.id, channel.version, NOTE
    )


async def test_a_count_that_the_reviewer_sees_counts_against_the_one_declared(
    session: AsyncSession,
) -> None:
    channel = await large(session, 900)
    by = await reviewer(session)
    assert not await service.confirm(
        session, by, channel.id, channel.version, NOTE, followers=2_000_000
    )
    assert (channel.followers, channel.followers_source) == (2_000_000, "staff")


async def test_who_declares_less_afterwards_gains_nothing(session: AsyncSession) -> None:
    channel = await large(session)
    owner = viewer_of(await session.get_one(Account, channel.account_id))
    await service.set_followers(session, owner, channel.id, channel.version, followers=5)
    assert not await service.confirm(
        session, await reviewer(session), channel.id, channel.version, NOTE
    )


async def test_who_removes_a_large_channel_and_adds_it_anew_gains_nothing(
    session: AsyncSession,
) -> None:
    channel = await large(session)
    owner = await session.get_one(Account, channel.account_id)
    by = await reviewer(session)
    assert not await service.confirm(session, by, channel.id, channel.version, NOTE)
    await service.remove(session, viewer_of(owner), channel.id, channel.version)
    again = await make_channel(session, account=owner, link=channel.url)
    await make_proof(session, again, "staff")
    assert not await service.confirm(session, by, again.id, again.version, NOTE)


async def test_a_refusal_ends_the_first_look_too(session: AsyncSession) -> None:
    channel = await large(session)
    first, second = await reviewer(session), await reviewer(session)
    await service.confirm(session, first, channel.id, channel.version, NOTE)
    await service.refuse(session, second, channel.id, channel.version, "Not to be seen.")
    await make_proof(session, channel, "staff")
    assert not await service.confirm(session, second, channel.id, channel.version, NOTE)


async def signed_in(portal: Portal, *roles: str) -> Account:
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Trần Thị Duyệt", roles=roles)
    await portal.sign_in(account.id)
    return account


async def confirm(portal: Portal, channel_id: UUID, picture: bytes, kind: str = "image/png"):  # noqa: ANN201
    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
    return await portal.http.post(
        f"/staff/channels/{channel_id}/confirm",
        data={"seen": str(channel.version), "note": NOTE},
        files={"capture": ("screen.png", picture, kind)},
    )


def captures(page: str) -> list[str]:
    links = LexborHTMLParser(page).css("a[href*='/captures/']")
    return [str(link.attributes["href"]) for link in links]


async def test_captures_of_both_reviewers_are_kept_for_staff_alone(portal: Portal) -> None:
    async with portal.transaction() as session:
        channel = await large(session)
    await signed_in(portal, "reviewer")
    assert (await confirm(portal, channel.id, png())).status_code == 303
    page = (await portal.get(f"/staff/channels/{channel.id}")).text
    assert "a colleague must see it too" in page
    assert 'action="/en/staff' not in page
    assert "/confirm" not in page
    (link,) = captures(page)
    drawn = await portal.get(link)
    assert (drawn.status_code, drawn.headers["content-type"]) == (200, "image/webp")
    assert Image.open(BytesIO(drawn.content)).size == (1200, 3000)

    await signed_in(portal, "reviewer")
    page = (await portal.get(f"/staff/channels/{channel.id}")).text
    assert "look for yourself" in page
    assert (await confirm(portal, channel.id, png((800, 900)))).status_code == 303
    links = captures((await portal.get(f"/staff/channels/{channel.id}")).text)
    assert len(links) == 2
    assert links[0] == link
    other = link.replace(str(channel.id), str(uuid7()))
    assert (await portal.get(other)).status_code == 404

    for account_id in (channel.account_id, None):
        if account_id:
            await portal.sign_in(account_id)
            shown = (await portal.get(f"/apply/channels/{channel.id}")).text
            assert "captures" not in shown
            assert NOTE not in shown
        else:
            portal.sign_out()
        assert (await portal.get(link)).status_code in (303, 403)


async def test_another_channels_capture_is_not_this_ones(portal: Portal) -> None:
    async with portal.transaction() as session:
        one, other = await large(session), await large(session)
    await signed_in(portal, "reviewer")
    await confirm(portal, one.id, png())
    (link,) = captures((await portal.get(f"/staff/channels/{one.id}")).text)
    assert (await portal.get(link.replace(str(one.id), str(other.id)))).status_code == 404


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg onload=alert(1)>", "This is not a picture that we can read."),
        (png((150, 400)), "This picture is too small"),
        (b"x" * 8_000_001, "This file is larger than 8 MB."),
    ],
    ids=["no picture", "too small", "too heavy"],
)
async def test_what_is_no_capture_is_said_at_the_field(
    portal: Portal, data: bytes, message: str
) -> None:
    async with portal.transaction() as session:
        channel = await large(session)
    await signed_in(portal, "reviewer")
    answer = await confirm(portal, channel.id, data)
    assert answer.status_code == 422
    tree = LexborHTMLParser(answer.text)
    assert message in tree.css_first("#capture-error").text()
    assert NOTE in tree.css_first("#note").text()
    async with portal.transaction() as session:
        assert (await session.scalars(select(StaffSighting))).all() == []


async def test_a_capture_that_no_proof_has_is_forgotten(portal: Portal) -> None:
    async with portal.transaction() as session:
        channel = await large(session)
        by = await reviewer(session)
    lost = await sightings.keep_capture(by, channel.id, b"lost")
    kept = await sightings.keep_capture(by, channel.id, b"kept")
    async with portal.transaction() as session:
        await service.confirm(session, by, channel.id, channel.version, NOTE, capture=kept)
    for name in (lost, kept):
        await sightings.forget_unused(channel.id, name)
    assert await storage().get(sightings.file(lost)) is None
    assert await storage().get(sightings.file(kept)) == b"kept"
