"""The load of the reminder tests: many fall due within seconds, and what must have become of each."""

import asyncio
import re
from dataclasses import dataclass, field

from tests.databases import Database
from tests.flows.fleet import Fleet
from tests.flows.load import PATIENCE
from tests.flows.repeats import repeats_of_kills

_ADD = """
WITH who AS (
    SELECT m.workspace_id, m.id, row_number() OVER (ORDER BY m.id) - 1 AS turn, count(*) OVER () AS people
    FROM members m JOIN people p ON p.id = m.person_id WHERE p.private_chat_id IS NOT NULL
), asked AS (
    INSERT INTO reminders (workspace_id, kind, recipient_id, text)
    SELECT who.workspace_id, 'standalone', who.id, 'job ' || n
    FROM generate_series(1, $1::int) n JOIN who ON who.turn = n % who.people
    RETURNING id, workspace_id, recipient_id, text
)
INSERT INTO reminder_deliveries (workspace_id, reminder_id, recipient_id, due_at)
SELECT workspace_id, id, recipient_id,
       now() + make_interval(secs => $2 + $3 * substr(text, 5)::double precision / $1) FROM asked
"""
_LATE = """
SELECT percentile_disc(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (ORDER BY extract(epoch FROM sent_at - due_at)::float)
FROM reminder_deliveries
"""
_JOB = re.compile(r"job (\d+)\b")


@dataclass(slots=True)
class Told:
    """When Telegram accepted a message about each reminder, in seconds of its clock; its marks in the database."""

    times: dict[int, list[float]] = field(default_factory=dict)
    messages: dict[int, list[int]] = field(default_factory=dict)
    marked: dict[int, int] = field(default_factory=dict)

    @property
    def repeated(self) -> dict[int, list[float]]:
        return {job: times for job, times in self.times.items() if len(times) > 1}


async def fall_due(rows: Database, count: int, *, after: float, within: float) -> None:
    """So many reminders, for each person that started the bot in turn; the first is due `after` seconds."""
    await rows.fetch(_ADD, count, after, within)


async def all_are_marked(rows: Database, count: int) -> None:
    """Until each has been sent and written down. Whoever asks meets a database that is away, too."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                if await rows.count("reminder_deliveries WHERE state = 'sent'") >= count:
                    return
            except (OSError, ConnectionError):
                pass
            await asyncio.sleep(0.5)


async def told_of(fleet: Fleet, rows: Database) -> Told:
    """What Telegram accepted, read from the playground's record of calls."""
    told = Told()
    for call in fleet.playground.world.calls:
        if call["method"].lower() != "sendmessage" or not call["answer"]["ok"]:
            continue
        for job in _JOB.findall(str(call["parameters"].get("text"))):
            told.times.setdefault(int(job), []).append(call["at"])
            told.messages.setdefault(int(job), []).append(call["answer"]["result"]["message_id"])
    for row in await rows.fetch(
        "SELECT r.text, d.telegram_message_id FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id"
        " WHERE d.state = 'sent'"
    ):
        told.marked[int(row[0].split()[1])] = row[1]
    return told


async def lateness(rows: Database) -> list[float]:
    """Seconds from the moment to the mark: median, p99 and the latest."""
    return [round(value, 2) for value in (await rows.fetch(_LATE))[0][0]]


def nothing_is_lost(told: Told, count: int) -> None:
    """Each was told of and is marked with a message that Telegram has."""
    assert sorted(told.times) == list(range(1, count + 1))
    assert sorted(told.marked) == list(range(1, count + 1))
    assert all(told.marked[job] in told.messages[job] for job in told.marked)


def repeats_are_of_kills(told: Told, killed_at: list[float]) -> int:
    """How many came again, each because a process was killed before it had written that down."""
    return repeats_of_kills(told.times, killed_at)
