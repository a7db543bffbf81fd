"""The staff's pages of proofs that need a person."""

from datetime import timedelta
from uuid import UUID

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof, ProofNotice
from app.channels.policy.notices import NOTICE
from app.channels.service import keeping
from app.core import clock
from tests.conftest import statements
from tests.factories.accounts import make_account
from tests.factories.channels import make_channel, make_proof
from tests.factories.members import make_member
from tests.portal import Portal

DAY = timedelta(days=1)
CLOSED = Finding("http_failed", {"status": 403}, unsure=True)


async def make_kept(portal: Portal) -> tuple[UUID, UUID, UUID]:
    """A member's proven channel: account, channel, proof."""
    async with portal.transaction() as session:
        account = await make_account(session, display_name="Lê Thị Mận")
        await make_member(session, account_id=account.id)
        channel = await make_channel(session, account=account)
        proof = await make_proof(session, channel, seen=True)
    return account.id, channel.id, proof.id


async def lose(portal: Portal) -> UUID:
    """Somebody loses the last proven channel. Returns: the notice."""
    account_id, _, proof_id = await make_kept(portal)
    for days in (7, 8, 10, 15):
        with clock.at(clock.now() + days * DAY):
            async with portal.transaction() as session:
                await keeping.note(session, proof_id, Finding("gone"))
    async with portal.transaction() as session:
        notice = await session.scalar(
            select(ProofNotice).where(ProofNotice.account_id == account_id)
        )
    assert notice is not None
    return notice.id


async def hide(portal: Portal) -> tuple[UUID, UUID, UUID]:
    """A channel that the portal has not seen for half a year."""
    found = await make_kept(portal)
    async with portal.transaction() as session:
        proof = await session.get_one(ChannelProof, found[2])
        proof.seen_at = clock.now() - 181 * DAY
        await keeping.note(session, proof.id, CLOSED)
    return found


async def sign_in(portal: Portal, *roles: str) -> UUID:
    async with portal.transaction() as session:
        account = await make_account(session, roles=roles)
    await portal.sign_in(account.id)
    return account.id


def rows_of(page: str) -> list[str]:
    return [node.text().strip() for node in LexborHTMLParser(page).css("tbody th a")]


@pytest.mark.parametrize("path", ["unproven", "unseen"])
@pytest.mark.parametrize(
    ("roles", "status"), [(("reviewer",), 200), (("auditor",), 200), (("officer",), 403)]
)
async def test_the_lists_are_for_those_who_may_see_evidence(
    portal: Portal, path: str, roles: tuple[str, ...], status: int
) -> None:
    await sign_in(portal, *roles)
    assert (await portal.get(f"/staff/channels/{path}")).status_code == status


async def test_the_list_of_channels_leads_to_both(portal: Portal) -> None:
    await sign_in(portal, "reviewer")
    page = (await portal.get("/staff/channels")).text
    assert "/staff/channels/un" not in page
    await lose(portal)
    await hide(portal)
    page = LexborHTMLParser((await portal.get("/staff/channels")).text)
    links = {a.attributes["href"]: a.text() for a in page.css("main a[href*='/channels/un']")}
    assert links == {
        "/staff/channels/unproven": "1 member without a proven channel",
        "/staff/channels/unseen": "1 channel not seen for long",
    }


async def test_staff_settle_a_notice_with_a_reason(portal: Portal) -> None:
    notice_id = await lose(portal)
    await sign_in(portal, "reviewer")
    listed = (await portal.get("/staff/channels/unproven")).text
    assert rows_of(listed) == ["Lê Thị Mận"]
    assert "Overdue" not in listed
    async with portal.transaction() as session:
        notice = await session.get_one(ProofNotice, notice_id)
        notice.began_at = clock.now() - NOTICE - DAY
        notice.ends_at = notice.began_at + NOTICE
    assert "Overdue" in (await portal.get("/staff/channels/unproven")).text
    place = f"/staff/channels/unproven/{notice_id}"
    assert (await portal.get(place)).status_code == 200
    refused = await portal.post(place, {"because": " "})
    assert (refused.status_code, "Write down what was decided" in refused.text) == (422, True)
    answer = await portal.post(place, {"because": "They may take a month more."})
    assert answer.headers["location"] == "/staff/channels/unproven"
    assert rows_of((await portal.get("/staff/channels/unproven")).text) == []
    assert (await portal.get(place)).status_code == 404


async def test_an_auditor_reads_a_notice_and_settles_none(portal: Portal) -> None:
    notice_id = await lose(portal)
    await sign_in(portal, "auditor")
    place = f"/staff/channels/unproven/{notice_id}"
    assert "Take off the list" not in (await portal.get(place)).text
    assert (await portal.post(place, {"because": "So"})).status_code == 403


@pytest.mark.parametrize("stale", [False, True])
async def test_staff_see_a_channel_that_the_portal_cannot(portal: Portal, stale: bool) -> None:  # noqa: FBT001
    _, channel_id, proof_id = await hide(portal)
    if stale:
        async with portal.transaction() as session:
            await keeping.note(session, proof_id, Finding("gone"))
    await sign_in(portal, "reviewer")
    assert len(rows_of((await portal.get("/staff/channels/unseen")).text)) == 1
    place = f"/staff/channels/unseen/{channel_id}"
    form = LexborHTMLParser((await portal.get(place)).text)
    seen = form.css_first("input[name=seen]").attributes["value"] or ""
    refused = await portal.post(place, {"seen": seen, "note": ""})
    assert refused.status_code == 422
    answer = await portal.post(place, {"seen": seen, "note": "Opened it in the app: still hers."})
    assert answer.headers["location"] == "/staff/channels/unseen"
    assert rows_of((await portal.get("/staff/channels/unseen")).text) == []
    async with portal.transaction() as session:
        proof = await session.get_one(ChannelProof, proof_id)
        channel = await session.get_one(Channel, channel_id)
    assert (proof.status.value, proof.failures, proof.failure) == ("proven", 0, None)
    assert channel.stale_since is None
    again = await portal.post(place, {"seen": seen, "note": "Twice"})
    assert again.status_code == 409


async def test_nobody_sees_their_own_channel_anew(portal: Portal) -> None:
    account_id, channel_id, _ = await hide(portal)
    own = await sign_in(portal, "reviewer")
    async with portal.transaction() as session:
        channel = await session.get_one(Channel, channel_id)
        channel.account_id = own
    for answer in (
        await portal.get(f"/staff/channels/unseen/{channel_id}"),
        await portal.post(f"/staff/channels/unseen/{channel_id}", {"seen": "1", "note": "Mine"}),
    ):
        assert answer.status_code == 403
    assert rows_of((await portal.get("/staff/channels/unseen")).text) == []
    assert account_id != own


async def test_the_lists_ask_as_much_for_three_rows_as_for_one(portal: Portal) -> None:
    await sign_in(portal, "reviewer")
    counts = []
    for _ in range(2):
        await lose(portal)
        await hide(portal)
        for path in ("unproven", "unseen"):
            with statements(portal.database.engine) as seen:
                await portal.get(f"/staff/channels/{path}")
            counts.append(len(seen))
    assert counts[:2] == counts[2:]
