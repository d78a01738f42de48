"""Logs: lines with fields, for people or as JSON, that name places and types and never what a person wrote."""

import logging
import re
import sys
import traceback
from copy import copy
from typing import Any

import structlog

_TOKEN = re.compile(r"\d{6,}:[\w-]{30,}")


def start_logs(level: str, form: str) -> None:
    """structlog for our lines, the standard logging of libraries beside it; no words and no tokens in either."""
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(lambda what: traceback_of(what[1])),
            without_tokens,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Wordless("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("aiogram").setLevel(logging.ERROR)
    for name in ("apscheduler", "asyncio"):
        logging.getLogger(name).setLevel(logging.ERROR)


def traceback_of(error: BaseException | None) -> str:
    """Where it was raised and of which types it is, causes first; messages may quote a person, so they stay out."""
    if error is None:
        return ""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{traceback_of(cause)}\nwhich led to:\n" if cause is not None else ""
    kind = type(error)
    own = "".join(traceback.format_tb(error.__traceback__)) + f"{kind.__module__}.{kind.__qualname__}"
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    return before + own + "".join(f"\nwith:\n{traceback_of(one)}" for one in inner)


def without_tokens(_logger: Any, _method: str, line: Any) -> Any:
    """No bot token in any value, whatever URL it hides in."""
    return {
        key: _TOKEN.sub("<token>", value) if isinstance(value, str) else value for key, value in line.items()
    }


class _Wordless(logging.Formatter):
    """The same for lines of libraries. The event loop's own have what a task or a callback failed of below their first
    line, in its words."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":
            record = copy(record)
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return _TOKEN.sub("<token>", super().format(record))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's own name
        return traceback_of(ei[1])
