"""What the API answers: shapes with names that stay. Times are UTC (RFC 3339), days Vietnam's.

A field may be added in this version of the API; none is renamed, taken away or given other values.
"""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from app.directory.api import examples


def utc(moment: datetime) -> str:
    """An instant as the API writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


Moment = Annotated[datetime, PlainSerializer(utc, when_used="json")]


class Shape(BaseModel):
    """Every shape: frozen, so that it can be kept and shown again."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Term(Shape):
    """A value of a vocabulary: a code that stays, and its words in the language asked for."""

    code: str = Field(examples=["food"])
    name: str = Field(examples=["Food & drink"])


class Channel(Shape):
    """A channel that the member has proven to be theirs, and holds.

    Of who is no member today only which channel it was is told.
    """

    model_config = ConfigDict(json_schema_extra={"example": examples.CHANNEL})

    platform: Term
    handle: str = Field(description="As its owner writes it.")
    url: str = Field(description="Its canonical address.")
    followers: int | None = Field(description="Null when nobody has counted.")
    followers_counted_on: date | None
    followers_source: Term | None = Field(description="Who counted.")
    proof: Term | None = Field(description="How it was proven.")
    proven_at: Moment | None
    state: Term | None = Field(
        description=(
            "`proven`; `stale`: not seen again when last looked for; `disputed`: the alliance"
            " examines whose it is. All three count as held."
        )
    )
    state_since: Moment | None
    evidence: str = Field(description="The page that shows how it was proven, for people.")


class LostChannel(Shape):
    """A channel that the member had proven, and that nobody has shown to be theirs since."""

    platform: Term
    handle: str
    url: str
    proven_at: Moment
    lost_at: Moment
    evidence: str = Field(description="The page that shows what became of it, for people.")


class Member(Shape):
    """A member as the public knows them.

    Of who is no member today only what others need to know is told: no portrait, biography, topics
    or languages.
    """

    model_config = ConfigDict(json_schema_extra={"example": examples.MEMBER})

    number: str = Field(description="The member number: unique, never given again.")
    serial: int = Field(description="The serial number within `number`.")
    name: str = Field(description="The stage name.")
    legal_name: str | None = Field(description="Null unless its owner made it public.")
    url: str = Field(description="The public profile.")
    standing: Term
    standing_since: Moment
    standing_until: date | None = Field(description="The last day of a suspension.")
    standing_reasons: str | None = Field(description="The statement of reasons of a sanction.")
    verified_since: Moment = Field(description="When they first became a member.")
    term_ends_on: date = Field(description="The last day of the term of twelve months.")
    biography: str | None
    topics: list[Term]
    languages: list[Term]
    province: Term
    portrait: str | None = Field(description="The address of a picture (WebP).")
    channels: list[Channel] = Field(description="Most followers first.")
    lost_channels: list[LostChannel] = Field(
        description="Those that are proven no longer; empty of who is no member today."
    )


class Move(Shape):
    """One change of a standing."""

    at: Moment
    old: Term | None = Field(description="Null: the membership began.")
    new: Term
    until: date | None = Field(description="The last day of a suspension or of a bar.")


class Signature(Shape):
    """The version of the code of conduct that they signed last."""

    version: str
    signed_at: Moment
    url: str


class Profile(Member):
    """A member with the history of their standing."""

    model_config = ConfigDict(json_schema_extra={"example": examples.PROFILE})

    history: list[Move] = Field(description="Every change of standing, newest first.")
    code_of_conduct: Signature | None
    record: str = Field(
        description=(
            "The member's entries of the transparency log, as JSON: each with what is opened of it"
            " and the address of its proof."
        )
    )


class Count(Term):
    """A value of a filter, and how many members choosing it would find."""

    count: int


class MembersPage(Shape):
    """One page of members."""

    members: list[Member]
    next: str | None = Field(
        description="The cursor of the next page, for `after`; null on the last one."
    )
    total: int | None = Field(description="How many members fit; null unless `facets=true`.")
    facets: dict[str, list[Count]] | None = Field(
        description=(
            "For each filter its values, with how many members would be found were that value"
            " chosen and all other filters kept. Null unless `facets=true`."
        )
    )


class Change(Shape):
    """One member who changed. Only the latest change of each member is told."""

    serial: int = Field(description="The serial number of the member: what a copy is kept under.")
    number: str | None = Field(description="Null when the member is gone.")
    standing: Term | None
    changed_at: Moment
    gone: bool = Field(description="True: the member was erased; erase them from the copy.")
    member: Member | None = Field(description="The member as they are now; null when gone.")


class ChangesPage(Shape):
    """What changed since a cursor, in the order in which to take it over."""

    changes: list[Change]
    next: str = Field(description="The cursor to go on from, now or later: never empty.")
    more: bool = Field(description="Whether there is more to fetch at once.")


class Wrong(Shape):
    """One thing that is wrong in a request."""

    where: str = Field(alias="in", description="The part of the request: query, path or body.")
    pointer: str = Field(description="A JSON pointer to it within that part.")
    code: str
    detail: str


class Problem(BaseModel):
    """What went wrong (RFC 9457). `type` leads to its explanation."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[Wrong] | None = None
    request_id: str | None = None


class Proof(Shape):
    """A channel that a check was about: how it was proven, since when, and until when."""

    platform: Term
    handle: str
    url: str
    proof: str = Field(description="How it was proven, in words.")
    proven_at: Moment
    proven_until: Moment | None = Field(description="When the proof ended; null while it holds.")
    state: Term = Field(description="`proven`, `stale`, `disputed` or `lost`.")
    state_since: Moment
    evidence: str | None = Field(
        description="The page that shows how it was proven; null of one that was taken off."
    )


class Holder(Shape):
    """A member whom an answer of the check is about, with the channels that were asked for."""

    number: str
    name: str
    url: str
    standing: Term
    standing_since: Moment
    verified_since: Moment
    channels: list[Proof] = Field(description="Those that the answer is about.")
    last_seen_at: Moment | None = Field(
        description="When the proof of these channels was last looked at."
    )


class Likeness(Shape):
    """A member whom the account looks like without being theirs, and where the two differ."""

    member: Holder
    by_name: bool = Field(description="True: it is the member's name that it looks like.")
    asked: str = Field(description="What was asked for, as it was compared.")
    real: str = Field(description="What the member has.")
    differences: list[str] = Field(description="Each difference, in words.")


class Check(Shape):
    """What is true at this moment of one account."""

    model_config = ConfigDict(json_schema_extra={"example": examples.CHECK})

    given: str = Field(description="What was asked for, as it was given.")
    verdict: Term = Field(description="The answer; the codes are explained on /api.")
    meaning: str = Field(description="What the answer means.")
    detail: str = Field(description="What else is to be said; often empty.")
    read_as: str = Field(description="How it was understood; empty when it was not.")
    members: list[Holder] = Field(description="Whom the answer is about; often nobody.")
    look_alikes: list[Likeness] = Field(description="Whom it looks like, the closest first.")
    url: str = Field(description="The same answer for people, to be shared.")


class Checks(Shape):
    """The answers to many lines, in their order."""

    checks: list[Check]
