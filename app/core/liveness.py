"""Dead connections are noticed before they are used, without asking the server each time."""

import select
import time
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

QUIET = 5.0  # seconds after which something between here and the server may have cut the line


def watch(engine: AsyncEngine) -> None:
    """Let `engine` open its connections anew when the next one that it would give is dead.

    A server that stops, or ends a session, leaves word of it on the line, where nothing stands
    otherwise: to look at that takes no round trip. Only a connection that was quiet for long is
    asked whether it is still answered.
    """

    def taken(connection: Any, record: ConnectionPoolEntry, _fairy: object) -> None:
        since = record.info.get("put_back")  # None of one that was just opened
        if since is not None and (
            _has_word(connection)
            or (time.monotonic() - since > QUIET and not _answers(engine, connection))
        ):
            raise InvalidatePoolError

    event.listen(engine.sync_engine, "checkin", _put_back)
    event.listen(engine.sync_engine, "checkout", taken)


def _put_back(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["put_back"] = time.monotonic()


def _has_word(connection: Any) -> bool:
    if connection.closed:
        return True
    line = select.poll()
    line.register(connection.driver_connection.fileno(), select.POLLIN)
    return bool(line.poll(0))


def _answers(engine: AsyncEngine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except psycopg.Error:
        return False
