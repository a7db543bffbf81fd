"""When the log must not sign: two checkpoints of one name that no tree fits would be its end. Pure.

What was ever signed is known from three places: the database, the memory (a file beside it, written
before each checkpoint is published) and the witnesses. The tree at hand has to extend what each of
them holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.trustlog.policy.checkpoints import Checkpoint


class Because(StrEnum):
    """Why nothing is signed."""

    BROKEN = "broken"
    BEHIND = "behind"
    DIFFERENT = "different"
    NO_MEMORY = "no-memory"
    OLD_MEMORY = "old-memory"
    UNREADABLE = "unreadable"
    UNWRITABLE = "unwritable"
    ANOTHER_NAME = "another-name"
    WITNESSED = "witnessed"


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree in the database: its size, and its root at each size that somebody holds."""

    size: int
    roots: Mapping[int, bytes]


class WillNotSign(Exception):
    """The log signs nothing until an operator has looked; entries wait meanwhile."""

    def __init__(self, because: Because, sentence: str) -> None:
        super().__init__(sentence)
        self.because = because
        self.sentence = sentence


def check(tree: Tree, origin: str, published: Checkpoint | None, memory: Checkpoint | None) -> None:
    """Let pass what extends all that was signed so far.

    Args:
        tree: as the rows of tiles have it.
        origin: the log's name in the configuration.
        published: the newest checkpoint in the database.
        memory: the last one signed, as the file beside the database has it.

    Raises:
        WillNotSign: it does not, or nobody can tell.
    """
    if memory is None and published is None:
        return
    if memory is None:
        raise WillNotSign(
            Because.NO_MEMORY,
            "The database has checkpoints, but the memory of what was signed is gone: nobody can"
            " tell whether later ones were given out. Put the file back. If this database is"
            " surely the newest, say so with `portal log adopt`.",
        )
    if memory.origin != origin:
        raise WillNotSign(
            Because.ANOTHER_NAME,
            f"The log signed as {memory.origin} and is now to be called {origin}. A log keeps its"
            " name: set PORTAL_LOG_ORIGIN to the former one. To begin a log of the new name with"
            " the same entries, say so with `portal log adopt`.",
        )
    extends(tree, memory)
    if published is not None:
        _not_older(memory, published)
        extends(tree, published)


def extends(tree: Tree, held: Checkpoint) -> None:
    """Let pass a tree that begins with what `held` tells of.

    Raises:
        WillNotSign: it does not.
    """
    if held.size > tree.size:
        raise WillNotSign(
            Because.BEHIND,
            f"A checkpoint of {held.size} entries was signed, and the database has {tree.size}: it"
            " was restored from an older copy, or is another one. To go on would be to sign a"
            " second history. Restore the newest copy; docs/trust.md says what to do without one.",
        )
    if tree.roots.get(held.size) != held.root:
        raise WillNotSign(
            Because.DIFFERENT,
            f"The first {held.size} entries in the database are not those that were signed: rows"
            " of the log were changed, or this is another database. Restore a copy from before"
            " that; docs/trust.md says what to do without one.",
        )


def _not_older(memory: Checkpoint, published: Checkpoint) -> None:
    if memory.size < published.size:
        raise WillNotSign(
            Because.OLD_MEMORY,
            f"The memory ends with a checkpoint of {memory.size} entries, and the database has one"
            f" of {published.size}: this memory was not there when that was signed, and cannot"
            " tell whether later ones were given out. Put the newest file back. If this database"
            " is surely the newest, say so with `portal log adopt`.",
        )


def witnessed(name: str, size: int, held: int) -> WillNotSign:
    """What is said when the witness `name` holds `held` entries, and the tree has `size`."""
    told = (
        f"it cosigned a checkpoint of {held} entries, and the database has {size}"
        if held > size
        else f"it cosigned another tree of {held} entries"
    )
    return WillNotSign(
        Because.WITNESSED,
        f"The witness {name} knows another history: {told}. The database was restored from an older"
        " copy, or rows of the log were changed. Restore the newest copy; docs/trust.md says what"
        " to do without one.",
    )
