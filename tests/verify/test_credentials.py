"""Credentials, given as JSON and inside pictures: ours, changed, of others, true today or not."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.core import clock
from app.core.config import settings
from app.credentials import baking, issuer, service, signing, status_lists
from app.credentials.policy.proofs import instant
from app.credentials.policy.status_list import Purpose
from app.members import service as members
from app.members.models import Member
from tests.conftest import statements
from tests.factories.members import make_member
from tests.factories.pictures import picture
from tests.portal import Portal
from tests.verify.holding import ADMINISTRATOR, flipped, give, paste, suspend

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><path d="M0 0h9v9z"/></svg>'
TRUE = "It is true today, by the status lists and its dates"
JCS = "Unchanged since it was issued (eddsa-jcs-2022)"
RDFC = "Unchanged since it was issued (eddsa-rdfc-2022)"
FOREIGN_KEY = "The credential is ours, but a signature in it is not"


async def credential(portal: Portal, **given: Any) -> tuple[Member, bytes]:
    """A member and the credential as they download it."""
    async with portal.transaction() as session:
        member = await make_member(session, **{"stage_name": "Bếp Sương", **given})
    async with portal.transaction() as session:
        found = await service.current(session, member.number)
        assert found is not None
        return member, await (await service.unsigned(session, found)).signed()


def signed(document: dict[str, Any]) -> bytes:
    """`document` with proofs by the portal's key, whatever it says."""
    document.pop("proof", None)
    return signing.sign(
        document, settings().credential_keys[0], issuer.name(), instant(clock.now())
    )


async def test_a_credential_is_genuine_and_true(portal: Portal) -> None:
    member, data = await credential(portal)
    found = await give(portal, data, "ảnh.png")
    assert (found.status, found.outcome) == (200, "genuine")
    assert found.title == "The credential is genuine and true today"
    assert set(found.steps.values()) == {"In order"}
    assert {JCS, RDFC, TRUE} <= set(found.steps)
    assert found.facts["Issued for"] == "Bếp Sương"
    assert found.facts["Member number"] == member.number
    assert f'href="/members/{member.number}"' in found.page


async def test_a_pasted_credential_is_the_same(portal: Portal) -> None:
    _member, data = await credential(portal)
    pretty = json.dumps(json.loads(data), indent=2, ensure_ascii=False)
    assert (await paste(portal, pretty.replace("\n", "\r\n"))).outcome == "genuine"
    assert (await give(portal, pretty.encode("utf-16"))).outcome == "genuine"


@pytest.mark.parametrize("kind", ["svg", "png"])
async def test_a_badge_is_checked_by_the_credential_in_it(portal: Portal, kind: str) -> None:
    _member, data = await credential(portal)
    made = (
        baking.svg(SVG, data).encode() if kind == "svg" else baking.png(picture(kind="PNG"), data)
    )
    found = await give(portal, made, "huy hiệu.pdf")
    assert (found.outcome, found.steps["There is a credential in the picture"]) == (
        "genuine",
        "In order",
    )
    assert "Bếp Sương" in found.person


@pytest.mark.parametrize("data", [SVG.encode(), picture(kind="PNG")], ids=["svg", "png"])
async def test_a_picture_alone_proves_nothing(portal: Portal, data: bytes) -> None:
    found = await give(portal, data)
    assert (found.outcome, found.title) == ("foreign", "There is no credential in this picture")


async def test_a_suspension_and_an_end_are_told(portal: Portal) -> None:
    member, data = await credential(portal)
    async with portal.transaction() as session:
        await suspend(session, member)
    found = await give(portal, data)
    assert (found.outcome, found.steps[TRUE], found.steps[JCS]) == ("past", "Take care", "In order")
    assert "has suspended it" in found.page
    assert "Suspended" in found.person
    async with portal.transaction() as session:
        await members.expel(session, ADMINISTRATOR, member.number, 12, "Lừa người theo dõi.")
    found = await give(portal, data)
    assert (found.outcome, found.steps[TRUE]) == ("past", "Take care")
    assert "has taken it back" in found.page
    assert "Expelled" in found.person


