"""Adding, proving, settling: the service on a real database."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEvent
from app.channels import queries, service
from app.channels.methods import Finding
from app.channels.models import Channel, ChannelProof, ProofStatus
from app.channels.policy.proofs import MOST_CHANNELS
from app.channels.policy.reasons import NotRecognised
from app.core import clock
from app.core.crypto import uuid7
from app.core.errors import Conflict, Missing, NotAllowed, Refused, Stale
from app.core.viewer import ANYBODY, Viewer
from app.mail.models import Mail
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof

CLOCK = Viewer.system("clock")


async def owner_of(session: AsyncSession, channel: Channel) -> Viewer:
    return Viewer(account_id=channel.account_id)


async def reviewer(session: AsyncSession) -> Viewer:
    return viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")


async def moves(session: AsyncSession, channel: Channel) -> list[tuple[str | None, str | None]]:
    rows = await session.execute(
        select(AuditEvent.before, AuditEvent.after)
        .where(AuditEvent.subject_id == channel.id, AuditEvent.action == "channel.proof_moved")
        .order_by(AuditEvent.id)
    )
    return [(before, after) for before, after in rows]


async def subjects(session: AsyncSession, channel: Channel) -> list[str]:
    found = await session.scalars(
        select(Mail.subject).where(Mail.account_id == channel.account_id).order_by(Mail.id)
    )
    return list(found)


async def state(session: AsyncSession, channel: Channel) -> str:
    found = await queries.channel(session, channel.id)
    assert found is not None
    return found.state


# Adding


async def test_a_channel_is_kept_in_one_form_with_its_count_source_and_day(
    session: AsyncSession,
) -> None:
    account = await make_account(session)
    channel = await service.add(
        session, viewer_of(account), "m.tiktok.com/@BepNha?lang=vi", None, followers=12_300
    )
    (found,) = await queries.channels_of(session, account.id)
    assert (found.id, found.url, found.key) == (
        channel.id, "https://www.tiktok.com/@bepnha", "bepnha",
    )  # fmt: skip
    assert (found.shown, found.platform_name, found.state) == ("@bepnha", "TikTok", "unproven")
    assert (found.followers, found.counted_on, found.source) == (12_300, clock.today(), "declared")


async def test_the_same_channel_is_added_once_in_whatever_form(session: AsyncSession) -> None:
    account = await make_account(session)
    await make_channel(session, account=account, link="facebook.com/a.bc.de")
    with pytest.raises(Refused, match="already"):
        await make_channel(session, account=account, link="ABCDE", platform="facebook")
    another = await make_channel(session, link="facebook.com/abcde")
    assert another.account_id != account.id


async def test_a_channel_may_come_back_after_it_was_removed(session: AsyncSession) -> None:
    account = await make_account(session)
    first = await make_channel(session, account=account, link="@bepnha", platform="tiktok")
    await service.remove(session, viewer_of(account), first.id, first.version)
    again = await make_channel(session, account=account, link="@bepnha", platform="tiktok")
    assert [c.id for c in await queries.channels_of(session, account.id)] == [again.id]


async def test_an_account_has_a_most_of_channels(session: AsyncSession) -> None:
    account = await make_account(session)
    for n in range(MOST_CHANNELS):
        await make_channel(session, account=account, link=f"@ten{n}", platform="tiktok")
    with pytest.raises(Refused, match="20"):
        await make_channel(session, account=account, link="@toomany", platform="tiktok")


async def test_what_is_no_channel_of_ones_own_is_refused(session: AsyncSession) -> None:
    account = await make_account(session)
    with pytest.raises(NotRecognised):
        await make_channel(session, account=account, link="https://zalo.me/0901234567")
    with pytest.raises(Refused):
        await make_channel(
            session, account=account, link="https://www.tiktok.com/@abc",
            followers=1, counted_on=clock.today() + timedelta(days=1),
        )  # fmt: skip
    with pytest.raises(NotAllowed):
        await service.add(session, ANYBODY, "@abc", "tiktok")


async def test_followers_follow_what_the_owner_saw(session: AsyncSession) -> None:
    channel = await make_channel(session, followers=10)
    by, seen = await owner_of(session, channel), channel.version
    day = clock.today() - timedelta(days=20)
    await service.set_followers(session, by, channel.id, seen, followers=20, counted_on=day)
    assert (channel.followers, channel.followers_as_of) == (20, day)
    with pytest.raises(Stale) as stale:
        await service.set_followers(session, by, channel.id, seen, followers=30)
    assert stale.value.changed == {"Proof": "Not proven", "Followers": "20"}
    await service.set_followers(session, by, channel.id, channel.version, followers=None)
    assert (channel.followers, channel.followers_as_of, channel.followers_source) == (None,) * 3


async def test_nobody_touches_the_channel_of_another(session: AsyncSession) -> None:
    channel = await make_channel(session)
    stranger = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
    for work in (
        service.set_followers(session, stranger, channel.id, channel.version, followers=1),
        service.remove(session, stranger, channel.id, channel.version),
        service.begin(session, stranger, channel.id, "staff"),
        service.ask_check(session, stranger, channel.id),
    ):
        with pytest.raises(Missing):
            await work


# Proving


async def test_beginning_twice_is_one_attempt_and_another_way_keeps_the_code(
    session: AsyncSession,
) -> None:
    channel = await make_channel(session, link="tenban.vn", platform="website")
    first = await make_proof(session, channel)
    assert first.code is not None
    assert len(first.code) == 14
    assert (await make_proof(session, channel)).id == first.id
    by_staff = await make_proof(session, channel, "staff")
    assert (by_staff.code, by_staff.expires_at) == (first.code, None)
    assert (first.status, first.failure) == (ProofStatus.FAILED, "replaced")
    assert await state(session, channel) == "pending"
    rel_me = await make_proof(session, channel, "rel_me")
    assert rel_me.code is None
    assert await queries.token_of(session, channel.account_id) is not None
    assert await state(session, channel) == "unproven"


async def test_a_way_that_the_platform_lacks_is_refused(session: AsyncSession) -> None:
    channel = await make_channel(session)
    with pytest.raises(Refused):
        await make_proof(session, channel, "rel_me")


async def test_a_code_that_is_over_is_replaced_by_a_new_one(session: AsyncSession) -> None:
    channel = await make_channel(session)
    first = await make_proof(session, channel)
    with clock.at(clock.now() + timedelta(hours=73)):
        second = await make_proof(session, channel)
    assert (first.status, first.failure) == (ProofStatus.FAILED, "expired")
    assert second.code != first.code


async def test_a_proof_that_is_seen_makes_the_channel_proven(session: AsyncSession) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel, seen=True, evidence={"matched": "…"})
    assert (proof.status, proof.evidence) == (ProofStatus.PROVEN, {"matched": "…"})
    assert (channel.proven_at, channel.proof_method) == (proof.proven_at, "page_code")
    assert await state(session, channel) == "proven"
    assert await moves(session, channel) == [("pending", "proven")]
    assert await subjects(session, channel) == []  # they are looking at the page themselves
    with pytest.raises(Conflict):
        await make_proof(session, channel)


async def test_a_check_that_finds_nothing_leaves_the_attempt_open(session: AsyncSession) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel)
    version = channel.version
    await service.ask_check(session, await owner_of(session, channel), channel.id)
    assert await state(session, channel) == "pending"
    await service.record(session, proof.id, Finding("code_not_found", {"status": 200}))
    assert (proof.status, proof.failure) == (ProofStatus.PENDING, "code_not_found")
    assert proof.checking_since is None
    assert channel.version == version
    await service.record(session, proof.id, Finding(None))
    assert await state(session, channel) == "proven"


async def test_a_finding_about_what_is_settled_changes_nothing(session: AsyncSession) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel, seen=True)
    await service.record(session, proof.id, Finding("code_not_found"))
    await service.record(session, proof.id, Finding(None))
    assert await moves(session, channel) == [("pending", "proven")]
    other = await make_channel(session)
    late = await make_proof(session, other)
    await service.remove(session, await owner_of(session, other), other.id, other.version)
    await service.record(session, late.id, Finding(None))
    assert (late.status, late.failure) == (ProofStatus.FAILED, "removed")
    assert other.proven_at is None


async def test_a_check_needs_an_attempt_that_the_portal_can_look_at(session: AsyncSession) -> None:
    channel = await make_channel(session)
    by = await owner_of(session, channel)
    with pytest.raises(Conflict):
        await service.ask_check(session, by, channel.id)
    await make_proof(session, channel, "staff")
    with pytest.raises(Conflict):
        await service.ask_check(session, by, channel.id)


async def test_a_check_of_a_code_that_is_over_ends_the_attempt(session: AsyncSession) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel)
    with clock.at(clock.now() + timedelta(hours=72)):
        await service.ask_check(session, await owner_of(session, channel), channel.id)
    assert (proof.status, proof.failure) == (ProofStatus.FAILED, "expired")


async def test_the_clock_ends_codes_that_are_over_and_nothing_else(session: AsyncSession) -> None:
    over, fresh, by_staff = [await make_channel(session) for _ in range(3)]
    with clock.at(clock.now() - timedelta(hours=72)):
        old = await make_proof(session, over)
    young = await make_proof(session, fresh)
    waiting = await make_proof(session, by_staff, "staff")
    assert await service.expire_codes(session, CLOCK) == 1
    assert await service.expire_codes(session, CLOCK) == 0
    assert (old.status, old.failure) == (ProofStatus.FAILED, "expired")
    assert {young.status, waiting.status} == {ProofStatus.PENDING}


# Two claims


async def contested(session: AsyncSession) -> tuple[Channel, Channel, ChannelProof]:
    """A channel proven by one account, and seen as well for another."""
    first = await make_channel(session, link="@bepnha", platform="tiktok")
    await make_proof(session, first, seen=True)
    second = await make_channel(session, link="@bepnha", platform="tiktok")
    return first, second, await make_proof(session, second, seen=True)


async def test_a_second_claim_does_not_count_and_is_not_told_who_holds_the_channel(
    session: AsyncSession,
) -> None:
    first, second, proof = await contested(session)
    assert (proof.status, proof.failure) == (ProofStatus.PENDING, "with_staff")
    assert proof.expires_at is None
    assert (await state(session, first), await state(session, second)) == ("proven", "pending")
    assert await subjects(session, first) == await subjects(session, second)
    assert (await queries.waiting_for_staff(session, uuid7())).rows == ()  # disputed instead
    (claim,) = await queries.other_claims(session, second.account_id)
    assert (claim.other_channel_id, claim.other_account_id, claim.held) == (
        first.id, first.account_id, True,
    )  # fmt: skip
    (back,) = await queries.other_claims(session, first.account_id)
    assert (back.other_account_id, back.held) == (second.account_id, False)


async def test_asking_again_does_not_flag_it_again(session: AsyncSession) -> None:
    _, second, proof = await contested(session)
    by = await owner_of(session, second)
    await service.ask_check(session, by, second.id)
    await service.record(session, proof.id, Finding(None))
    assert (await service.begin(session, by, second.id, "staff")).id == proof.id
    flagged = await session.scalars(
        select(AuditEvent.id).where(AuditEvent.action == "channel.contested")
    )
    assert len(flagged.all()) == 1


async def test_staff_settle_a_disputed_channel_nowhere_but_in_the_dispute(
    session: AsyncSession,
) -> None:
    first, second, _proof = await contested(session)
    by = await reviewer(session)
    for act in (
        service.confirm(session, by, second.id, second.version, "Seen in a video call."),
        service.refuse(session, by, second.id, second.version, "Not yours."),
        service.take_away(session, by, first.id, first.version, "The channel was sold."),
    ):
        with pytest.raises(Conflict, match="disputed"):
            await act
    assert (await state(session, first), await state(session, second)) == ("proven", "pending")


async def test_a_channel_that_its_holder_removed_can_be_proven_by_another(
    session: AsyncSession,
) -> None:
    first = await make_channel(session, link="@bepnha", platform="tiktok")
    await make_proof(session, first, seen=True)
    await service.remove(session, await owner_of(session, first), first.id, first.version)
    second = await make_channel(session, link="@bepnha", platform="tiktok")
    proof = await make_proof(session, second, seen=True)
    assert proof.status is ProofStatus.PROVEN


# Staff


async def test_staff_confirm_what_was_asked_of_them_and_the_owner_hears(
    session: AsyncSession,
) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel, "staff")
    by = await reviewer(session)
    await service.confirm(session, by, channel.id, channel.version, " The code is in the bio. ")
    assert (proof.status, proof.note) == (ProofStatus.PROVEN, "The code is in the bio.")
    assert channel.proof_method == "staff"
    assert await subjects(session, channel) == [f"Kênh @{channel.handle} của bạn đã được xác minh"]


async def test_staff_may_confirm_without_being_asked(session: AsyncSession) -> None:
    channel = await make_channel(session)
    own_try = await make_proof(session, channel)
    by = await reviewer(session)
    await service.confirm(session, by, channel.id, channel.version, "Seen on television.")
    assert (own_try.status, own_try.failure) == (ProofStatus.FAILED, "settled")
    assert channel.proof_method == "staff"
    assert len(await subjects(session, channel)) == 1


async def test_a_refusal_ends_the_attempt_and_says_why(session: AsyncSession) -> None:
    channel = await make_channel(session)
    proof = await make_proof(session, channel, "staff")
    by, seen = await reviewer(session), channel.version
    await service.refuse(session, by, channel.id, seen, "There is no code.")
    assert (proof.status, proof.failure) == (ProofStatus.FAILED, "not_confirmed")
    body = await session.scalar(select(Mail.body).where(Mail.account_id == channel.account_id))
    assert body is not None
    assert "There is no code." in body
    with pytest.raises(Stale):  # the second of two who decide at once
        await service.confirm(session, await reviewer(session), channel.id, seen, "I saw it.")
    with pytest.raises(Conflict):
        await service.refuse(session, by, channel.id, channel.version, "Again.")


async def test_a_proof_that_is_taken_away_may_be_won_back(session: AsyncSession) -> None:
    channel = await make_channel(session)
    await make_proof(session, channel, seen=True)
    by = await reviewer(session)
    await service.take_away(session, by, channel.id, channel.version, "The handle was sold.")
    assert await state(session, channel) == "lost"
    assert len(await subjects(session, channel)) == 1
    with pytest.raises(Conflict):
        await service.take_away(session, by, channel.id, channel.version, "Again.")
    await make_proof(session, channel, seen=True)
    assert await state(session, channel) == "proven"
    assert await moves(session, channel) == [
        ("pending", "proven"), ("proven", "lost"), ("pending", "proven"),
    ]  # fmt: skip


async def test_staff_correct_a_count(session: AsyncSession) -> None:
    channel = await make_channel(session, followers=1_000_000)
    by = await reviewer(session)
    await service.correct_followers(session, by, channel.id, channel.version, followers=12)
    (found,) = await queries.channels_of(session, channel.account_id)
    assert (found.followers, found.source) == (12, "staff")


@pytest.mark.parametrize("role", ["officer", "board", "auditor", "", "own", "rival"])
async def test_whoever_may_not_settle_is_refused(session: AsyncSession, role: str) -> None:
    channel = await make_channel(session)
    await make_proof(session, channel, "staff")
    if role == "own":
        by = Viewer(account_id=channel.account_id, roles=frozenset({"reviewer", "administrator"}))
    elif role == "rival":
        theirs = await make_channel(session, link=channel.url)
        by = Viewer(account_id=theirs.account_id, roles=frozenset({"reviewer", "administrator"}))
    else:
        by = viewer_of(await make_account(session), *filter(None, [role]))
    seen = channel.version - 1  # nor are they told what it is by now
    for work in (
        service.confirm(session, by, channel.id, seen, "note"),
        service.refuse(session, by, channel.id, seen, "because"),
        service.take_away(session, by, channel.id, seen, "because"),
        service.correct_followers(session, by, channel.id, seen, followers=1),
    ):
        with pytest.raises(NotAllowed):
            await work
    assert await state(session, channel) == "pending"


async def test_staff_do_nothing_without_words(session: AsyncSession) -> None:
    channel = await make_channel(session)
    by = await reviewer(session)
    for work in (service.confirm, service.refuse, service.take_away):
        with pytest.raises(Refused):
            await work(session, by, channel.id, channel.version, "  ")
