"""How many files a process has in hand: each may take memory and seconds."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.core.errors import NotReady


class Hands:
    """Takes in `most` at a time and sends further ones away for `again` seconds."""

    def __init__(self, most: int, again: int) -> None:
        self.most = most
        self.again = again
        self.full = 0

    @contextmanager
    def taken(self) -> Iterator[None]:
        """One hand, for as long as the block lasts.

        Raises:
            NotReady: all are full.
        """
        if self.full >= self.most:
            raise NotReady(self.again)
        self.full += 1
        try:
            yield
        finally:
            self.full -= 1
