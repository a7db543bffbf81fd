"""The assessment of five pillars: points, marks, and when a decision goes against them.

Source: design §2, "Assessment"; the pillars and marks are `data/pillars.yaml`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil

from app.applications.models import Status
from app.core.crypto import canonical_json, digest
from app.core.i18n import gettext as _
from app.core.reference import Pillar, reference

MOST_NOTE = 2000  # characters, of a note or of the evidence
BELOW_MARK = "below_mark"  # the one reason for a refusal that the sheet itself must say


@dataclass(frozen=True, slots=True)
class Score:
    """What one pillar was given so far."""

    points: int | None = None
    note: str = ""
    evidence: str = ""

    @property
    def complete(self) -> bool:
        """Whether it counts: points, and a note that says why."""
        return self.points is not None and bool(self.note)

    @property
    def mark(self) -> str:
        """Changes whenever the score does: what the sheet carries as seen."""
        return digest(canonical_json([self.points, self.note, self.evidence]))[:16]


UNSCORED = Score()


def least(pillar: Pillar) -> int:
    """The points under which `pillar` is too weak, whatever the total."""
    return ceil(pillar.points * reference.assessment.minimum_share)


@dataclass(frozen=True, slots=True)
class Line:
    """One pillar of the sheet, with what it was given."""

    pillar: Pillar
    score: Score

    @property
    def least(self) -> int:
        """The points to reach in this pillar."""
        return least(self.pillar)

    @property
    def weak(self) -> bool:
        """Whether it has points, and too few."""
        return self.score.points is not None and self.score.points < self.least


@dataclass(frozen=True, slots=True)
class Sheet:
    """All pillars with what they were given; a pillar that is not in `scores` was given nothing."""

    scores: Mapping[str, Score]

    def __iter__(self) -> Iterator[Line]:
        """The lines, in the order of the file."""
        for key, pillar in reference.pillars.items():
            yield Line(pillar, self.scores.get(key, UNSCORED))

    @property
    def total(self) -> int:
        """The points given so far."""
        return sum(line.score.points or 0 for line in self)

    @property
    def done(self) -> int:
        """How many pillars are complete."""
        return sum(line.score.complete for line in self)

    @property
    def complete(self) -> bool:
        """Whether every pillar is."""
        return all(line.score.complete for line in self)

    @property
    def reaches_mark(self) -> bool:
        """Whether it is complete, the total reaches the mark, and no pillar is too weak."""
        enough = self.total >= reference.assessment.pass_mark
        return self.complete and enough and not any(line.weak for line in self)

    def is_against(self, decision: Status) -> bool:
        """Whether `decision` (approved or declined) goes against the mark and needs a reason.

        An assessment that is not complete speaks neither for nor against.
        """
        if not self.complete:
            return False
        return self.reaches_mark is (decision is Status.DECLINED)


def bears_out(sheet: Sheet, reason: str) -> bool:
    """Whether `reason`, a key of `moves.DECLINE_REASONS`, is not belied by the assessment."""
    return reason != BELOW_MARK or (sheet.complete and not sheet.reaches_mark)


def lacks(sheet: Sheet, *, has_proof: bool, has_signed: bool) -> tuple[str, ...]:
    """What stands in the way of an approval, in the reader's words; empty when nothing does.

    Args:
        has_proof: whether one channel at least is proven now.
        has_signed: whether they signed the code in its version in force.
    """
    found = []
    if not sheet.complete:
        found.append(_("The assessment is not complete: every pillar needs points and a note."))
    if not has_proof:
        found.append(_("No channel is proven at this moment."))
    if not has_signed:
        found.append(_("The code of conduct in force is not signed."))
    return tuple(found)
