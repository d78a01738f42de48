"""Every handler is knocked at by a stranger, by somebody of another team, by a removed and by a plain member."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiogram.types import Update

from bot.app import App, build
from bot.gate import Gate
from crm.agents import AgentSpec
from crm.answers import Answer
from db.storage import create_engine
from handlers.access import Defaults
from llm.models import ModelConfig
from tests.databases import Database
from tests.handlers.doors import DEEP_LINKS, KNOCKS, PHONE, THEIRS, Facts
from tests.handlers.test_parameters import routers
from tests.telegram import TOKEN, Session, a_message, an_update

OWNER, STRANGER, OTHER, REMOVED, MEMBER = 501, 502, 503, 504, 505


class House:
    """The whole bot inside the test, by invitation, with a team that has something of everything."""

    def __init__(self, app: App, session: Session, database: Database) -> None:
        self.app, self.session, self.database = app, session, database
        self.reached: list[str] = []
        self.faults: list[BaseException] = []
        app.dispatcher["report"] = lambda error, _reference: self.faults.append(error)
        for router in routers(app.dispatcher):
            for name, observer in router.observers.items():
                if name not in ("update", "error"):
                    observer.middleware(self._note)

    async def _note(self, handler: Any, event: Any, data: dict[str, Any]) -> Any:
        self.reached.append(name_of(data["handler"].callback))
        return await handler(event, data)

    async def feed(self, update: dict[str, Any]) -> Answer | None:
        result = await self.app.dispatcher.feed_update(self.app.bot, Update.model_validate(update))
        return result if isinstance(result, Answer) else None

    async def say(self, user_id: int, text: str) -> Answer | None:
        return await self.feed(an_update(message=a_message(user_id, text=text)))

    async def one(self, query: str, *arguments: object) -> Any:
        return (await self.database.fetch(query, *arguments))[0][0]

    async def build_team(self) -> None:
        """The owner's team with a task, a call, a contact, reminders, a turn, history; and the people who knock."""
        await self.app.agent_doors.import_global(
            [AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "a"}, is_default=True)],
            only_if_empty=True,
        )
        await self.say(OWNER, "/start")
        await self.say(OWNER, f"/task tomorrow 10:00 {THEIRS}")
        await self.say(OWNER, f"/call {THEIRS.title()} {PHONE}: {THEIRS}")
        await self.say(OWNER, f"what about {THEIRS}?")
        await self.say(OWNER, f"/remind in 5 minutes {THEIRS}")
        await self.app.dispatcher.feed_update(
            self.app.bot,
            Update.model_validate(KNOCKS["inline.offer_task"].update(OWNER, None)),  # type: ignore[arg-type]  # names no fact
        )
        team = await self.one("SELECT current_workspace_id FROM people WHERE telegram_user_id = $1", OWNER)
        members = {"anna": await self.one("SELECT id FROM members WHERE workspace_id = $1", team)}
        for name, user in (("boris", REMOVED), ("clara", MEMBER)):
            members[name] = await self.one(
                "WITH who AS (INSERT INTO people"
                " (telegram_user_id, display_name, private_chat_id, current_workspace_id)"
                " VALUES ($1, $2, $1, $3) RETURNING id)"
                " INSERT INTO members (workspace_id, person_id, role) SELECT $3, id, 'member' FROM who RETURNING id",
                user, f"Person {user}", team,
            )  # fmt: skip
        await self.database.fetch("UPDATE members SET removed_at = now() WHERE id = $1", members["boris"])
        other = await self.one(
            "WITH team AS (INSERT INTO workspaces (name) VALUES ('Other') RETURNING id), who AS ("
            " INSERT INTO people (telegram_user_id, display_name, private_chat_id, current_workspace_id)"
            " SELECT $1, $2, $1, id FROM team RETURNING id, current_workspace_id)"
            " INSERT INTO members (workspace_id, person_id, role)"
            " SELECT current_workspace_id, id, 'owner' FROM who RETURNING workspace_id",
            OTHER, f"Person {OTHER}",
        )  # fmt: skip
        assert other != team
        for user in (OTHER, MEMBER):
            await self.say(user, "/help")  # their chats are known from here on
        kept = await self.one("SELECT data FROM dialogs WHERE user_id = $1 AND thread_id = -1", OWNER)
        self.facts = Facts(
            workspace_id=team,
            task_number=await self.one("SELECT number FROM crm_tasks"),
            task_id=await self.one("SELECT id FROM crm_tasks"),
            delivery_id=await self.one("SELECT max(id) FROM reminder_deliveries"),
            turn_id=await self.one("SELECT id FROM turns"),
            owner_user_id=OWNER,
            inline_mark=str(kept).split('"')[1],
            members=members,
        )

    async def everything(self, team: int | None) -> str:
        """A digest of all rows, or of one team's; what is noted of each update stays out."""
        tables = await self.database.fetch(
            "SELECT table_name, bool_or(column_name = 'workspace_id') FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT IN ('handled_updates', 'dialogs')"
            " GROUP BY table_name ORDER BY table_name"
        )
        parts = [
            f"SELECT string_agg(t::text, '|' ORDER BY t::text) FROM {name} t"  # noqa: S608 - names of ours
            + (f" WHERE workspace_id = {team}" if team is not None else "")
            for name, is_tenants in tables
            if is_tenants or team is None
        ]
        if team is not None:
            parts.append(f"SELECT string_agg(t::text, '|') FROM workspaces t WHERE id = {team}")  # noqa: S608
            own = f"SELECT person_id FROM members WHERE workspace_id = {team}"  # noqa: S608
            parts.append(f"SELECT string_agg(p::text, '|' ORDER BY id) FROM people p WHERE id IN ({own})")  # noqa: S608
        rows = await self.database.fetch(" UNION ALL ".join(parts))
        return hashlib.sha256("".join(str(row[0]) for row in rows).encode()).hexdigest()

    def said(self, answer: Answer | None) -> str:
        """All that left for Telegram, in the answer or by a call."""
        calls = " ".join(repr(call) for call in self.session.calls)
        self.session.calls.clear()
        return f"{answer.to_json() if answer else ''} {calls}"


