"""Structured logs: JSON lines for machines, readable lines at a desk. No personal data.

What an exception says may quote what somebody typed, or a row of theirs: the JSON lines keep where
it came from, what kind it is and what the system or PostgreSQL called it, and leave its words out.
"""

import logging
import sys
import traceback

import structlog

from app.core.config import settings


def trace(error: BaseException) -> str:
    """How `error` came about: the frames and kinds of it and of what led to it, without words."""
    told = "".join(traceback.format_tb(error.__traceback__)) + _kind(error)
    led = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    parts = [told, *map(trace, getattr(error, "exceptions", ()))]
    return "\n".join([trace(led), *parts] if led else parts)


def _kind(error: BaseException) -> str:
    """The class of `error`, and its name in the system's or PostgreSQL's own vocabulary."""
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    facts = (
        error.strerror if isinstance(error, OSError) else None,
        getattr(error, "sqlstate", None),
        getattr(getattr(error, "diag", None), "constraint_name", None),
    )
    known = [fact for fact in facts if isinstance(fact, str)]
    return f"{name} ({', '.join(known)})" if known else name


def _tell_exception(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if isinstance(given, tuple):
        error = given[1]
    if error is not None:
        event["exception"] = trace(error)
    return event


def configure() -> None:
    """Set up logging for this process (web, worker, command)."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    last: list[structlog.typing.Processor] = (
        [_tell_exception, structlog.processors.JSONRenderer()]
        if settings().log_format == "json"
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                exception_formatter=structlog.dev.plain_traceback,  # the other shows all values
            )
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for noisy in ("httpx2", "httpx", "procrastinate", "asyncio", "alembic", "uvicorn.access"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
