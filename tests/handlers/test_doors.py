"""Every handler is knocked at by a stranger, by somebody of another team, by a removed and by a plain member."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.app import build
from bot.gate import Gate
from db.storage import create_engine
from handlers.access import Defaults
from llm.models import ModelConfig
from tests.databases import Database
from tests.handlers.doors import MEMBER, OTHER, OWNER, PHONE, REMOVED, STRANGER, THEIRS
from tests.handlers.house import House, name_of
from tests.handlers.knocks import DEEP_LINKS, KNOCKS
from tests.handlers.test_parameters import routers
from tests.telegram import TOKEN, Session


@pytest_asyncio.fixture
async def house(database: Database) -> AsyncIterator[House]:
    from aiogram import Bot

    engine = create_engine(database.application)
    session = Session()
    houses: list[House] = []
    app = build(
        Bot(TOKEN, session=session),
        Gate(),
        engine,
        open_to_all=False,
        defaults=Defaults("en", "UTC", frozenset({OWNER})),
        models=ModelConfig(),
        public_url="https://bot.example.org",
        clock=lambda: houses[0].clock(),  # noqa: PLW0108  # the house is built of the bot
    )
    house = House(app, session, database)
    houses.append(house)
    await house.build_team()
    assert house.faults == []
    house.session.calls.clear()
    house.reached.clear()
    yield house
    await engine.dispose()


async def test_every_handler_is_knocked_at(house: House) -> None:
    there = {
        name_of(handler.callback)
        for router in routers(house.app.dispatcher)
        for name, observer in router.observers.items()
        if name not in ("update", "error")
        for handler in observer.handlers
        if handler.callback.__module__.startswith("handlers")
    }
    assert there == set(KNOCKS)


async def test_the_owner_reaches_every_handler(house: House) -> None:
    """So that the refusals below are of the handlers' own doing, and none is of a knock at the wrong door."""
    for name, knock in KNOCKS.items():
        await house.prepare(knock, OWNER)
        before = await house.everything(house.facts.workspace_id)
        await house.knock(knock, OWNER)
        assert house.reached[-1:] == [name]
        assert house.faults == [], name
        changed = await house.everything(house.facts.workspace_id) != before
        assert changed is knock.changes, name


async def test_a_stranger_is_turned_away_at_every_door(house: House) -> None:
    before = await house.everything(None)
    for name, knock in KNOCKS.items():
        await house.prepare(knock, STRANGER)
        answer = await house.knock(knock, STRANGER)
        told = house.said(answer)
        refused = "by invitation" in told or "no longer works" in told
        assert refused or answer is None or knock.news, name
        assert THEIRS not in told.lower(), name
    assert set(house.reached) == {name for name, knock in KNOCKS.items() if knock.news}
    assert house.faults == []
    assert await house.everything(None) == before


async def test_no_guessed_link_lets_a_stranger_in(house: House) -> None:
    before = await house.everything(None)
    for code in DEEP_LINKS:
        await house.database.fetch("DELETE FROM link_guesses")  # nobody has guessed too often
        answer = await house.say(STRANGER, f"/start {code}")
        assert answer is not None, code
        assert "no longer works" in answer.text or "by invitation" in answer.text, code
        assert await house.everything(None) == before, code


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE invites SET revoked_at = now()", "taken back"),
        ("UPDATE invites SET expires_at = now()", "expired"),
        ("UPDATE invites SET uses_left = 0", "as often as it may"),
    ],
)
async def test_a_link_that_worked_once_lets_nobody_in_when_it_has_ended(
    house: House, statement: str, said: str
) -> None:
    await house.database.fetch(statement)
    before = await house.everything(None)
    for user in (STRANGER, OTHER):
        answer = await house.say(user, f"/start {house.facts.code}")
        assert answer is not None
        assert said in answer.text
    assert await house.everything(None) == before


@pytest.mark.parametrize("user", [OTHER, REMOVED])
async def test_whoever_is_not_of_the_team_changes_and_reads_nothing_of_it(house: House, user: int) -> None:
    before = await house.everything(house.facts.workspace_id)
    for name, knock in KNOCKS.items():
        await house.prepare(knock, user)
        told = house.said(await house.knock(knock, user))
        assert THEIRS not in told.lower(), name
        assert PHONE not in told, name
        assert await house.everything(house.facts.workspace_id) == before, name
    assert house.faults == []


async def test_a_plain_member_is_refused_what_is_for_managers(house: House) -> None:
    before = await house.everything(house.facts.workspace_id)
    tried = [name for name, knock in KNOCKS.items() if knock.managers]
    for name in tried:
        await house.prepare(KNOCKS[name], MEMBER)
        answer = await house.knock(KNOCKS[name], MEMBER)
        assert house.reached[-1:] == [name]
        assert answer is not None, name
        assert await house.everything(house.facts.workspace_id) == before, name
    assert tried
    assert house.faults == []
