"""When one look by staff is not enough. Pure.

Source: issue 5 §2 ("a second reviewer for more than a million followers").
"""

from collections.abc import Iterable

LARGE = 1_000_000


def needs_second(counts: Iterable[int | None]) -> bool:
    """Whether a channel is so large that two reviewers must see it.

    Args:
        counts: every count known of it, by whomever: who says less than before gains nothing.
    """
    return any(count is not None and count > LARGE for count in counts)
