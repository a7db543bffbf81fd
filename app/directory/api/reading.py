"""Members as the API tells them, read from the database once a version of a member, then kept."""

from collections.abc import Collection, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from app.conduct import queries as conduct
from app.conduct.queries import SignatureView
from app.core.config import settings
from app.core.db import database
from app.core.i18n import current_locale
from app.core.reference import Term, reference
from app.directory.api import shapes
from app.directory.queries.lines import (
    ChannelLine,
    Channels,
    channels_of,
    portrait_url,
    state_name,
)
from app.directory.search import live
from app.members import queries as members
from app.members.models import Standing
from app.members.policy import SANCTIONS, standing_name
from app.members.queries import MemberView
from app.web import fragments


async def told(versions: Mapping[int, int]) -> dict[int, str]:
    """Several members as JSON, by serial; who is gone meanwhile is left out.

    Two statements for those of whom this version is not kept; none when all are. The session is
    opened only here, so that what it reads is at least as new as the version it is kept under.

    Args:
        versions: the version of each member, by serial.
    """
    known: dict[int, str] = {}
    for serial, version in versions.items():
        if (kept := fragments.get(_key(serial, version))) is not None:
            known[serial] = kept
    missing = versions.keys() - known.keys()
    if missing:
        async with database().read() as session:
            for member in await read(session, missing):
                text = member.model_dump_json()
                known[member.serial] = fragments.put(
                    _key(member.serial, versions[member.serial]), text
                )
    return known


def _key(serial: int, version: int) -> fragments.Key:
    return ("api", live().era, current_locale(), serial, version)


async def read(session: AsyncSession, serials: Collection[int]) -> list[shapes.Member]:
    """Several members, those who are there. Two statements."""
    people = await members.by_serials(session, serials)
    channels = await channels_of(session, [person.account_id for person in people.values()])
    return [member(person, channels[person.account_id]) for person in people.values()]


async def profile(session: AsyncSession, number: str) -> shapes.Profile | None:
    """One member with their history, whatever the standing. Four statements."""
    person = await members.by_number(session, number)
    if person is None:
        return None
    account = person.account_id
    channels = (await channels_of(session, [account]))[account]
    signatures = await conduct.latest_signatures(session, [account])
    return shapes.Profile(
        **dict(member(person, channels)),
        history=[
            shapes.Move(
                at=change.at,
                old=standing(change.old) if change.old else None,
                new=standing(change.new),
                until=change.until,
            )
            for change in await members.history(session, person.id)
        ],
        code_of_conduct=_signature(signatures.get(account)),
        record=f"{profile_url(number)}/record.json",
    )


def member(person: MemberView, channels: Channels) -> shapes.Member:
    """A member as the public knows them; of who is none today less, as on their page."""
    present = person.present
    portrait = portrait_url(person, "profile")
    return shapes.Member(
        number=person.number,
        serial=person.serial,
        name=person.stage_name,
        legal_name=person.legal_name or None,
        url=profile_url(person.number),
        standing=standing(person.standing),
        standing_since=person.standing_since,
        standing_until=person.standing_until,
        standing_reasons=person.standing_because or None if person.standing in SANCTIONS else None,
        verified_since=person.joined_at,
        term_ends_on=person.term_ends_on,
        biography=person.biography if present else None,
        topics=[_term(reference.topics[key]) for key in person.topics] if present else [],
        languages=[_term(reference.languages[key]) for key in person.languages] if present else [],
        province=province(person.province),
        portrait=settings().base_url + portrait if portrait else None,
        channels=[channel(person, held) for held in channels.held],
        lost_channels=[lost(person, was) for was in channels.lost] if present else [],
    )


def channel(person: MemberView, held: ChannelLine) -> shapes.Channel:
    """A proven channel; of somebody who is no member today only which one it was."""
    present = person.present
    source, how = held.source_key, held.how
    return shapes.Channel(
        platform=shapes.Term(code=held.platform, name=held.platform_name),
        handle=held.shown,
        url=held.url,
        followers=held.followers if present else None,
        followers_counted_on=held.counted_on if present else None,
        followers_source=(
            shapes.Term(code=source.value, name=held.source) if source and present else None
        ),
        proof=(
            shapes.Term(code=held.method, name=how) if held.method and how and present else None
        ),
        proven_at=held.since if present else None,
        state=shapes.Term(code=held.proof, name=state_name(held.proof)) if present else None,
        state_since=held.state_since if present else None,
        evidence=settings().base_url + held.evidence(person.number),
    )


def lost(person: MemberView, was: ChannelLine) -> shapes.LostChannel:
    """A channel that was proven once, and is no longer."""
    assert was.until is not None  # noqa: S101 - that is what makes it one
    return shapes.LostChannel(
        platform=shapes.Term(code=was.platform, name=was.platform_name),
        handle=was.shown,
        url=was.url,
        proven_at=was.since,
        lost_at=was.until,
        evidence=settings().base_url + was.evidence(person.number),
    )


def standing(found: Standing) -> shapes.Term:
    """A standing: its code and its words."""
    return shapes.Term(code=found.value, name=standing_name(found))


def province(key: str) -> shapes.Term:
    """A province: the code that addresses have, and its name."""
    found = reference.provinces[key]
    return shapes.Term(code=found.slug, name=found.name())


def profile_url(number: str) -> str:
    """The address of a member's public page, for people."""
    return f"{settings().base_url}/members/{number}"


def _term(found: Term) -> shapes.Term:
    return shapes.Term(code=found.key, name=found.name())


def _signature(found: SignatureView | None) -> shapes.Signature | None:
    if found is None:
        return None
    return shapes.Signature(
        version=found.version,
        signed_at=found.signed_at,
        url=f"{settings().base_url}/conduct/{found.version}",
    )
