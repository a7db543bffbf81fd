"""What of a member's entries is opened to whom."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from app.core.crypto import uuid7
from app.directory.record import policy
from app.directory.record.policy import Reader, Shown
from app.trustlog.models import Kind
from app.trustlog.policy import entries
from app.trustlog.policy.entries import Event
from app.trustlog.queries.history import Logged

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CHANNEL, OTHER = uuid7(), uuid7()
OF_CHANNEL = {"channel": str(CHANNEL), "platform": "tiktok", "address": "https://x.example"}


def logged(kind: Kind, hidden: Mapping[str, str], *, erased: bool = False) -> Logged:
    entry_id = uuid7()
    openings = entries.salted(hidden)
    body = entries.body(entry_id, AT, Event(kind, None, {}, hidden), "subject", openings)
    return Logged(entry_id, 0, kind, AT, "subject", body, None if erased else openings)


SUSPENDED = logged(
    Kind.MEMBERSHIP_SUSPENDED,
    {"number": "N", "change": "c", "until": "2026-04-01", "because": "Quảng cáo sai."},
)
BEGUN = logged(Kind.MEMBERSHIP_BEGUN, {"number": "N", "change": "b"})
BACK = logged(Kind.MEMBERSHIP_REINSTATED, {"number": "N", "change": "d", "because": "Nhầm người."})
PROVEN = logged(Kind.CHANNEL_PROVEN, {**OF_CHANNEL, "proof": "p", "method": "page_code"})
LOST = logged(Kind.CHANNEL_LOST, {**OF_CHANNEL, "proof": "p", "reason": "gone"})
SIGNED = logged(Kind.CODE_SIGNED, {"evidence_sha256": "5f" * 32})
SEALED = logged(Kind.CODE_SEALED, {"sha256": "6f" * 32})
ISSUED = logged(Kind.CREDENTIAL_ISSUED, {"credential": "x", "sha256": "7f" * 32})
REVOKED = logged(Kind.CREDENTIAL_REVOKED, {"credential": "x", "sha256": "7f" * 32})
EVERY = (SUSPENDED, BEGUN, BACK, PROVEN, LOST, SIGNED, SEALED, ISSUED, REVOKED)


def names(entry: Logged, shown: Shown, reader: Reader = Reader.PUBLIC) -> set[str]:
    return set(policy.opened(entry, shown, reader))


def shown_of(
    *told: Logged, present: bool = True, reasons: str = "", channels: tuple[UUID, ...] = ()
) -> Shown:
    return policy.shown(told, present=present, reasons=reasons, channels=channels)


def test_whose_it_is_is_always_opened_and_why_only_while_it_is_published() -> None:
    runs = shown_of(BEGUN, SUSPENDED, reasons="Quảng cáo sai.")
    assert names(BEGUN, runs) == {"number"}
    assert names(SUSPENDED, runs) == {"number", "until", "because"}
    over = shown_of(BEGUN, SUSPENDED, BACK)
    assert names(SUSPENDED, over) == {"number", "until"}
    assert names(BACK, over) == {"number"}


def test_of_two_sanctions_only_the_one_that_runs_tells_its_reasons() -> None:
    again = logged(Kind.MEMBERSHIP_EXPELLED, {"number": "N", "because": "Bán hàng giả."})
    profile = shown_of(SUSPENDED, again, reasons="Bán hàng giả.")
    assert "because" in names(again, profile)
    assert "because" not in names(SUSPENDED, profile)


@pytest.mark.parametrize("reasons", ["", "Lý do đã được sửa."])
def test_reasons_that_the_profile_does_not_publish_stay_closed(reasons: str) -> None:
    assert "because" not in names(SUSPENDED, shown_of(SUSPENDED, reasons=reasons))


def test_reasons_for_lifting_a_sanction_are_never_published() -> None:
    assert "because" not in names(BACK, shown_of(SUSPENDED, BACK, reasons="Nhầm người."))


@pytest.mark.parametrize("entry", [PROVEN, LOST])
def test_a_channel_is_named_only_while_the_profile_names_it(entry: Logged) -> None:
    named = names(entry, shown_of(PROVEN, LOST, channels=(CHANNEL, OTHER)))
    assert named == {"channel", "platform", "address"} | ({"method"} if entry is PROVEN else set())
    assert names(entry, shown_of(PROVEN, LOST, channels=(OTHER,))) == set()
    assert names(entry, shown_of(PROVEN, present=False, channels=(CHANNEL,))) == set()


def test_the_credential_that_is_handed_out_is_opened_and_no_other() -> None:
    older = logged(Kind.CREDENTIAL_ISSUED, {"credential": "y", "sha256": "8f" * 32})
    profile = shown_of(older, REVOKED, ISSUED)
    assert names(ISSUED, profile) == {"credential", "sha256"}
    assert names(older, profile) == names(REVOKED, profile) == set()
    assert names(ISSUED, shown_of(ISSUED, REVOKED)) == set()
    assert names(ISSUED, shown_of(ISSUED, present=False)) == set()


def test_the_evidence_of_a_signature_is_for_its_signer_and_staff() -> None:
    profile = shown_of(SIGNED)
    assert names(SIGNED, profile) == set()
    assert names(SIGNED, profile, Reader.STAFF) == {"evidence_sha256"}
    assert names(SIGNED, profile, Reader.OWNER) == {"evidence_sha256"}
    assert names(SEALED, profile) == set()


def test_staff_see_nothing_else_that_the_public_does_not() -> None:
    profile = shown_of(*EVERY)
    for entry in EVERY:
        more = names(entry, profile, Reader.STAFF) - names(entry, profile)
        assert more == ({"evidence_sha256"} if entry is SIGNED else set())


@pytest.mark.parametrize("entry", EVERY)
def test_its_owner_sees_all_of_an_entry_and_nobody_anything_of_who_was_erased(
    entry: Logged,
) -> None:
    assert policy.opened(entry, Shown(), Reader.OWNER) == entry.openings
    erased = replace(entry, openings=None)
    profile = shown_of(erased, channels=(CHANNEL,), reasons="Quảng cáo sai.")
    for reader in Reader:
        assert policy.opened(erased, profile, reader) == {}
