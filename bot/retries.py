"""Retries: what is tried again, how often, and why that is safe; docs/retries.md is this table."""

import sys
from dataclasses import dataclass

from crm.conversations import ATTEMPTS as TURN_ATTEMPTS
from crm.conversations import LEASE as TURN_LEASE
from crm.deliveries import RETRY_STEPS


@dataclass(frozen=True, slots=True)
class Retry:
    """`first` and `longest` are seconds; each pause is twice the one before. `tries` None: until it works."""

    what: str
    first: float
    longest: float
    tries: int | None
    why: str

    def pause(self, failed: int) -> float:
        """Seconds to wait after that many tries have failed, from 1."""
        return min(self.first * 2.0 ** min(failed - 1, 30), self.longest)

    def ends(self, failed: int) -> bool:
        """Whether that was the last try."""
        return self.tries is not None and failed >= self.tries


CALL = Retry(
    "a call to Telegram that met a 5xx or a network fault",
    1, 4, 4,
    "reading, editing and answering a button change nothing the second time; a post is repeated only after a 5xx or"
    " a refused connection, and never where its answer was lost",
)  # fmt: skip
ANSWER = Retry(
    "the answer owed to an update",
    1, 10, 5,
    "its row says that it is owed. Only tries that Telegram may have taken count; while Telegram can't be reached or"
    " refuses the token it is waited for",
)  # fmt: skip
STORAGE = Retry(
    "any step of an update while PostgreSQL is away, refuses the password or only reads",
    0.5, 10, None,
    "a transaction that did not commit has done nothing, and one whose commit was not heard of is found in"
    " handled_updates",
)  # fmt: skip
EFFECT = Retry(
    "an update that not even the error handler could answer",
    1, 10, 3,
    "its transaction was rolled back; after the last try it is recorded and passed",
)  # fmt: skip
POLL = Retry(
    "asking for updates while Telegram is away",
    1, 15, None,
    "reading changes nothing; the offset passes only what is finished",
)  # fmt: skip
TOKEN = Retry(
    "asking for updates with a token that worked and is refused now",
    2, 30, None,
    "nothing is taken up meanwhile; it is said once, and goes on by itself once the token is good again",
)  # fmt: skip
CONFLICT = Retry(
    "asking for updates while another process does",
    1, 1, None,
    "a restart where the old process is just ending; three in a row, eight for whoever was first, end the process",
)  # fmt: skip
REDIS = Retry(
    "Redis, after it was away or slow",
    5, 5, None,
    "nothing depends on it: until then each process keeps its own limits and asks PostgreSQL",
)  # fmt: skip
MODEL = Retry(
    "a call to a model: at a fault the next of the models at once, and after the last of them all again",
    1, 4, 3,
    "429, 5xx, silence and a broken connection count, a refused key or request does not; a Retry-After of up to 20 s is"
    " kept, a longer one ends it. What the model had done is in the turn's row, its tools are not run again, the person"
    " has seen a preview only, and each try is paid for in the budgets",
)  # fmt: skip


# Seconds that an answer is waited for in its chat's lane, more than a full group takes (crm.sends.GROUP), so that
# answers keep their order; beyond them its row is what waits.
HELD = 90

TABLE = (CALL, ANSWER, STORAGE, EFFECT, POLL, TOKEN, CONFLICT, REDIS, MODEL)


def as_page() -> str:
    """docs/retries.md."""
    rows = [f"| {one.what} | {_pauses(one)} | {one.tries or 'until it works'} | {one.why} |" for one in TABLE]
    steps = ", ".join(_seconds(step.total_seconds()) for step in RETRY_STEPS)
    rows += [
        f"| an answer that Telegram wants only after more than {_seconds(HELD)} | as long as it says, {_seconds(60)} at"
        f" least | {ANSWER.tries} | the update is finished and the answer waits in its row, with a lease for whoever"
        " sends it; tries count as above |",
        f"| a reminder that was not sent | {steps}, then the last again | until it works | its row is leased, and the"
        " lease is checked before each sending; a chat that is gone ends it |",
        f"| a message to an assistant whose process ended | when its lease of"
        f" {_seconds(TURN_LEASE.total_seconds())} runs out | {TURN_ATTEMPTS} | its row is leased; an answer that was"
        " kept is only sent, the model isn't asked again |",
    ]
    return "\n".join(
        [
            "# What is tried again",
            "",
            "Made by `.venv/bin/python -m bot.retries > docs/retries.md` from `bot/retries.py`; a test compares both."
            " A pause is twice the one before, up to the longest. What is not in this table is not tried again.",
            "",
            "| what | pauses | tries | why it is safe |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _pauses(one: Retry) -> str:
    if one.first == one.longest:
        return _seconds(one.first)
    return f"{_seconds(one.first)} to {_seconds(one.longest)}"


def _seconds(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"


def model_pause(failed: int) -> float | None:
    """Seconds after so many rounds of all models, None after the last."""
    return None if MODEL.ends(failed) else MODEL.pause(failed)


if __name__ == "__main__":
    sys.stdout.write(as_page())
