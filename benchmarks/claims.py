"""Claiming, marking and looking in vain, in the database and in the code on top of it."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

import asyncpg

from benchmarks.owed import Town, make_town
from crm.deliveries import Deliveries, Delivery
from db.deliveries import SqlDeliveryDoors
from db.storage import SqlStorage

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
RUNS, BATCH, SPREAD = 5, 100, 50.0  # SPREAD: seconds over which all is due, none of it a minute late
LEASE = timedelta(minutes=10)
PEOPLE = 1000
_IDS = "SELECT id FROM claim_deliveries($1, $1, $2, $3)"
_THEN = f"'{NOW - timedelta(days=1)}'"  # nothing is due by then: an idle look
_EXPLAIN = f"EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM claim_deliveries({_THEN}, {_THEN}, 100, '1 minute')"  # noqa: S608 - our own time
say = sys.stdout.write


async def measure(server_url: str, sizes: Sequence[int], marks: int) -> None:
    rates: list[tuple[float, float]] = []
    for size in sizes:
        town = await make_town(server_url, f"owed_{size}", range(101, 101 + min(PEOPLE, size)))
        started = perf_counter()
        await town.owe(size, NOW - timedelta(seconds=SPREAD), SPREAD)
        say(f"owed {size:,} reminders to {len(town.actors)} people in {perf_counter() - started:.0f} s\n")
        rows = min(sizes[0], 10_000)
        rates.append((await _ids(town, rows), await _claim_rate(town, rows)))
        await _mark_rate(town, marks)
        await _idle(town, f"beside {size:,} pending")
        await town.engine.dispose()
    for number, what in enumerate(("ids alone, as the door gives them", "read, as the scheduler gets them")):
        figures = [rate[number] for rate in rates]
        cells = ", ".join(
            f"{rate:,.0f} rows/s of {size:,}" for rate, size in zip(figures, sizes, strict=True)
        )
        say(f"claims of {BATCH}, {what}: {cells}; largest to smallest {figures[-1] / figures[0]:.2f}\n")


async def _ids(town: Town, rows: int) -> float:
    """Rows a second; the median of RUNS."""
    rates = []
    for _run in range(RUNS):
        link = await asyncpg.connect(town.url)
        started = perf_counter()
        claimed = 0
        for _batch in range(rows // BATCH):
            claimed += len(await link.fetch(_IDS, NOW, BATCH, LEASE))
        rates.append(claimed / (perf_counter() - started))
        await link.close()
        await _back(town)
    return median(rates)


async def _claim_rate(town: Town, rows: int) -> float:
    rates = []
    for _run in range(RUNS):
        started = perf_counter()
        claimed = len(await _claimed(town, rows))
        rates.append(claimed / (perf_counter() - started))
        await _back(town)
    return median(rates)


async def _claimed(town: Town, rows: int) -> list[Delivery]:
    doors = SqlDeliveryDoors(town.engine)
    return [
        one
        for _batch in range(rows // BATCH)
        for one in await doors.claim(NOW, ahead=timedelta(0), limit=BATCH, lease=LEASE, held=())
    ]


async def _back(town: Town) -> None:
    """As they were before the claims."""
    await town.run("UPDATE reminder_deliveries SET state = 'pending', lease = NULL WHERE state = 'leased'")
    await town.run("VACUUM ANALYZE reminder_deliveries")


async def _mark_rate(town: Town, marks: int) -> None:
    claimed = await _claimed(town, max(marks, BATCH))
    deliveries = Deliveries(SqlStorage(town.engine), SqlDeliveryDoors(town.engine))
    times = []
    for number, one in enumerate(claimed):
        started = perf_counter()
        is_marked = await deliveries.sent(one, number, NOW)
        times.append(perf_counter() - started)
        if not is_marked:
            raise RuntimeError("a lease was lost")
    say(
        f"marking one by one on one connection: {len(times) / sum(times):,.0f} rows/s"
        f" (median {median(times) * 1000:.2f} ms), {len(times)} rows\n"
    )


async def _idle(town: Town, beside: str) -> None:
    """A look that finds nothing: in the server alone, and with connection, transaction and Python on top."""
    yesterday, doors, whole, alone = NOW - timedelta(days=1), SqlDeliveryDoors(town.engine), [], []
    link = await asyncpg.connect(town.url)
    for _look in range(100):
        started = perf_counter()
        await doors.claim(yesterday, ahead=timedelta(0), limit=BATCH, lease=LEASE, held=())
        whole.append(perf_counter() - started)
        alone.append(json.loads(await link.fetchval(_EXPLAIN))[0]["Execution Time"])
    await link.close()
    say(
        f"idle look {beside}: {median(alone):.2f} ms of the database (worst {max(alone):.2f}),"
        f" {median(whole) * 1000:.2f} ms in all\n"
    )


async def waiting(server_url: str, count: int) -> None:
    """Looks beside many that wait for another try: due long ago, to be sent later."""
    town = await make_town(server_url, "owed_waiting", range(101, 301))
    await town.owe(count, NOW - timedelta(days=2), 3600.0)
    await town.run("UPDATE reminder_deliveries SET next_retry_at = $1", NOW + timedelta(hours=1))
    await town.run("VACUUM ANALYZE reminder_deliveries")
    await _idle(town, f"beside {count:,} that wait for another try")
    await town.owe(10_000, NOW - timedelta(seconds=SPREAD), SPREAD)
    say(f"claims of {BATCH} behind those: {await _claim_rate(town, 5000):,.0f} rows/s\n")
    await town.engine.dispose()
