"""What a proof of inclusion says, step by step, and where a picture of it draws each part.

A proof is a list of hashes. To read it one starts at the entry's own hash and combines it with
each in turn, to the left or to the right of what one has (RFC 9162, section 2.1.3.2), until the
hash of the whole tree comes out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.trustlog.policy.merkle import node_hash


@dataclass(frozen=True, slots=True)
class Step:
    """Two hashes and what they make.

    `ours` is the side on which the entry is: "left" or "right". `first` and `last` are the entries
    (from 0, both counted) that the other hash speaks for.
    """

    left: bytes
    right: bytes
    made: bytes
    ours: str
    first: int
    last: int

    @property
    def other(self) -> bytes:
        """The hash that the proof brings along."""
        return self.right if self.ours == "left" else self.left


def siblings(index: int, size: int) -> list[tuple[str, int, int]]:
    """From the entry up: our side, and the entries (first, last) that the other hash speaks for.

    Raises:
        ValueError: there is no such entry in a tree of that size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no entry {index} in a tree of {size}")
    return list(reversed(list(_down(index, size))))


def _down(index: int, size: int) -> Iterator[tuple[str, int, int]]:
    low, high = 0, size
    while high - low > 1:
        middle = low + (1 << ((high - low - 1).bit_length() - 1))
        if index < middle:
            yield "left", middle, high - 1
            high = middle
        else:
            yield "right", low, middle - 1
            low = middle


def steps(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> tuple[Step, ...]:
    """Each step from the entry's hash `leaf` up; the last one makes the root.

    Args:
        path: the hashes of the proof, the leaf's own sibling first.

    Raises:
        ValueError: there is no such entry, or the path is not as long as its way up.
    """
    found, have = [], leaf
    for (ours, first, last), other in zip(siblings(index, size), path, strict=True):
        left, right = (have, other) if ours == "left" else (other, have)
        have = node_hash(left, right)
        found.append(Step(left, right, have, ours, first, last))
    return tuple(found)


WIDTH = 344  # of the picture, in units that are pixels on a phone
BOX, TALL, RISE = 128, 44, 84
LEFT, MIDDLE, RIGHT = 0, (WIDTH - BOX) // 2, WIDTH - BOX


@dataclass(frozen=True, slots=True)
class Box:
    """One hash in the picture. `step` is the step that makes or uses it, from 1; 0 for the leaf."""

    x: int
    y: int
    hash: bytes
    kind: str  # "leaf", "made", "root" or "given"
    step: int


@dataclass(frozen=True, slots=True)
class Line:
    """A line from a hash up to what it becomes part of."""

    x1: int
    y1: int
    x2: int
    y2: int
    step: int


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn, in units of pixels."""

    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def drawn(leaf: bytes, taken: Sequence[Step]) -> Picture:
    """The way up as a ladder, from the entry at the foot to the root at the head.

    Each rung has two hashes on their true sides: what we have, and what the proof brings along.
    """
    height = len(taken) * RISE + TALL + 8
    foot = height - TALL - 4
    boxes = [Box(_own(taken, 0), foot, leaf, "leaf", 0)]
    lines = []
    for n, step in enumerate(taken, 1):
        below, above = foot - (n - 1) * RISE, foot - n * RISE
        ours, other = _own(taken, n - 1), RIGHT if step.ours == "left" else LEFT
        boxes.append(Box(other, below, step.other, "given", n))
        kind = "root" if n == len(taken) else "made"
        own = _own(taken, n)
        boxes.append(Box(own, above, step.made, kind, n))
        to = own + BOX // 2
        lines += [Line(x + BOX // 2, below, to, above + TALL, n) for x in (ours, other)]
    return Picture(height, tuple(boxes), tuple(lines))


def _own(taken: Sequence[Step], n: int) -> int:
    """Where our own hash stands after `n` steps: on its true side, the root in the middle."""
    if n == len(taken):
        return MIDDLE
    return LEFT if taken[n].ours == "left" else RIGHT
