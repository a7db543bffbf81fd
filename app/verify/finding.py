"""What was found out about something given: one answer, and the steps that led to it."""

from dataclasses import dataclass, field
from enum import StrEnum

from app.members.queries import MemberView


class Kind(StrEnum):
    """What was given, known by its content."""

    PDF = "pdf"
    CREDENTIAL = "credential"
    BADGE = "badge"  # a picture with a credential in it
    EVIDENCE = "evidence"  # the JSON that is attached to a signature's PDF
    PROOF = "proof"
    OTHER = "other"


class Outcome(StrEnum):
    """The answer in one word."""

    GENUINE = "genuine"  # ours, unchanged, and true today
    PAST = "past"  # ours and unchanged, but no longer true today
    CHANGED = "changed"  # ours, but changed since
    CONTRADICTS = "contradicts"  # signed by our key, and against our own record
    FOREIGN = "foreign"  # not ours
    UNSURE = "unsure"  # cannot be told at this moment, or by this portal
    UNREADABLE = "unreadable"


class Result(StrEnum):
    """How one step ended."""

    GOOD = "good"
    NOTE = "note"  # neither for nor against
    WARN = "warn"  # true, and yet to be minded
    BAD = "bad"
    SKIPPED = "skipped"  # could not be looked at, or no longer matters


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was checked, in words of the reader's language."""

    result: Result
    what: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the document itself says. `exact`: to be read letter by letter."""

    name: str
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to what was given.

    `facts` and `member` are empty unless what was given is proven to be ours: what somebody made
    up is told nothing. `because` says more than the title does.
    """

    kind: Kind
    outcome: Outcome
    title: str
    because: str = ""
    steps: tuple[Step, ...] = ()
    facts: tuple[Fact, ...] = ()
    member: MemberView | None = None
    self_made: bool = False


@dataclass(slots=True)
class Steps:
    """Steps as they are gone, in order."""

    taken: list[Step] = field(default_factory=list)

    def add(self, result: Result, what: str, detail: str = "") -> None:
        """Note how one step ended."""
        self.taken.append(Step(result, what, detail))

    def passed(self, good: bool, what: str, detail: str = "", otherwise: str = "") -> bool:  # noqa: FBT001 - it is the outcome
        """Note that a step was passed, or failed with other words; gives `good` back."""
        self.add(Result.GOOD if good else Result.BAD, what, detail if good else otherwise)
        return good

    def all(self) -> tuple[Step, ...]:
        """All of them."""
        return tuple(self.taken)
