"""Who gets in: strangers are turned away in one sentence; the claim link makes an operator, once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.databases import Database
from tests.documents import words_of
from tests.flows.stage import TOKEN, Stage, staged
from tests.nursery import bot


@pytest_asyncio.fixture(scope="module")
async def closed_stage(rows: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with staged(tmp_path_factory.mktemp("closed"), rows.owner_url, ACCESS="invite") as one:
        yield one


async def test_a_stranger_is_told_once_and_costs_nothing(closed_stage: Stage, rows: Database) -> None:
    boris = await closed_stage.person("Борис", "ru")
    await boris.asks("привет", "по приглашениям")
    await boris.asks("/task x", "по приглашениям")
    assert [await rows.count(name) for name in ("people", "turns", "crm_tasks")] == [0, 0, 0]


@pytest.mark.executes(".venv/bin/python -m bot claim")
async def test_the_claim_link_makes_an_operator_once(closed_stage: Stage) -> None:
    assert "python -m bot claim" in closed_stage.log()
    ended = await bot(*words_of(".venv/bin/python -m bot claim"), environment=closed_stage.environment)
    code = ended.said.split("/start ", 1)[1].split()[0]
    link = ended.said.splitlines()[-1]
    async with closed_stage.client.get(f"{closed_stage.url}/bot{TOKEN}/getMe") as me:
        assert link == f"or open: https://t.me/{(await me.json())['result']['username']}?start={code}"
    anna, boris = await closed_stage.person("Anna"), await closed_stage.person("Boris")
    await anna.asks(f"/start {code}", "language")
    await anna.asks("/task first of all", "#1 first of all")
    await boris.asks(f"/start {code}", "no longer works")
