"""Reading TXT records at the very servers of a zone, which no cache makes late."""

from app.channels.fetcher.errors import NotFound


class Zones:
    """Asks name servers about names that users gave."""

    async def txt(self, name: str) -> tuple[str, ...]:
        """The TXT records of `name`, each with its parts joined; () when it has none.

        Raises:
            FetchFailed: its zone could not be asked.
        """
        raise NotFound(name)


_installed: Zones | None = None


def install_zones(chosen: Zones | None) -> None:
    """Let this process read zones through `chosen`; only the tests' own entry points call this."""
    global _installed  # noqa: PLW0603 - one a process, set at its start
    _installed = chosen


def zones() -> Zones:
    """The reader of zones of this process: the guarded one, unless a test installed its own."""
    return _installed or Zones()
