"""What programs may ask with: every parameter named, bounded, and refused where it means nothing.

Pages leave out what they cannot read in an address. A program is told instead, so that a misspelt
filter never passes for an answer about everybody.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any, Literal, cast

from fastapi import Query as Asked
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError

from app.core.i18n import current_locale
from app.directory.policy import (
    FILTERS,
    LONGEST,
    PER_PAGE,
    Query,
    Sort,
    former_provinces,
    vocabulary,
)
from app.directory.recognition import LONGEST as LONGEST_LINE

MOST_MEMBERS = 100
MOST_LINES = 1000
LONGEST_CURSOR = 500
SEVERAL = frozenset(FILTERS)  # the parameters that may come more than once


class Known:
    """Marks a text as one of the values of a filter, in validation and in the description alike."""

    def __init__(self, name: str) -> None:
        self.name = name

    def values(self) -> list[str]:
        """Every value that is understood, those of before a merger of provinces at the end."""
        former = former_provinces() if self.name == "province" else ()
        return [*vocabulary(self.name), *former]

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> Any:
        """Let pydantic ask `check` after all else."""
        return handler(Annotated[source, AfterValidator(self.check)])

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> JsonSchemaValue:
        """The values as they are when the description is made: years go on."""
        return {"type": "string", "enum": self.values()}

    def check(self, given: str) -> str:
        """Let a known value pass.

        Raises:
            PydanticCustomError: it is none.
        """
        if given not in self.values():
            raise PydanticCustomError("unknown_value", "unknown value")
        return given


def _plain_bool(given: object) -> object:
    """True and false as JSON writes them, and no other way."""
    if isinstance(given, str) and given not in ("true", "false"):
        raise PydanticCustomError("unknown_value", "true or false")
    return given


def _chosen(name: str, description: str) -> Any:
    return Field(default=[], description=f"{description} Several: any of them.", title=name)


Language = Literal["vi", "en", "fr"]
Cursor = Annotated[str, Field(max_length=LONGEST_CURSOR, json_schema_extra={"format": "cursor"})]
ChangeCursor = Annotated[
    str, Field(max_length=LONGEST_CURSOR, json_schema_extra={"format": "change-cursor"})
]
Flag = Annotated[bool, BeforeValidator(_plain_bool)]


def _spoken() -> Language:
    return cast("Language", current_locale())


class Asking(BaseModel):
    """The parameters of one operation; one that it does not have is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Language = Field(
        default_factory=_spoken,
        description="The language of words; without it `Accept-Language`, then Vietnamese.",
    )


class MembersAsked(Asking):
    """Which members, in which order, how many at a time."""

    q: str = Field("", max_length=LONGEST, description=(
        "Free text: names, handles, biographies and topics; accents are optional, typing errors"
        " forgiven. A text without a letter or digit asks for nothing."
    ), examples=["den vau"])  # fmt: skip
    topic: list[Annotated[str, Known("topic")]] = _chosen("topic", "What they speak about.")
    province: list[Annotated[str, Known("province")]] = _chosen(
        "province", "Where they live; a province of before 1 July 2025 means the one it is in now."
    )
    platform: list[Annotated[str, Known("platform")]] = _chosen(
        "platform", "Where they hold a proven channel."
    )
    tier: list[Annotated[str, Known("tier")]] = _chosen(
        "tier", "The size of their largest proven channel."
    )
    language: list[Annotated[str, Known("language")]] = _chosen("language", "What they speak.")
    method: list[Annotated[str, Known("method")]] = _chosen(
        "method", "How one of their channels was proven."
    )
    since: list[Annotated[str, Known("since")]] = _chosen("since", "The year they became a member.")
    standing: list[Annotated[str, Known("standing")]] = _chosen(
        "standing", "Their standing; without it only members in good standing."
    )
    sort: Sort = Field(Sort.RELEVANCE, description="`relevance` without a `q` is `newest`.")
    limit: int = Field(PER_PAGE, ge=1, le=MOST_MEMBERS, description="How many at most.")
    after: Cursor = Field("", description="`next` of the page before.")
    facets: Flag = Field(False, description="Whether to count all that fit, and by filter.")

    def query(self) -> Query:
        """The same question as the page of the directory asks it."""
        pairs = [(name, value) for name in FILTERS for value in getattr(self, name)]
        return Query.parse([*pairs, ("q", self.q), ("sort", self.sort)])


class MemberAsked(Asking):
    """One member."""


class CheckAsked(Asking):
    """One account to check."""

    q: str = Field(
        min_length=1, max_length=LONGEST_LINE, description="A link, a handle or a member number.",
        examples=["https://www.tiktok.com/@bepnhasuong"],
    )  # fmt: skip


class ManyAsked(Asking):
    """The language of many answers."""


class Lines(BaseModel):
    """Accounts to check, one a line."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={"example": {"lines": ["@bepnhasuong", "DTA-26-00001-0"]}},
    )

    lines: list[Annotated[str, Field(max_length=LONGEST_LINE)]] = Field(
        min_length=1, max_length=MOST_LINES, description="Links, handles or member numbers."
    )


class ChangesAsked(Asking):
    """From where on, and how many."""

    since: ChangeCursor = Field("", description=(
        "`next` of the answer before. Without it from the beginning: that makes a whole copy."
    ))  # fmt: skip
    limit: int = Field(MOST_MEMBERS, ge=1, le=MOST_MEMBERS, description="How many at most.")


def refused(name: str, kind: str, part: str = "query") -> RequestValidationError:
    """The refusal of the parameter `name`, for what only its use can tell."""
    return RequestValidationError([{"type": kind, "loc": (part, name), "msg": kind, "input": ""}])


async def each_once(request: Request) -> None:
    """Let no parameter come twice but filters: which of the two is meant, nobody knows.

    Raises:
        RequestValidationError: one does.
    """
    twice = _twice(name for name, _value in request.query_params.multi_items())
    if twice:
        raise refused(twice, "given_twice")


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    for name in names:
        if name in seen and name not in SEVERAL:
            return name
        seen.add(name)
    return ""


MembersQuery = Annotated[MembersAsked, Asked()]
MemberQuery = Annotated[MemberAsked, Asked()]
CheckQuery = Annotated[CheckAsked, Asked()]
ManyQuery = Annotated[ManyAsked, Asked()]
ChangesQuery = Annotated[ChangesAsked, Asked()]
