"""The demonstration as it stands once it is filled."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.accounts.models import Account, Identity, StaffRole
from app.applications.models import Application, PillarScore, Status
from app.cases.models import Author, Message
from app.channels.models import (
    Channel,
    ChannelCount,
    ChannelDispute,
    ChannelProof,
    ProofStatus,
)
from app.conduct.models import Signature
from app.core import clock, db, pictures
from app.core.db import Database
from app.core.storage import storage
from app.demo import provider
from app.demo.people import PEOPLE, STAFF_ROLES
from app.demo.seed import filling, seed
from app.demo.seed.plan import NAMED
from app.mail.models import Mail, MailState
from app.members.models import Member, Standing
from app.tables import metadata
from tests import databases
from tests.demo.conftest import few, publish

pytestmark = pytest.mark.xdist_group("seed")  # one worker fills one demonstration


def nothing(_words: str) -> None:
    """Progress that nobody reads."""


async def rows(database: Database) -> dict[str, int]:
    """How many rows every table has."""
    async with database.read() as session:
        return {
            name: await session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
        }


async def test_applications_are_in_every_state(filled: Database) -> None:
    async with filled.read() as session:
        found = set(await session.scalars(select(Application.status)))

    assert found == set(Status)


async def test_members_are_in_every_standing(filled: Database) -> None:
    async with filled.read() as session:
        found = set(await session.scalars(select(Member.standing)))

    assert found == set(Standing)


async def test_who_signs_in_at_the_provider_is_who_was_prepared(filled: Database) -> None:
    async with filled.read() as session:
        known = set(
            await session.scalars(
                select(Identity.subject).where(Identity.issuer == provider.issuer())
            )
        )
        hats = dict(
            (await session.execute(
                select(Identity.subject, StaffRole.role)
                .join(StaffRole, StaffRole.account_id == Identity.account_id)
            )).all()
        )  # fmt: skip

    assert {person.sub for person in PEOPLE} <= known
    assert {sub: role.value for sub, role in hats.items()} == {
        person.sub: person.role for person in PEOPLE if person.role in STAFF_ROLES
    }


async def test_the_named_people_stand_where_their_buttons_say(filled: Database) -> None:
    async with filled.read() as session:
        standing = dict(
            (await session.execute(
                select(Identity.subject, Member.standing)
                .join(Member, Member.account_id == Identity.account_id)
                .where(Identity.subject.in_(NAMED))
            )).all()
        )  # fmt: skip

    assert standing == {
        "kol-ngan-member": Standing.ACTIVE,
        "kol-quan-suspended": Standing.SUSPENDED,
        "kol-tam-lapsed": Standing.LAPSED,
        "kol-hai-expelled": Standing.EXPELLED,
    }


async def test_members_have_all_that_an_approval_needs(filled: Database) -> None:
    async with filled.read() as session:
        members = (await session.scalars(select(Member))).all()
        for member in members:
            proven = await session.scalar(
                select(func.count())
                .select_from(Channel)
                .where(Channel.account_id == member.account_id, Channel.proven_at.is_not(None))
            )
            signed = await session.scalar(
                select(func.count())
                .select_from(Signature)
                .where(Signature.account_id == member.account_id)
            )
            scored = await session.scalar(
                select(func.count())
                .select_from(PillarScore)
                .where(PillarScore.application_id == member.application_id)
            )
            assert proven
            assert (signed, scored) == (1, 5)
            assert member.portrait is not None
            assert await storage().get(pictures.file(member.portrait, "card")) is not None


async def test_nothing_happened_after_today(filled: Database) -> None:
    now = clock.now()
    async with filled.read() as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if column.name in ("at", "created_at", "sent_at", "decided_at", "proven_at"):
                    latest = await session.scalar(select(func.max(column)))
                    assert latest is None or latest <= now, f"{table.name}.{column.name}"


async def test_a_channel_is_proven_after_it_was_named_and_before_it_was_sent(
    filled: Database,
) -> None:
    async with filled.read() as session:
        rows = await session.execute(
            select(Channel.created_at, ChannelProof.asked_at, Application.submitted_at)
            .join(ChannelProof, ChannelProof.channel_id == Channel.id)
            .join(Application, Application.account_id == Channel.account_id)
            .where(Application.submitted_at.is_not(None))
        )
        found = rows.all()
    assert len(found) > 30
    for named, asked, sent in found:
        assert named < asked < sent


async def test_channels_are_seen_again_missed_lost_disputed_and_counted(filled: Database) -> None:
    async with filled.read() as session:
        held = (Channel.proven_at.is_not(None), Channel.lost_at.is_(None))
        stale = await session.scalar(
            select(func.count()).where(Channel.stale_since.is_not(None), *held)
        )
        lost = await session.scalar(select(func.count()).where(Channel.lost_at.is_not(None)))
        flagged = await session.scalar(
            select(func.count()).where(ChannelCount.flagged_at.is_not(None))
        )
        disputes = (await session.scalars(select(ChannelDispute))).all()
        due = await session.scalar(
            select(func.count()).where(ChannelProof.next_check_at.is_not(None))
        )
        unseen = await session.scalar(
            select(func.count())
            .select_from(ChannelProof)
            .where(
                ChannelProof.status.in_((ProofStatus.PROVEN, ProofStatus.STALE)),
                ChannelProof.seen_at < clock.now() - timedelta(days=14),
            )
        )

    assert stale == 1
    assert lost is not None
    assert lost >= 1
    assert flagged == 1
    assert [dispute.decided_at for dispute in disputes] == [None]
    assert due == 0  # no page of theirs exists: looked for, each would be lost
    assert unseen == 0


async def test_lapses_and_suspensions_fit_the_calendar(filled: Database) -> None:
    today = clock.today()
    async with filled.read() as session:
        for member in await session.scalars(select(Member)):
            if member.standing is Standing.LAPSED:
                assert member.term_ends_on < today
            elif member.standing is Standing.SUSPENDED:
                assert member.standing_until is not None
                assert member.standing_until >= today
            else:
                assert member.term_ends_on >= today


async def test_staff_and_applicants_spoke_to_each_other(filled: Database) -> None:
    async with filled.read() as session:
        authors = set(await session.scalars(select(Message.author)))

    assert authors == set(Author)


async def test_letters_of_the_past_were_delivered_then_and_wait_for_nobody(
    filled: Database,
) -> None:
    async with filled.read() as session:
        mails = (await session.scalars(select(Mail))).all()
        waiting = await session.scalar(
            text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        )

    assert len(mails) > 30
    assert {mail.state for mail in mails} == {MailState.SENT}
    for mail in mails:
        assert mail.sent_at is not None
        assert timedelta() < mail.sent_at - mail.created_at < timedelta(minutes=1)
        assert mail.to_address.endswith(".example")
    assert waiting == 0


async def test_businesses_are_accounts_without_a_staff_hat(filled: Database) -> None:
    businesses = [person.sub for person in PEOPLE if person.role == "business"]
    async with filled.read() as session:
        names = set(
            await session.scalars(
                select(Account.display_name)
                .join(Identity, Identity.account_id == Account.id)
                .outerjoin(StaffRole, StaffRole.account_id == Account.id)
                .where(Identity.subject.in_(businesses), StaffRole.id.is_(None))
            )
        )

    assert names == {person.name for person in PEOPLE if person.role == "business"}


async def test_filling_again_changes_nothing(filled: Database) -> None:
    before = await rows(filled)

    await seed(nothing, few())

    assert await rows(filled) == before


async def test_people_who_sign_in_elsewhere_are_not_made_twice(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, issuer = await rows(filled), provider.issuer()
    monkeypatch.setattr(provider, "issuer", lambda: "http://localhost:9410")
    with pytest.raises(filling.FilledForAnother, match=f"sign in at {issuer}.*SIGN_IN_PORT=9400"):
        await seed(nothing, few())
    assert await rows(filled) == before


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress is told after every few people."""
    monkeypatch.setattr(filling, "EVERY", 4)


@pytest.mark.usefixtures("stopping")
async def test_stopped_half_way_it_goes_on_where_it_was() -> None:
    people = few(22)

    def stop(_words: str) -> None:
        raise KeyboardInterrupt

    async with databases.database() as chosen:
        await publish(chosen)
        db.use_database(chosen)
        try:
            with pytest.raises(KeyboardInterrupt):
                await seed(stop, people)
            half = await rows(chosen)
            await seed(nothing, people)
            whole = await rows(chosen)
            await seed(nothing, people)
            assert await rows(chosen) == whole
        finally:
            db.use_database(None)
    businesses_and_staff = sum(person.role != "kol" for person in PEOPLE)
    assert half["accounts"] == businesses_and_staff + 4
    assert whole["accounts"] == businesses_and_staff + len(people)
    assert whole["identities"] == whole["accounts"]
