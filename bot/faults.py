"""Faults: short references, and reports to Sentry that carry them and nobody's words."""

import secrets
import string
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import structlog

# Crockford's base 32: nothing that reads as something else
_ALPHABET = "".join(sorted(set(string.digits + string.ascii_uppercase) - set("ILOU")))
_ROOMS = ("bot", "handlers", "crm", "db", "llm")
_ROOT = Path(__file__).parent.parent
# What an event is sent with; all else, known to Sentry now or later, stays here.
_KEPT = ("event_id", "timestamp", "level", "platform", "release", "environment", "tags", "exception", "sdk")
LAST_WORDS = 2.0  # seconds; a stop may take twenty
_reference: ContextVar[str | None] = ContextVar("reference", default=None)


def new_reference() -> str:
    """That of the update at hand, so that its log line and its fault have one; else a new one. Eight letters and
    digits, easy to read out."""
    return _reference.get() or "".join(secrets.choice(_ALPHABET) for _ in range(8))


@contextmanager
def referred() -> Iterator[str]:
    """One reference for all that happens inside; every log line carries it."""
    own = _reference.set(None)
    reference = new_reference()
    _reference.set(reference)
    try:
        with structlog.contextvars.bound_contextvars(reference=reference):
            yield reference
    finally:
        _reference.reset(own)


def summary_of(error: BaseException) -> str:
    """What and where, in types and places of the code: "ValueError in handlers/tasks.create_task"."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    places = list(_places(error))
    return f"{name} in {places[-1]}" if places else name


def feature_of(error: BaseException) -> str:
    """The feature it belongs to: the file of its first handler, or of the first room that it passed."""
    rooms = [place.split("/") for place in _places(error)]
    handled = [path for path in rooms if path[0] == "handlers" and path[1].split(".")[0] != "access"]
    path = (handled or rooms or [["unknown", "unknown"]])[0]
    return path[1].split(".")[0]


def _places(error: BaseException) -> Iterator[str]:
    """room/file.function of our own frames, the outermost first."""
    for frame, _line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(_ROOT) and (inside := path.relative_to(_ROOT)).parts[0] in _ROOMS:
            yield f"{inside.with_suffix('').as_posix()}.{frame.f_code.co_name}"


def report(error: BaseException, reference: str) -> None:
    """To Sentry, when it is on. The kind of chat is what the entry has bound to the log's lines."""
    if "sentry_sdk" not in sys.modules:
        return
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        scope.set_tag("reference", reference)
        scope.set_tag("feature", feature_of(error))
        scope.set_tag("chat", structlog.contextvars.get_contextvars().get("chat", "none"))
        scope.capture_exception(error)


def flush() -> None:
    """Before the process ends: what was reported is on its way, in a thread that would end with it. A Sentry that is
    away is waited for no longer than LAST_WORDS."""
    if "sentry_sdk" in sys.modules:
        import sentry_sdk

        sentry_sdk.flush(timeout=LAST_WORDS)


def start_sentry(dsn: str, *, environment: str, release: str) -> None:
    """Nothing a person wrote leaves: no locals, no request bodies, no messages of exceptions, no breadcrumbs."""
    import sentry_sdk

    sentry_sdk.init(
        dsn,
        environment=environment,
        release=release,
        auto_enabling_integrations=False,  # they import openai and pydantic-ai: +1.8 s and +46 MB
        default_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        send_client_reports=False,
        before_send=_scrubbed,  # type: ignore[arg-type]  # Sentry's Event is a TypedDict of its own
    )


def _scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any] | None:
    """Of an exception its type and where it was; an event without one is a message, which may say anything."""
    values = event.get("exception", {}).get("values", [])
    if not values:
        return None
    for one in values:
        one["value"] = ""  # a message may quote what a person typed
        one["mechanism"] = {"type": "generic", "handled": True}
        for frame in one.get("stacktrace", {}).get("frames", []):
            frame.pop("vars", None)
    return {key: value for key, value in event.items() if key in _KEPT}
