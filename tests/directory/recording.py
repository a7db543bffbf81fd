"""What tests of records do and look at."""

import json
from base64 import b64decode
from typing import Any

from selectolax.lexbor import LexborHTMLParser
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Account
from app.members.models import Member
from app.trustlog.policy.entries import commitment
from tests.factories.accounts import viewer_of
from tests.factories.channels import make_channel, make_proof
from tests.factories.conduct import make_code, make_signature
from tests.factories.members import make_member
from tests.portal import Portal

LINK = "https://www.tiktok.com/@bep.suong"


async def make_recorded(session: AsyncSession, **given: Any) -> Member:
    """A member who signed the code and proved a channel before they joined."""
    await make_code(session)
    member = await make_member(session, **{"stage_name": "Bếp Sương", **given})
    account = await session.get_one(Account, member.account_id)
    await make_signature(session, viewer_of(account))
    await make_proof(session, await make_channel(session, account=account, link=LINK), seen=True)
    return member


def path(member: Member, below: str = "") -> str:
    return f"/members/{member.number}/record{below}"


def lines(html: str) -> list[str]:
    """What the entries of the page tell, newest first."""
    found = LexborHTMLParser(html).css(".record__words")
    return [" ".join(one.text().split()) for one in found]


def facts(html: str, words: str) -> dict[str, str]:
    """What is opened of the entry that tells `words`."""
    for entry in LexborHTMLParser(html).css(".record__entry"):
        [told] = entry.css(".record__words")
        if " ".join(told.text().split()) == words:
            rows = entry.css(".record__facts > div")
            found = [[one.text().strip() for one in row.css("dt, dd")] for row in rows]
            return {name: value for name, value in found}  # noqa: C416 - rows of two
    raise AssertionError(words)


def own(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of record.json without those of credentials, which other tests tell."""
    return [one for one in told if not one["kind"].startswith("credential.")]


async def record_json(portal: Portal, member: Member) -> dict[str, Any]:
    answer = await portal.get(path(member, ".json"))
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def opened(entry: dict[str, Any]) -> dict[str, str]:
    """The values that an entry of record.json opens, each held against its commitment."""
    body = json.loads(b64decode(entry["entry"]))
    for name, (salt, value) in entry["openings"].items():
        assert commitment(name, salt, value) == body["commitments"][name]
    return {name: value for name, (_salt, value) in entry["openings"].items()}
