"""How long a page of a list takes among 100, 10,000 and 1,000,000 tasks of one team, under the application role.

Each figure is the median of RUNS, `enter` and the transaction not counted, beside how many times the smallest team's
it is: a flat list stays near 1. LISTS_SIZES=100,10000 measures less.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy.engine import make_url

from benchmarks.crowd import RARE, fill
from crm.grammar.wordforms import wanted_words
from crm.people import Actor
from crm.storage import Unit
from crm.tasks.filters import Filter, When
from crm.tasks.lists import FOUND, PAGE, Step
from db.migrate import upgrade
from db.people import SqlPeopleDoors
from db.server import start_server
from db.storage import SqlStorage, create_engine
from tests.acting import a_visitor

SIZES = tuple(int(size) for size in os.environ.get("LISTS_SIZES", "100,10000,1000000").split(","))
RUNS = 15
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin"))
Read = Callable[[Unit], Awaitable[object]]
say = sys.stdout.write


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder:
        Path(folder).chmod(0o755)  # as root the server runs as nobody
        server = start_server(Path(folder), say=lambda _line: None, durable=False)
        try:
            asyncio.run(_measure(server.owner_url("postgres")))
        finally:
            server.stop()


async def _measure(server_url: str) -> None:
    found: dict[str, list[float]] = {}
    for size in SIZES:
        for name, seconds in (await _of_size(server_url, size)).items():
            found.setdefault(name, []).append(seconds * 1000)
    say(f"{'one page, ms':24}" + "".join(f"{size:>18,}" for size in SIZES) + "\n")
    for name, times in found.items():
        cells = "".join(f"{time:10.2f} ({time / times[0]:4.1f}×)" for time in times)
        say(f"{name:24}{cells}\n")


async def _of_size(server_url: str, size: int) -> dict[str, float]:
    name = f"crowd_{size}"
    link = await asyncpg.connect(server_url)
    await link.execute(f"CREATE DATABASE {name}")
    await link.close()
    url = make_url(server_url).set(database=name).render_as_string(hide_password=False)
    engine = create_engine(await upgrade(url, say=lambda _line: None))
    actors = [
        await SqlPeopleDoors(engine).arrive(a_visitor(user), open_to_all=True) for user in range(101, 121)
    ]
    me = actors[0]
    link = await asyncpg.connect(url)
    members = [me.member_id] + [
        await link.fetchval(
            "INSERT INTO members (workspace_id, person_id, role) VALUES ($1, $2, 'member') RETURNING id",
            *(me.workspace_id, one.person_id),
        )
        for one in actors[1:]
    ]
    started = perf_counter()
    contacts = await fill(link, me.workspace_id, members, size, at=NOW)
    middle = await link.fetchval(
        "SELECT id FROM crm_tasks WHERE due_date IS NOT NULL AND completed_at IS NULL"
        " ORDER BY due_sort OFFSET $1 LIMIT 1",
        size // 4,
    )
    await link.close()
    say(f"filled {size:,} in {perf_counter() - started:.0f} s\n")
    times = {
        what: await _median(SqlStorage(engine), me, read)
        for what, read in _reads(me, contacts[0], Step(int(middle))).items()
    }
    await engine.dispose()
    return times


def _reads(me: Actor, contact_id: int, middle: Step) -> dict[str, Read]:
    def page(filter_: Filter, step: Step | None = None) -> Read:
        return lambda unit: unit.task_lists.page(filter_, step, limit=PAGE + 1, now=NOW)

    def find(text: str) -> Read:
        return lambda unit: unit.task_lists.found(wanted_words(text), text, limit=FOUND)

    mine = Filter(assignee_id=me.member_id)
    return {
        "team": page(Filter()),
        "team, in the middle": page(Filter(), middle),
        "team, backwards": page(Filter(), Step(middle.task_id, back=True)),
        "mine": page(mine),
        "overdue": page(Filter(when=When.OVERDUE)),
        "today": page(Filter(when=When.TODAY)),
        "this week": page(Filter(when=When.WEEK)),
        "no date": page(Filter(when=When.NO_DATE)),
        "contact": page(Filter(contact_id=contact_id)),
        "label": page(Filter(label="vip")),
        "done": page(Filter(done=True)),
        "mine, done": page(Filter(assignee_id=me.member_id, done=True)),
        "agenda": lambda unit: unit.task_lists.day(me.member_id, NOW, limit=16),
        "labels to pick": lambda unit: unit.task_lists.labels(12),
        "find a common word": find("счета"),
        "find two words": find("отправил договоры"),
        "find a rare word": find(RARE),
        "find a part of a word": find("фейерв"),
        "find what is not there": find("несуществующее"),
    }


async def _median(storage: SqlStorage, actor: Actor, read: Read) -> float:
    times = []
    for _run in range(RUNS):
        async with storage.transaction(actor) as unit:
            started = perf_counter()
            await read(unit)
            times.append(perf_counter() - started)
    return median(times)


if __name__ == "__main__":
    main()
