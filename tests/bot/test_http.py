"""HTTP: alive, ready, and how much is waiting, with everything there and away; errors have one form."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.gate import Gate
from bot.http import Endpoints, one_form, serve
from bot.metrics import Metrics
from bot.vitals import Looks
from crm.errors import StorageAway
from crm.health import SILENCE
from db.agent_cache import CachedAgents
from db.breaker import Breaker
from db.health import SqlHealth
from db.storage import create_engine
from db.urls import connection
from tests.databases import Database
from tests.flows.stage import free_port


class Watched:
    """A little server over an engine, and what it looks at. `telegram` answers when it is asked, or does not."""

    def __init__(self, engine: AsyncEngine, url: str, port: int) -> None:
        self.url, self.port = url, port
        self.gate, self.metrics = Gate(), Metrics()
        self.directory = SimpleNamespace(degraded=0, lookups={"process": 3})
        self.breaker = SimpleNamespace(is_open=False)
        self.faults: list[tuple[BaseException, str]] = []
        self.asked = 0
        self.looks = Looks(
            SqlHealth(engine), self.gate, cast(Breaker, self.breaker), self.metrics, self.ask,
        )  # fmt: skip
        self.metrics.watch(self.gate, cast(CachedAgents, self.directory), lambda: self.directory.degraded)

    async def ask(self) -> None:
        self.asked += 1

    def endpoints(self) -> Endpoints:
        return Endpoints(self.looks.look, self.metrics, lambda fault, ref: self.faults.append((fault, ref)))

    async def get(self, path: str, **more: Any) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as client,
            client.request(more.pop("method", "GET"), self.url + path) as response,
        ):
            return response.status, await response.text()

    async def look(self) -> tuple[int, dict[str, Any]]:
        status, body = await self.get("/readyz")
        return status, json.loads(body)


async def watched(engine: AsyncEngine) -> AsyncIterator[Watched]:
    port = free_port()
    one = Watched(engine, f"http://127.0.0.1:{port}", port)
    stop = await serve(one.endpoints(), "127.0.0.1", port)
    yield one
    await stop()
    await engine.dispose()


@pytest_asyncio.fixture
async def well(database: Database) -> AsyncIterator[Watched]:
    async for one in watched(create_engine(database.application, pool_size=1)):
        yield one


@pytest_asyncio.fixture
async def starved() -> AsyncIterator[Watched]:
    async for one in watched(create_engine(connection("postgresql://nobody@127.0.0.1:1/none"), pool_size=1)):
        yield one


async def test_a_bot_that_works_is_alive_and_ready(well: Watched) -> None:
    assert (await well.get("/healthz"))[0] == 200
    status, state = await well.look()
    assert status == 200
    nothing = {"length": 0, "oldest_seconds": 0.0}
    assert state == {
        "status": "ok", "postgresql": "ok", "migrations": "ok", "telegram": "ok", "redis": "ok",
        "queues": {"reminders": nothing, "turns": nothing, "answers": nothing},
    }  # fmt: skip


async def test_without_postgresql_it_is_alive_and_not_ready(starved: Watched) -> None:
    assert (await starved.get("/healthz"))[0] == 200
    status, state = await starved.look()
    assert (status, state["postgresql"], state["telegram"]) == (503, "away", "ok")
    assert state["error"] == "not ready"


async def test_without_telegram_it_is_not_ready(well: Watched) -> None:
    well.gate.heard_at -= SILENCE.total_seconds() + 1
    status, state = await well.look()
    assert (status, state["telegram"]) == (503, "away")
    assert well.asked == 1  # it was asked, and said nothing that the gate heard


async def test_a_quiet_bot_asks_telegram_before_it_calls_it_away(well: Watched) -> None:
    async def answers() -> None:
        well.gate.heard_at += SILENCE.total_seconds()

    well.looks._ask = answers
    well.gate.heard_at -= SILENCE.total_seconds()
    assert (await well.look())[0] == 200


@pytest.mark.parametrize(("revision", "status"), [("0001", 503), ("9999", 200)])
async def test_an_older_schema_is_not_ready_and_a_newer_one_is_another_processs_doing(
    well: Watched, database: Database, revision: str, status: int
) -> None:
    [before] = await database.fetch("SELECT version_num FROM alembic_version")
    await database.fetch("UPDATE alembic_version SET version_num = $1", revision)
    try:
        assert (await well.look())[0] == status
    finally:
        await database.fetch("UPDATE alembic_version SET version_num = $1", before[0])


async def test_without_redis_it_is_ready_and_says_so(well: Watched) -> None:
    well.breaker.is_open = True
    status, state = await well.look()
    assert (status, state["redis"]) == (200, "degraded")


async def test_an_answer_that_is_owed_shows_with_its_age(well: Watched, database: Database) -> None:
    await database.fetch(
        "INSERT INTO handled_updates (bot_id, update_id, begun_at, handled_at, answer, answered_at) VALUES"
        " (1, 1, now(), now() - interval '1 minute', '{\"text\": \"owed\"}', NULL),"
        " (1, 2, now(), now() - interval '2 minutes', 'null', NULL),"
        " (1, 3, now(), now() - interval '3 minutes', NULL, now())"
    )
    _status, state = await well.look()
    assert state["queues"]["answers"]["length"] == 1
    assert 59 < state["queues"]["answers"]["oldest_seconds"] < 90


async def test_numbers_of_what_waits_and_what_was_sent(well: Watched) -> None:
    well.gate.outcomes["draft", "dropped"] = 5
    status, body = await well.get("/metrics")
    assert status == 200
    assert 'switchboard_queue_length{queue="reminders"} 0.0' in body
    assert 'switchboard_sends_total{kind="draft",outcome="dropped"} 5.0' in body
    assert 'switchboard_agent_lookups_total{tier="process"} 3.0' in body


async def test_without_postgresql_the_other_numbers_are_still_given(starved: Watched) -> None:
    status, body = await starved.get("/metrics")
    assert status == 200
    assert 'switchboard_queue_length{queue="turns"} NaN' in body
    assert "switchboard_sends_waiting 0.0" in body


async def test_a_port_that_is_taken_is_said(well: Watched) -> None:
    with pytest.raises(OSError, match="in use"):
        await serve(well.endpoints(), "127.0.0.1", well.port)


def is_in_form(body: dict[str, Any]) -> bool:
    at = datetime.fromisoformat(body["timestamp"])
    return bool(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", body["reference"])) and at.tzinfo is not None


@pytest.mark.parametrize(
    ("path", "method", "status", "error"),
    [("/nothing?phone=1", "GET", 404, "not found"), ("/healthz", "POST", 405, "method not allowed")],
)
async def test_what_is_refused_has_the_one_form(
    well: Watched, path: str, method: str, status: int, error: str
) -> None:
    found, body = await well.get(path, method=method)
    answer = json.loads(body)
    assert (found, answer["error"]) == (status, error)
    assert set(answer) == {"error", "reference", "timestamp"}
    assert is_in_form(answer)


async def test_not_ready_has_the_one_form_too(starved: Watched) -> None:
    assert is_in_form((await starved.look())[1])


@pytest.mark.parametrize(("fault", "status"), [(ValueError("a secret"), 500), (StorageAway(), 503)])
async def test_a_fault_has_the_one_form_and_its_reference_is_reported(fault: Exception, status: int) -> None:
    reported: list[tuple[BaseException, str]] = []

    async def fails(_request: web.Request) -> web.StreamResponse:
        raise fault

    app = web.Application(middlewares=[one_form(lambda error, ref: reported.append((error, ref)))])
    app.router.add_get("/", fails)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{port}/") as response:
            answer = await response.json()
    finally:
        await runner.cleanup()
    assert response.status == status
    assert is_in_form(answer)
    assert "secret" not in str(answer)
    assert reported == ([(fault, answer["reference"])] if status == 500 else [])


async def test_a_frozen_postgresql_is_not_waited_for_long(
    well: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hangs() -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr("bot.vitals.PATIENCE", 0.05)
    well.looks._health = SimpleNamespace(waiting=hangs)  # type: ignore[assignment]  # a server that says nothing
    assert (await well.look())[1]["postgresql"] == "away"