def name_of(callback: Any) -> str:
    return f"{callback.__module__.removeprefix('handlers.')}.{callback.__qualname__}"


@pytest_asyncio.fixture
async def house(database: Database) -> AsyncIterator[House]:
    from aiogram import Bot

    engine = create_engine(database.application)
    session = Session()
    app = build(
        Bot(TOKEN, session=session),
        Gate(),
        engine,
        open_to_all=False,
        defaults=Defaults("en", "UTC", frozenset({OWNER})),
        models=ModelConfig(),
        clock=lambda: datetime.now(UTC),
    )
    house = House(app, session, database)
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
        before = await house.everything(house.facts.workspace_id)
        await house.feed(knock.update(OWNER, house.facts))
        assert house.reached[-1:] == [name]
        assert house.faults == []
        changed = await house.everything(house.facts.workspace_id) != before
        assert changed is knock.changes, name


async def test_a_stranger_is_turned_away_at_every_door(house: House) -> None:
    before = await house.everything(None)
    for name, knock in KNOCKS.items():
        answer = await house.feed(knock.update(STRANGER, house.facts))
        told = house.said(answer)
        assert answer is None or "by invitation" in told, name
        assert THEIRS not in told.lower(), name
    assert house.reached == []
    assert house.faults == []
    assert await house.everything(None) == before


@pytest.mark.parametrize("code", DEEP_LINKS)
async def test_no_guessed_link_lets_a_stranger_in(house: House, code: str) -> None:
    before = await house.everything(None)
    answer = await house.say(STRANGER, f"/start {code}")
    assert answer is not None
    assert "no longer works" in answer.text or "by invitation" in answer.text
    assert await house.everything(None) == before


@pytest.mark.parametrize("user", [OTHER, REMOVED])
async def test_whoever_is_not_of_the_team_changes_and_reads_nothing_of_it(house: House, user: int) -> None:
    before = await house.everything(house.facts.workspace_id)
    for name, knock in KNOCKS.items():
        told = house.said(await house.feed(knock.update(user, house.facts)))
        assert THEIRS not in told.lower(), name
        assert PHONE not in told, name
        assert await house.everything(house.facts.workspace_id) == before, name
    assert house.faults == []


async def test_a_plain_member_is_refused_what_is_for_managers(house: House) -> None:
    before = await house.everything(house.facts.workspace_id)
    tried = [name for name, knock in KNOCKS.items() if knock.managers]
    for name in tried:
        answer = await house.feed(KNOCKS[name].update(MEMBER, house.facts))
        assert house.reached[-1:] == [name]
        assert answer is not None
        assert await house.everything(house.facts.workspace_id) == before, name
    assert tried
    assert house.faults == []
