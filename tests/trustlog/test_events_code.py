"""Versions of the code and signatures in the log; and that no entry names anybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.conduct import service
from app.conduct.code import Content
from app.conduct.models import CodeText
from app.core import clock
from app.core.errors import Refused
from app.trustlog.models import Kind, LogEntry
from app.trustlog.policy.merkle import leaf_hash
from tests.directory.secrets_of_a_member import make_member_with_secrets
from tests.factories.accounts import make_account, viewer_of
from tests.factories.conduct import OPERATOR, make_code, make_signature, next_version
from tests.trustlog.entries import hidden, kinds, told


async def published(session: AsyncSession) -> list[bytes]:
    rows = await session.scalars(
        select(LogEntry.body).where(LogEntry.kind == Kind.CODE_PUBLISHED).order_by(LogEntry.at)
    )
    return list(rows)


async def test_a_version_is_told_with_the_hash_of_each_text(session: AsyncSession) -> None:
    before = len(await published(session))
    content = await make_code(session)
    [body] = (await published(session))[before:]
    entry = await session.scalar(select(LogEntry).where(LogEntry.body == body))
    assert entry is not None
    assert (entry.subject, entry.openings) == (None, {})
    rows = await session.execute(select(CodeText.locale, CodeText.sha256))
    hashes = dict(rows.all())
    assert set(hashes) == {"vi", "en", "fr"}
    for locale, sha256 in hashes.items():
        assert f'"sha256_{locale}":"{sha256}"'.encode() in body
    for said in (
        f'"digest":"{content.digest()}"',
        f'"effective_from":"{content.effective_from}"',
        '"version":"1.0"',
        '"rule":"conduct/1"',
    ):
        assert said.encode() in body


async def test_publishing_again_changes_nothing_and_changed_words_are_told(
    session: AsyncSession,
) -> None:
    content = await make_code(session)
    once = await published(session)
    await service.publish(session, OPERATOR, content)
    assert await published(session) == once
    words = {**content.closing, "en": "Another end."}
    await service.publish(session, OPERATOR, Content.model_validate(
        {**content.model_dump(), "closing": words}
    ))  # fmt: skip
    assert len(await published(session)) == len(once) + 1


async def test_a_signature_is_told_once_with_its_evidence_behind_a_commitment(
    session: AsyncSession,
) -> None:
    await make_code(session)
    by = viewer_of(await make_account(session))
    assert by.account_id is not None
    signature = await make_signature(session, by, "fr")
    again = await service.sign(session, by, locale="fr", sha256="", typed_name="", legal_name=None)
    assert again.id == signature.id
    [entry] = await told(session, by.account_id)
    assert (entry.kind, dict(entry.facts)) == (
        "code.signed",
        {"version": "1.0", "language": "fr"},
    )
    assert hidden(entry) == {"evidence_sha256": signature.evidence_sha256}


async def test_who_may_not_sign_leaves_no_entry(session: AsyncSession) -> None:
    await make_code(session)
    by = viewer_of(await make_account(session))
    assert by.account_id is not None
    with pytest.raises(Refused):
        await service.sign(session, by, locale="vi", sha256="", typed_name="", legal_name=None)
    assert await kinds(session, by.account_id) == []


async def test_each_version_that_is_signed_is_told(session: AsyncSession) -> None:
    await make_code(session)
    by = viewer_of(await make_account(session))
    assert by.account_id is not None
    await make_signature(session, by)
    in_force = clock.today() + timedelta(days=40)
    await make_code(session, next_version(in_force))
    with clock.at(clock.now() + timedelta(days=41)):
        await make_signature(session, viewer_of(await session.get_one(Account, by.account_id)))
    versions = [one.facts["version"] for one in await told(session, by.account_id)]
    assert versions == ["1.0", "1.1"]


async def test_no_entry_holds_anything_of_a_person(session: AsyncSession) -> None:
    secrets = await make_member_with_secrets(session)
    rows = (await session.scalars(select(LogEntry))).all()
    kinds = {row.kind.value for row in rows}
    assert {"code.signed", "channel.proven", "channel.lost", "membership.suspended"} <= kinds
    for row in rows:
        body = row.body.decode()
        assert secrets.in_text(body) == [], row.kind
        for value in (secrets.number, secrets.channel, "tiktok", "page_code", "bepnhasuong"):
            assert value not in body, (row.kind, value)
        for name, (salt, value) in (row.openings or {}).items():
            assert value not in body, (row.kind, name)
            assert salt not in body, (row.kind, name)
        assert row.leaf_hash == leaf_hash(row.body)
