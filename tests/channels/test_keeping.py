"""Proofs that are kept: rounds, letters, notices, names, and what stands in their way."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.channels import jobs, looking, queries, service
from app.channels.fetcher import Fetcher, FetchFailed, HttpFailed, install_fetcher
from app.channels.fetcher.errors import NoConnection
from app.channels.methods import Finding
from app.channels.models import (
    Channel,
    ChannelCheck,
    ChannelHandle,
    ChannelProof,
    Outcome,
    ProofNotice,
)
from app.channels.policy import keeping as policy
from app.channels.queries import notices as notice_queries
from app.channels.queries import watching
from app.channels.service import keeping, notices
from app.channels.service.keeping import Due
from app.core import clock
from app.core.errors import Conflict, Missing, NotAllowed, Refused
from app.core.viewer import Viewer
from app.mail.models import Mail
from app.members import service as members
from tests.conftest import statements
from tests.factories.accounts import make_account, viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.members import make_member
from tests.portal import Portal

DAY = timedelta(days=1)
SEEN = Finding(None, {"status": 200})
GONE = Finding("gone", {"status": 404})
CLOSED = Finding("http_failed", {"status": 403}, unsure=True)
SILENT = Finding("no_connection")


async def arrange(
    portal: Portal,
    *links: str,
    member: bool = True,
    platform: str | None = None,
    method: str = "page_code",
) -> tuple[UUID, list[UUID]]:
    """Somebody with proven channels: their account, the proofs."""
    async with portal.transaction() as session:
        account = await make_account(session, locale="en")
        if member:
            await make_member(session, account_id=account.id)
        proofs = []
        for link in links or ("https://www.tiktok.com/@bepnhasuong",):
            channel = await make_channel(session, account=account, link=link, platform=platform)
            proofs.append((await make_proof(session, channel, method, seen=True)).id)
    return account.id, proofs


async def proof_of(portal: Portal, proof_id: UUID) -> tuple[ChannelProof, Channel]:
    async with portal.transaction() as session:
        proof = await session.get_one(ChannelProof, proof_id)
        return proof, await session.get_one(Channel, proof.channel_id)


async def letters(portal: Portal, account_id: UUID) -> list[Mail]:
    async with portal.transaction() as session:
        found = await session.scalars(
            select(Mail).where(Mail.account_id == account_id).order_by(Mail.id)
        )
        return list(found)


async def note(portal: Portal, proof_id: UUID, *findings: Finding, asked: bool = False) -> None:
    for finding in findings:
        async with portal.transaction() as session:
            await keeping.note(session, proof_id, finding, asked_for=asked)


async def lose(portal: Portal, proof_id: UUID, began: datetime) -> datetime:
    """Let a proof fail until it is lost. Returns: when it was."""
    for passed in (0 * DAY, DAY, 3 * DAY, 7.5 * DAY):
        with clock.at(began + passed):
            await note(portal, proof_id, GONE)
    return began + 7.5 * DAY


def always(finding: Finding) -> looking.Look:
    async def look(due: Due) -> Finding:
        del due
        return finding

    return look


# One proof


async def test_a_channel_proven_just_now_is_looked_for_in_about_a_week(portal: Portal) -> None:
    _, (proof_id,) = await arrange(portal)
    proof, _ = await proof_of(portal, proof_id)
    assert proof.proven_at is not None
    assert proof.next_check_at == policy.first_check_at(proof_id, proof.proven_at)


async def test_a_proof_fails_is_warned_of_and_lost_and_all_of_it_is_kept(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    began = clock.now() + 7 * DAY
    with clock.at(began):
        await note(portal, proof_id, GONE)
    proof, channel = await proof_of(portal, proof_id)
    assert (proof.status.value, proof.failures, proof.failure) == ("stale", 1, "gone")
    assert (channel.stale_since, channel.lost_at) == (channel.changed_at, None)
    lost = await lose(portal, proof_id, began + timedelta(seconds=1))
    proof, channel = await proof_of(portal, proof_id)
    assert (proof.status.value, proof.failures, proof.next_check_at) == ("lost", 5, None)
    assert (channel.stale_since, channel.lost_at) == (None, channel.changed_at)
    assert [letter.subject for letter in await letters(portal, account_id)] == [
        "We could not see your channel @bepnhasuong again",
        "Your channel @bepnhasuong no longer counts as proven",
    ]
    async with portal.transaction() as session:
        turns = await session.execute(
            select(ChannelCheck.outcome, ChannelCheck.failure, ChannelCheck.evidence)
            .where(ChannelCheck.proof_id == proof_id)
            .order_by(ChannelCheck.at)
        )
        assert [tuple(turn) for turn in turns] == [(Outcome.NOT_SEEN, "gone", {"status": 404})] * 5
        moves = await session.execute(
            select(AuditEvent.before, AuditEvent.after)
            .where(AuditEvent.action == "channel.proof_moved", AuditEvent.subject_id == channel.id)
            .order_by(AuditEvent.id)
        )
        assert [tuple(move) for move in moves] == [
            ("pending", "proven"),
            ("proven", "stale"),
            ("stale", "lost"),
        ]
    with clock.at(lost + DAY):
        await note(portal, proof_id, SEEN)  # a look that began before the loss
    assert (await proof_of(portal, proof_id))[0].status.value == "lost"


async def test_to_be_seen_again_puts_right_without_a_letter_and_the_next_time_is_told_anew(
    portal: Portal,
) -> None:
    account_id, (proof_id,) = await arrange(portal)
    for passed in (7 * DAY, 15 * DAY):
        with clock.at(clock.now() + passed):
            await note(portal, proof_id, GONE, GONE, SEEN)
        proof, channel = await proof_of(portal, proof_id)
        assert (proof.status.value, proof.failures, proof.failing_since) == ("proven", 0, None)
        assert (proof.failure, channel.stale_since) == (None, None)
        assert proof.seen_at == proof.checked_at
    assert len(await letters(portal, account_id)) == 2


async def test_a_page_closed_to_us_changes_nothing_and_comes_to_staff_in_the_end(
    portal: Portal,
) -> None:
    account_id, (proof_id,) = await arrange(portal)
    seen_at = (await proof_of(portal, proof_id))[0].seen_at
    assert seen_at is not None
    async with portal.transaction() as session:
        staff = (await make_account(session, roles=("reviewer",))).id
    for passed, rows in ((179 * DAY, 0), (181 * DAY, 1)):
        with clock.at(seen_at + passed):
            await note(portal, proof_id, CLOSED)
            async with portal.transaction() as session:
                page = await notice_queries.long_unseen(session, staff)
                own = await notice_queries.long_unseen(session, account_id)
        assert ([row.seen_at for row in page.rows], page.total) == ([seen_at] * rows, rows)
        assert own.total == 0
    proof, _ = await proof_of(portal, proof_id)
    assert (proof.status.value, proof.failures, proof.failure) == ("proven", 0, "http_failed")
    assert await letters(portal, account_id) == []
    async with portal.transaction() as session:
        turns = await session.scalars(select(ChannelCheck.outcome))
        assert turns.all() == [Outcome.UNSURE]  # the second found what the first had


async def test_turns_are_never_rewritten(portal: Portal) -> None:
    _, (proof_id,) = await arrange(portal)
    await note(portal, proof_id, GONE)
    for change in (text("UPDATE channel_checks SET failure = ''"), delete(ChannelCheck)):
        with pytest.raises(IntegrityError, match="channel_checks is append-only"):
            async with portal.transaction() as session:
                await session.execute(change)


# The owner asks


async def test_an_owner_lets_a_kept_proof_be_looked_at_every_ten_minutes(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    _, channel = await proof_of(portal, proof_id)
    by = Viewer(account_id=account_id)
    with clock.at(clock.now() + DAY):
        async with portal.transaction() as session:
            await service.ask_check(session, by, channel.id)
            await service.ask_check(session, by, channel.id)  # under way: nothing more
        await looking.look_now(proof_id, always(GONE))
        asked, _ = await proof_of(portal, proof_id)
        assert (asked.status.value, asked.failures, asked.failure) == ("proven", 0, "gone")
        assert asked.checking_since is None
        assert asked.next_check_at is not None
        assert asked.next_check_at < clock.now() + 1.1 * DAY
        async with portal.transaction() as session:
            with pytest.raises(Conflict, match="You can ask again in 10 minutes"):
                await service.ask_check(session, by, channel.id)
    with clock.at(clock.now() + DAY + policy.ASK_AGAIN + timedelta(seconds=5)):
        async with portal.transaction() as session:
            await service.ask_check(session, by, channel.id)
        await looking.look_now(proof_id, always(SEEN))
    seen, _ = await proof_of(portal, proof_id)
    assert (seen.status.value, seen.failure) == ("proven", None)
    assert await letters(portal, account_id) == []


async def test_a_look_that_was_asked_for_is_made_by_a_job(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal, "https://bepnha.example", platform="website")
    _, channel = await proof_of(portal, proof_id)

    async def away(_host: str, _port: int) -> Sequence[tuple[str, int]]:
        return []

    install_fetcher(Fetcher(resolve=away))  # type: ignore[arg-type]
    try:
        with clock.at(clock.now() + DAY):
            async with portal.transaction() as session:
                await service.ask_check(session, Viewer(account_id=account_id), channel.id)
            await portal.work()
    finally:
        install_fetcher(None)
    proof, _ = await proof_of(portal, proof_id)
    assert (proof.failure, proof.failures, proof.checking_since) == ("not_found", 0, None)


# Rounds


async def test_a_round_looks_at_what_is_due_and_counts_it(portal: Portal) -> None:
    _, proofs = await arrange(portal, *(f"https://www.tiktok.com/@bep{n}" for n in range(3)))
    assert await looking.go_round(always(SEEN)) == 0
    with clock.at(clock.now() + 8 * DAY):
        told = {one.name: one for one in await watching.metrics()}
        assert [s.value for s in told["portal_channel_checks_due"].samples] == [3]
        assert [s.value for s in told["portal_channel_checks_late"].samples] == [3]
        found = [SEEN, GONE, CLOSED]

        async def look(_due: Due) -> Finding:
            return found.pop()

        assert await looking.go_round(look) == 3
        assert await looking.go_round(look) == 0
        told = {one.name: one for one in await watching.metrics()}
    assert [s.value for s in told["portal_channel_checks_due"].samples] == [0]
    counted = {
        (s.labels["method"], s.labels["outcome"]): s.value
        for s in told["portal_channel_checks"].samples
    }
    assert counted == {("page_code", o): 1 for o in ("seen", "not_seen", "unsure")}
    states = [(await proof_of(portal, one))[0].status.value for one in proofs]
    assert sorted(states) == ["proven", "proven", "stale"]


async def test_what_a_dead_worker_had_in_hand_is_due_again_when_its_lease_is_over(
    portal: Portal,
) -> None:
    _, (proof_id,) = await arrange(portal)

    async def dies(_due: Due) -> Finding:
        raise RuntimeError

    later = clock.now() + 8 * DAY
    with clock.at(later):
        with pytest.raises(RuntimeError):
            await looking.go_round(dies)
        assert await looking.go_round(always(SEEN)) == 0
    with clock.at(later + policy.LEASE + timedelta(seconds=1)):
        assert await looking.go_round(always(SEEN)) == 1
    assert (await proof_of(portal, proof_id))[0].status.value == "proven"


async def test_no_transaction_is_open_while_pages_are_read(portal: Portal) -> None:
    await arrange(portal)

    async def look(_due: Due) -> Finding:
        assert portal.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        return SEEN

    with clock.at(clock.now() + 8 * DAY):
        assert await looking.go_round(look) == 1


async def test_seeing_many_again_takes_as_many_statements_as_seeing_one(portal: Portal) -> None:
    await arrange(portal, *(f"https://www.tiktok.com/@bep{n}" for n in range(12)))
    with clock.at(clock.now() + 8 * DAY):
        with statements(portal.database.engine) as one:
            assert await looking.go_round(always(SEEN), 1) == 1
        with statements(portal.database.engine) as many:
            assert await looking.go_round(always(SEEN), 11) == 11
    assert len(one) == len(many)


async def test_a_finding_that_cannot_be_written_holds_up_no_other(portal: Portal) -> None:
    _, proofs = await arrange(portal, *(f"https://www.tiktok.com/@bep{n}" for n in range(2)))
    broken = Finding("gone", {"page": "\x00"})  # no text of PostgreSQL's

    async def look(due: Due) -> Finding:
        return broken if due.proof_id == proofs[0] else GONE

    with clock.at(clock.now() + 8 * DAY):
        assert await looking.go_round(look) == 2
        states = [(await proof_of(portal, one))[0] for one in proofs]
        assert [one.status.value for one in states] == ["proven", "stale"]
        assert states[0].next_check_at is not None
        assert states[0].next_check_at <= clock.now() + policy.LEASE


async def test_nothing_is_counted_while_our_own_line_is_down(portal: Portal) -> None:
    sites = [f"https://bep{n}.example" for n in range(4)]
    account_id, proofs = await arrange(portal, *sites, platform="website")
    first = clock.now() + 8 * DAY
    async with portal.transaction() as session:  # one was seen lately, so that it can be asked
        proof = await session.get_one(ChannelProof, proofs[3])
        proof.next_check_at = first + 7 * DAY
    with clock.at(first):
        assert await looking.go_round(always(SILENT)) == 3
        for one in proofs[:3]:
            proof, _ = await proof_of(portal, one)
            assert (proof.status.value, proof.failures, proof.checked_at) == (
                "proven",
                0,
                proof.proven_at,
            )
            assert proof.next_check_at is not None
            assert proof.next_check_at <= clock.now() + policy.NO_LINE_WAIT
    with clock.at(first + 2 * policy.NO_LINE_WAIT):  # the line is up, the sites are not

        async def look(due: Due) -> Finding:
            return SEEN if due.proof_id == proofs[3] else SILENT

        assert await looking.go_round(look) == 3
    states = [(await proof_of(portal, one))[0].status.value for one in proofs]
    assert states == ["stale", "stale", "stale", "proven"]
    assert len(await letters(portal, account_id)) == 3


@pytest.mark.parametrize(
    ("link", "platform", "failed", "unsure"),
    [
        ("https://bepnha.example", "website", NoConnection(), False),
        ("https://bepnha.example", "website", HttpFailed(503), False),
        ("https://bepnha.example", "website", HttpFailed(403), True),
        ("https://www.tiktok.com/@bep", None, NoConnection(), True),
        ("https://www.tiktok.com/@bep", None, HttpFailed(500), True),
    ],
)
async def test_a_page_that_cannot_be_read_is_weighed_by_whose_site_it_is(
    portal: Portal,
    link: str,
    platform: str | None,
    failed: FetchFailed,
    unsure: bool,  # noqa: FBT001
) -> None:
    method = "rel_me" if platform else "page_code"
    _, (proof_id,) = await arrange(portal, link, platform=platform, method=method)
    async with portal.transaction() as session:
        due = await keeping.asked(session, proof_id)
    assert due is not None

    class Refusing(Fetcher):
        async def fetch(self, url: str, **_given: object) -> object:  # type: ignore[override]
            del url
            raise failed

    install_fetcher(Refusing())
    try:
        finding = await looking.look_again(due)
    finally:
        install_fetcher(None)
    assert (finding.failure, finding.unsure) == (failed.key, unsure)


# Names


async def test_a_renamed_channel_keeps_its_proof_and_its_history(portal: Portal) -> None:
    _, (proof_id,) = await arrange(portal)
    now = {"handle": "bepmoi", "url": "https://www.tiktok.com/@bepmoi"}
    await note(
        portal, proof_id, Finding(None, stable_id="7001"), Finding(None, stable_id="7001", **now)
    )
    proof, channel = await proof_of(portal, proof_id)
    assert (proof.status.value, channel.stable_id) == ("proven", "7001")
    assert (channel.handle, channel.key, channel.url) == ("bepmoi", "bepmoi", now["url"])
    assert channel.skeleton == "bepmol"
    async with portal.transaction() as session:
        former = (await session.scalars(select(ChannelHandle))).all()
    assert [(one.handle, one.url) for one in former] == [
        ("bepnhasuong", "https://www.tiktok.com/@bepnhasuong")
    ]
    assert former[0].since == channel.created_at


async def test_a_name_that_another_id_has_now_is_not_inherited(portal: Portal) -> None:
    _, (proof_id,) = await arrange(portal)
    await note(portal, proof_id, Finding(None, stable_id="7001"), Finding(None, stable_id="7002"))
    proof, channel = await proof_of(portal, proof_id)
    assert (proof.status.value, proof.failure, channel.stable_id) == ("stale", "other_id", "7001")


@pytest.mark.parametrize("asks", ["first", "again"])
async def test_who_proves_a_name_anew_proves_the_same_id(portal: Portal, asks: str) -> None:
    account_id, (proof_id,) = await arrange(portal)
    await note(portal, proof_id, Finding(None, stable_id="7001"))
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    _, channel = await proof_of(portal, proof_id)
    stable_id = "7001" if asks == "again" else "7002"
    async with portal.transaction() as session:
        proof = await service.begin(session, Viewer(account_id=account_id), channel.id, "page_code")
        await service.record(session, proof.id, Finding(None, stable_id=stable_id))
        found = await queries.channel(session, channel.id)
    assert found is not None
    expected = {"first": ("lost", "other_id"), "again": ("proven", None)}[asks]
    assert (found.state, proof.failure) == expected


async def test_a_new_name_that_another_channel_has_is_left_to_staff(portal: Portal) -> None:
    _, (proof_id,) = await arrange(portal)
    await arrange(portal, "https://www.tiktok.com/@bepmoi")
    now = {"handle": "bepmoi", "url": "https://www.tiktok.com/@bepmoi"}
    await note(portal, proof_id, Finding(None, stable_id="7001", **now))
    proof, channel = await proof_of(portal, proof_id)
    assert (proof.status.value, proof.failure) == ("proven", "name_taken")
    assert channel.handle == "bepnhasuong"


async def test_an_id_that_another_proven_channel_has_is_left_to_staff(portal: Portal) -> None:
    _, (one,) = await arrange(portal)
    _, (other,) = await arrange(portal, "https://www.tiktok.com/@bepmoi")
    for proof_id in (one, other):
        await note(portal, proof_id, Finding(None, stable_id="7001"))
    states = [await proof_of(portal, proof_id) for proof_id in (one, other)]
    assert [(p.failure, c.stable_id) for p, c in states] == [(None, "7001"), ("same_channel", None)]


# Notices


async def notice_of(portal: Portal, account_id: UUID) -> ProofNotice:
    async with portal.transaction() as session:
        found = await session.scalar(
            select(ProofNotice).where(ProofNotice.account_id == account_id)
        )
    assert found is not None
    return found


async def test_only_the_loss_of_the_last_proven_channel_begins_a_notice(portal: Portal) -> None:
    links = ("https://www.tiktok.com/@bepmot", "https://www.tiktok.com/@bephai")
    account_id, (one, other) = await arrange(portal, *links)
    began = clock.now() + 7 * DAY
    await lose(portal, one, began)
    async with portal.transaction() as session:
        assert await notice_queries.notice_of(session, account_id) is None
    lost = await lose(portal, other, began + DAY)
    notice = await notice_of(portal, account_id)
    assert abs(notice.ends_at - lost - 30 * DAY) < timedelta(minutes=1)
    words = (await letters(portal, account_id))[-1].body
    assert "It was your last proven channel." in words


async def test_who_is_no_member_is_given_no_notice(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal, member=False)
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    async with portal.transaction() as session:
        assert await notice_queries.notice_of(session, account_id) is None


async def test_who_removes_the_last_proven_channel_is_given_notice_and_it_is_looked_at_no_more(
    portal: Portal,
) -> None:
    account_id, (proof_id,) = await arrange(portal)
    _, channel = await proof_of(portal, proof_id)
    async with portal.transaction() as session:
        await service.remove(session, Viewer(account_id=account_id), channel.id, channel.version)
    proof, _ = await proof_of(portal, proof_id)
    assert proof.next_check_at is None
    assert [letter.subject for letter in await letters(portal, account_id)] == [
        "You have no proven channel any more"
    ]
    assert (await notice_of(portal, account_id)).ended_at is None


async def test_a_notice_is_told_of_three_times_and_comes_to_staff(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    notice = await notice_of(portal, account_id)
    for before in (8 * DAY, 7 * DAY, 6 * DAY, -DAY, -2 * DAY):
        with clock.at(notice.ends_at - before + timedelta(minutes=1)):
            await jobs.keep_notices(0)
    keys = [letter.key for letter in await letters(portal, account_id)]
    assert keys[-2:] == [f"channels.notice:{notice.id}:soon", f"channels.notice:{notice.id}:over"]
    assert len(keys) == 4
    async with portal.transaction() as session:
        by = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
        own = await notice_queries.open_notices(session, account_id)
        page = await notice_queries.open_notices(session, by.own_id)
        assert (own.rows, own.total) == ((), 0)
        assert [(row.id, row.account_id, row.overdue) for row in page.rows] == [
            (notice.id, account_id, False)
        ]
        with clock.at(notice.ends_at + DAY):
            page = await notice_queries.open_notices(session, by.own_id)
            assert [row.overdue for row in page.rows] == [True]


async def test_to_prove_a_channel_ends_the_notice(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    async with portal.transaction() as session:
        account = await session.get_one(Account, account_id)
        channel = await make_channel(
            session, account=account, link="https://www.tiktok.com/@bepkhac"
        )
        await make_proof(session, channel, "page_code", seen=True)
    notice = await notice_of(portal, account_id)
    assert (notice.ended_at is None, notice.settled_by) == (False, None)
    with clock.at(notice.ends_at + DAY):
        await jobs.keep_notices(0)
    assert len(await letters(portal, account_id)) == 2  # warned, lost


async def test_the_notice_of_somebody_who_leaves_ends_without_a_letter(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    notice = await notice_of(portal, account_id)
    async with portal.transaction() as session:
        await members.leave(session, Viewer(account_id=account_id))
    written = len(await letters(portal, account_id))
    with clock.at(notice.ends_at + DAY):
        await jobs.keep_notices(0)
    assert (await notice_of(portal, account_id)).ended_at is not None
    assert len(await letters(portal, account_id)) == written


async def test_staff_settle_a_notice_with_a_reason_once_and_never_their_own(portal: Portal) -> None:
    account_id, (proof_id,) = await arrange(portal)
    await lose(portal, proof_id, clock.now() + 7 * DAY)
    notice = await notice_of(portal, account_id)
    async with portal.transaction() as session:
        by = viewer_of(await make_account(session, roles=("reviewer",)), "reviewer")
        owner = Viewer(account_id=account_id, roles=frozenset({"reviewer"}))
        rival = await make_account(session, roles=("reviewer",))
        await make_channel(session, account=rival, link="https://www.tiktok.com/@bepnhasuong")
        for who in (owner, viewer_of(rival, "reviewer"), Viewer(account_id=by.account_id)):
            with pytest.raises(NotAllowed):
                await notices.settle(session, who, notice.id, "I may stay.")
        with pytest.raises(Refused):
            await notices.settle(session, by, notice.id, "  ")
        with pytest.raises(Missing):
            await notices.settle(session, by, proof_id, "Why")
        await notices.settle(session, by, notice.id, " Suspended until they prove one. ")
        with pytest.raises(Conflict):
            await notices.settle(session, by, notice.id, "Again")
    settled = await notice_of(portal, account_id)
    assert (settled.settled_by, settled.ended_at is None) == (by.account_id, False)
    async with portal.transaction() as session:
        why = await session.scalar(
            select(AuditEvent.because).where(AuditEvent.action == "channel.notice_settled")
        )
    assert why == "Suspended until they prove one."
