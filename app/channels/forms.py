"""The forms of channels."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from babel.support import LazyProxy
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from app.channels.methods import METHODS
from app.channels.policy.disputes import MOST_OF_A_SIDE
from app.channels.policy.followers import MOST_FOLLOWERS, read_followers
from app.channels.policy.links import recognise
from app.channels.policy.platforms import platforms
from app.channels.policy.proofs import MOST_WORDS
from app.channels.policy.reasons import REASONS, NotRecognised
from app.core.i18n import lazy_gettext as _l
from app.web.forms import FormModel, Line, Paragraphs


def _as_written(given: Any) -> Any:
    read = read_followers(given) if isinstance(given, str) else None
    return given if read is None else read


Followers = Annotated[int, BeforeValidator(_as_written), Field(ge=0, le=MOST_FOLLOWERS)]
"""A count as people write it, short forms included."""

_COUNT = _l("Write a number, such as 12000 or 12.3K.")
_WORDS = Field(max_length=MOST_WORDS)


class AddForm(FormModel):
    """A further channel of one's own."""

    platform: str | None = None
    link: Line
    followers: Followers | None = None

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "link.missing": REASONS["empty"],
        "followers": _COUNT,
    }

    @field_validator("platform")
    @classmethod
    def _known(cls, given: str | None) -> str | None:
        if given and given not in platforms():
            raise ValueError(str(REASONS["platform"]))
        return given

    @field_validator("link")
    @classmethod
    def _recognised(cls, given: str, info: ValidationInfo) -> str:
        try:
            recognise(given, info.data.get("platform"))
        except NotRecognised as refused:
            raise ValueError(str(refused)) from refused
        return given


class FollowersForm(FormModel):
    """How many follow one's channel, as of today; left blank, the count is taken off."""

    seen: int
    followers: Followers | None = None

    messages: ClassVar[Mapping[str, LazyProxy]] = {"followers": _COUNT}


class RemoveForm(FormModel):
    """Taking a channel off one's own."""

    seen: int


class BeginForm(FormModel):
    """The way of proving that was chosen."""

    method: str

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "method": _l("Choose how you want to prove the channel.")
    }

    @field_validator("method")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in METHODS:
            raise ValueError(given)
        return given


class VisitForm(FormModel):
    """A visit to the platform; whether the count may be kept fresh from then on."""

    keep: bool = False


class ConfirmForm(FormModel):
    """What staff saw that makes the channel its owner's."""

    seen: int
    note: Annotated[Paragraphs, _WORDS]
    counted: Followers | None = None

    takes_file: ClassVar[bool] = True  # `capture`: what the screen showed
    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "note.missing": _l("Write down what you looked at and what you saw."),
        "counted": _COUNT,
    }


class RefuseForm(FormModel):
    """Why staff cannot confirm the channel."""

    seen: int
    because: Annotated[Paragraphs, _WORDS]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "because.missing": _l("Write the reason: the owner reads it.")
    }


class TakeAwayForm(RefuseForm):
    """Why the proof no longer holds."""


class CorrectForm(FormModel):
    """How many followers staff saw, and when; today when no day is given."""

    seen: int
    followers: Followers
    counted_on: date | None = None

    messages: ClassVar[Mapping[str, LazyProxy]] = {"followers": _COUNT}


class SettleCountForm(FormModel):
    """What staff found behind a count that jumps; and the count that they saw, where it differs."""

    because: Annotated[Paragraphs, _WORDS]
    followers: Followers | None = None

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "because.missing": _l("Write down what you looked at and what you saw."),
        "followers": _COUNT,
    }


class SettleNoticeForm(FormModel):
    """What staff decided about somebody without a proven channel."""

    because: Annotated[Paragraphs, _WORDS]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "because.missing": _l("Write down what was decided, and why.")
    }


class SeeAnewForm(FormModel):
    """What staff saw of a channel that the portal cannot see."""

    seen: int
    note: Annotated[Paragraphs, _WORDS]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "note.missing": _l("Write down what you looked at and what you saw.")
    }


class HearForm(FormModel):
    """Nothing but the wish that both sides be heard."""

    seen: int


class MergeForm(FormModel):
    """Which other row is the same channel, and why."""

    seen: int
    other: UUID
    seen_other: int
    why: Annotated[Paragraphs, _WORDS]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "why.missing": _l("Write down what shows that both are one channel.")
    }


class SideForm(FormModel):
    """What one side of a dispute says to staff."""

    words: Annotated[Paragraphs, Field(max_length=MOST_OF_A_SIDE)]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "words.missing": _l("Write what you want to say.")
    }


class GiveWayForm(FormModel):
    """Giving a disputed channel up, ticked so that it does not happen by accident."""

    seen: int
    sure: Literal["yes"]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "sure": _l("Tick the box if you mean to give the channel up.")
    }


class SpeakForm(FormModel):
    """What staff say to one side of a dispute, or note about it."""

    side: UUID
    words: Annotated[Paragraphs, _WORDS]
    internal: bool = False

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "words.missing": _l("Write what you want to say.")
    }


class DecideForm(FormModel):
    """Whose a disputed channel is: the id of a side's channel, or nobody's of those heard."""

    seen: int
    winner: UUID | Literal["neither"]
    because: Annotated[Paragraphs, _WORDS]

    messages: ClassVar[Mapping[str, LazyProxy]] = {
        "winner": _l("Choose whose the channel is, or neither's."),
        "because.missing": _l("Write the reason: every side reads it."),
    }


def platform_choices() -> list[tuple[str, str]]:
    """Every platform with its name, in the order of the file."""
    return [(p.key, p.name) for p in platforms().values()]


def method_choices(platform: str) -> list[tuple[str, str, str]]:
    """The ways of proving a channel of `platform`: key, title, and what to know of it."""
    return [
        (
            m.key,
            str(m.title),
            " ".join(filter(None, (str(m.summary), str(m.hint(platform) or "")))),
        )
        for m in METHODS.values()
        if m.works_for(platform)
    ]
