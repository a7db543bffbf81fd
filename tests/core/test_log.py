"""What the log tells of failures."""

import json
import logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from psycopg import errors
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import log
from app.core.config import settings

WHO = "Nguyễn Khánh Linh"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is written to the log as JSON, line by line."""
    written: list[str] = []
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setenv("PORTAL_LOG_FORMAT", "json")
    settings.cache_clear()
    log.configure()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    monkeypatch.setattr(handler, "emit", lambda record: written.append(handler.format(record)))
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    monkeypatch.undo()
    settings.cache_clear()


def fail_over(name: str) -> None:
    """Fail with somebody's name in the words, because of another failure with it."""
    try:
        int(name)
    except ValueError as wrong:
        raise LookupError(f"no {name}") from wrong


def test_a_failure_is_told_without_its_words(lines: list[str]) -> None:
    logger = structlog.get_logger("test")
    structlog.contextvars.bind_contextvars(request_id="abcd1234")
    try:
        fail_over(WHO)
    except LookupError as failure:
        logger.exception("failure", exc_info=failure)
        logging.getLogger("elsewhere").exception("another's")
    structlog.contextvars.clear_contextvars()

    told = [json.loads(line) for line in lines]
    assert [one["event"] for one in told] == ["failure", "another's"]
    assert [one["request_id"] for one in told] == ["abcd1234"] * 2
    for one in told:
        assert one["level"] == "error"
        assert WHO not in json.dumps(one, ensure_ascii=False)
        assert one["exception"].count(__file__) == 3
        kinds = [line for line in one["exception"].splitlines() if not line.startswith(" ")]
        assert kinds == ["ValueError", "LookupError"]


def test_what_the_system_calls_it_stays() -> None:
    assert log.trace(ConnectionRefusedError(111, "Connection refused", "linh@vidu.example")) == (
        "ConnectionRefusedError (Connection refused)"
    )
    group = ExceptionGroup("Linh", [KeyError("Linh"), ValueError("Linh")])
    assert log.trace(group) == "ExceptionGroup\nKeyError\nValueError"


async def test_a_row_that_is_refused_is_named_by_its_constraint(session: AsyncSession) -> None:
    row = {"key": "99", "name": WHO}
    add = text("INSERT INTO provinces VALUES (:key, :name)")
    await session.execute(add, row)
    with pytest.raises(IntegrityError) as refused:
        await session.execute(add, row)

    found = log.trace(refused.value)
    assert WHO not in found
    assert f"UniqueViolation ({errors.UniqueViolation.sqlstate}, pk_provinces)" in found
    assert WHO not in str(refused.value)


def test_nothing_is_told_where_nothing_failed(lines: list[str]) -> None:
    assert sys.exc_info() == (None, None, None)
    structlog.get_logger("test").error("no more", exc_info=True)
    assert "exception" not in json.loads(lines[0])
