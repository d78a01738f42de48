"""Who gets in: strangers are turned away in one sentence; the claim link makes an operator, once."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.databases import Database, run
from tests.flows.stage import ROOT, Stage, made, staged


@pytest_asyncio.fixture(scope="module")
async def rows(server_url: str) -> AsyncIterator[Database]:
    yield await made(server_url, "switchboard_closed_flow")
    await run(server_url, "DROP DATABASE switchboard_closed_flow WITH (FORCE)")


@pytest_asyncio.fixture(scope="module")
async def closed_stage(rows: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("closed"), rows.owner_url, ACCESS="invite") as one:
        yield one


async def test_a_stranger_is_told_once_and_costs_nothing(closed_stage: Stage, rows: Database) -> None:
    boris = await closed_stage.person("Борис", "ru")
    await boris.asks("привет", "по приглашениям")
    await boris.asks("/task x", "по приглашениям")
    assert [await rows.count(name) for name in ("people", "turns", "crm_tasks")] == [0, 0, 0]


async def test_the_claim_link_makes_an_operator_once(closed_stage: Stage) -> None:
    assert "python -m bot claim" in closed_stage.log()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "claim", cwd=ROOT, env=closed_stage.environment, stdout=subprocess.PIPE
    )
    printed, _none = await process.communicate()
    code = printed.decode().split("/start ", 1)[1].split()[0]
    anna, boris = await closed_stage.person("Anna"), await closed_stage.person("Boris")
    await anna.asks(f"/start {code}", "language")
    await anna.asks("/task first of all", "#1 first of all")
    await boris.asks(f"/start {code}", "no longer works")