async def test_one_whose_time_is_over(portal: Portal) -> None:
    _member, data = await credential(portal)
    with clock.at(clock.now() + timedelta(days=500)):
        found = await give(portal, data)
    assert (found.outcome, found.steps[TRUE]) == ("past", "Take care")


async def test_one_letter_changed_where_a_key_is_named(portal: Portal) -> None:
    member, data = await credential(portal)
    at = data.index(b"#", data.index(b"verificationMethod")) + 1
    found = await give(portal, flipped(data, at))
    assert (found.outcome, found.title) == ("changed", FOREIGN_KEY)
    assert found.steps["Every signature in it is the alliance's"] == "Not in order"
    assert found.facts["Member number"] == member.number


async def test_one_byte_changed_anywhere(portal: Portal) -> None:
    member, data = await credential(portal)
    for at in range(7, len(data), len(data) // 25):
        found = await give(portal, flipped(data, at))
        if found.title == FOREIGN_KEY:  # the other proof holds, and nothing else was changed
            assert b"verificationMethod" in data[at - 60 : at + 60]
            continue
        assert found.outcome in {"changed", "foreign", "unreadable"}, data[at - 20 : at + 20]
        assert (found.facts, found.person) == ({}, "")
        assert member.number not in found.page


async def test_another_name_under_the_same_signature(portal: Portal) -> None:
    _member, data = await credential(portal)
    found = await give(portal, data.replace("Bếp Sương".encode(), "Bếp Xương".encode()))
    assert (found.outcome, found.steps[JCS]) == ("changed", "Not in order")
    assert found.title == "This credential is not what the alliance signed"
    assert "Bếp" not in found.page


@pytest.mark.parametrize("how", ["issuer", "key", "none", "suite"])
async def test_what_is_not_ours(portal: Portal, how: str) -> None:
    member, data = await credential(portal)
    told = json.loads(data)
    if how == "issuer":
        told["issuer"]["id"] = "did:web:elsewhere.example"
    elif how == "key":
        for proof in told["proof"]:
            proof["verificationMethod"] = f"{issuer.name()}#stranger"
    elif how == "none":
        del told["proof"]
    else:
        for proof in told["proof"]:
            proof["cryptosuite"] = "bbs-2023"
    found = await give(portal, json.dumps(told).encode())
    assert found.outcome == "foreign"
    assert (found.facts, found.person) == ({}, "")
    assert "Bếp Sương" not in found.page
    assert member.number not in found.page


async def test_what_our_key_signed_and_nobody_issued(portal: Portal) -> None:
    _member, data = await credential(portal)
    found = await give(portal, signed({**json.loads(data), "id": f"urn:uuid:{uuid4()}"}))
    assert (found.outcome, found.steps[JCS]) == ("contradicts", "In order")
    assert found.steps["It is on record as issued"] == "Not in order"
    assert "Bếp Sương" not in found.page


async def test_a_list_of_states_is_nobodys_credential(portal: Portal) -> None:
    await credential(portal)
    async with portal.transaction() as session:
        listed = await status_lists.read(session, Purpose.REVOCATION, 1)
    assert listed is not None
    found = await give(portal, await listed.signed())
    assert (found.outcome, found.title) == (
        "unreadable",
        "This is a list of states, and nobody's credential",
    )


async def test_a_fixed_number_of_statements(portal: Portal) -> None:
    counts = set()
    for name in ("Một", "Hai", "Ba"):
        _member, data = await credential(portal, stage_name=name)
        with statements(portal.database.engine) as seen:
            await give(portal, data)
        counts.add(len([one for one in seen if "rate_counters" not in one]))
    assert counts == {3}  # the credential, keys, the member
