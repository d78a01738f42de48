"""The house that is knocked at: the whole bot over real rows, with a team that has something of everything."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from aiogram.types import Update

from bot.app import App
from crm.agents import AgentSpec
from crm.answers import Answer
from crm.attachments import Senses
from llm.registry import dump
from tests.databases import Database
from tests.handlers.doors import (
    ASKING,
    DORA,
    GUEST,
    MEMBER,
    NEW_ACCOUNT,
    OTHER,
    OWNER,
    PHONE,
    REMOVED,
    THEIRS,
    Facts,
    Knock,
)
from tests.handlers.knocks import KNOCKS, TABLE
from tests.handlers.test_parameters import routers
from tests.telegram import Session, a_group, a_message, a_press, an_update

GROUP = -7001  # the team's
SEAT = """SELECT m.id FROM members m JOIN people p ON p.id = m.person_id
    WHERE p.telegram_user_id = $1 AND m.workspace_id = $2"""


class House:
    """The whole bot inside the test, by invitation, with a team that has something of everything."""

    facts: Facts

    def __init__(self, app: App, session: Session, database: Database) -> None:
        self.app, self.session, self.database = app, session, database
        self.reached: list[str] = []
        self.passed = timedelta(0)
        today = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0)
        self._tuesday = today + timedelta(days=(1 - today.weekday()) % 7 or 7)
        self.faults: list[BaseException] = []
        self._tables = count(1)
        self._digests: dict[int | None, str] = {}
        app.dispatcher["download"] = self._table
        app.dispatcher["senses"] = Senses(hears=True, reads=frozenset({"images", "pdf"}))
        app.dispatcher["report"] = lambda error, _reference: self.faults.append(error)
        for router in routers(app.dispatcher):
            for name, observer in router.observers.items():
                if name not in ("update", "error"):
                    observer.middleware(self._note)

    async def _table(self, file_id: str) -> bytes:
        """A table with somebody new each time; the team's own comes before all others. Assistants are new too."""
        number = next(self._tables)
        if file_id == "agents":
            new = AgentSpec(f"new-{number}", {"en": "New"}, {"en": "new"}, {"en": "Be new."})
            return dump([new]).encode()
        name = "Knocker" if hasattr(self, "facts") else THEIRS.title()
        return f"Name,Phone\n{name} {number},+7 999 555-00-{number:02}\n".encode()

    async def _note(self, handler: Any, event: Any, data: dict[str, Any]) -> Any:
        self.reached.append(name_of(data["handler"].callback))
        return await handler(event, data)

    def clock(self) -> datetime:
        """Of the bot and of Telegram. A Tuesday morning, whatever the day of the machine is; the one that comes next,
        as links expire by the clock of the database."""
        return self._tuesday + self.passed

    async def feed(self, update: dict[str, Any]) -> Answer | None:
        self.passed += timedelta(seconds=10)  # nobody is too fast
        said = Update.model_validate(_dated(update, int(self.clock().timestamp())))
        result = await self.app.dispatcher.feed_update(self.app.bot, said)
        return result if isinstance(result, Answer) else None

    async def knock(self, knock: Knock, user_id: int) -> Answer | None:
        await self._look()
        return await self.feed(knock.update(user_id, self.facts))

    async def prepare(self, knock: Knock, user_id: int) -> None:
        if knock.first is not None:
            await self._look()
            await self.feed(knock.first(user_id, self.facts))

    async def _look(self) -> None:
        """Buttons carry the version their task has now."""
        query = "SELECT version FROM crm_tasks WHERE id = $1"
        self.facts = replace(self.facts, task_version=await self.one(query, self.facts.task_id))

    async def say(self, user_id: int, text: str) -> Answer | None:
        return await self.feed(an_update(message=a_message(user_id, text=text)))

    async def one(self, query: str, *arguments: object) -> Any:
        return (await self.database.fetch(query, *arguments))[0][0]

    async def build_team(self) -> None:
        """The owner's team with something of everything: and the people who knock."""
        await self.app.agent_doors.import_global(
            [AgentSpec("assistant", {"en": "A"}, {"en": "a"}, {"en": "a"}, is_default=True)],
            only_if_empty=True,
        )
        await self.say(OWNER, "/start")
        said = a_message(OWNER, text=f"/task tomorrow 10:00 {THEIRS}")
        await self.feed(an_update(message=said))
        await self.say(OWNER, f"/call {THEIRS.title()} {PHONE}: {THEIRS}")
        for name in ("Second", "Third", "Fourth"):
            press = a_press(OWNER, f"knew:{THEIRS.title()} {name}")
            await self.feed(an_update(callback_query=press))
        await self.say(OWNER, f"what about {THEIRS}?")
        reminding = a_message(OWNER, text=f"/remind in 5 minutes {THEIRS}")
        await self.feed(an_update(message=reminding))
        delivery = await self.one("SELECT max(id) FROM reminder_deliveries")
        await self.app.dispatcher.feed_update(
            self.app.bot,
            Update.model_validate(KNOCKS["inline.offer_task"].update(OWNER, None)),  # type: ignore[arg-type]  # names no fact
        )
        team = await self.one("SELECT current_workspace_id FROM people WHERE telegram_user_id = $1", OWNER)
        members = await self._seat(team)
        undone = await self._add_late_tasks(team, members["anna"])
        code = await self._link(f"team:{team}:link:member:24:5")
        account = await self._link(f"team:{team}:account:{members['dora']}")
        await self.say(NEW_ACCOUNT, f"/start {account}")
        mark = await self._open_group()
        contact = await self.one("SELECT contact_id FROM crm_calls")
        await self.say(OWNER, f"/contact {THEIRS.title()} Orchard +7 999 123-45-99")
        sent = an_update(message=a_message(OWNER, document=TABLE, caption="/import"))
        await self.feed(sent)
        await self.feed(an_update(callback_query=a_press(OWNER, f"im:{sent['update_id']}:go")))
        await self.say(OWNER, f"/agent_new {THEIRS.title()}: knows {THEIRS}")
        kept = await self.one("SELECT data FROM dialogs WHERE user_id = $1 AND thread_id = -1", OWNER)
        self.facts = Facts(
            workspace_id=team,
            task_number=await self.one("SELECT min(number) FROM crm_tasks"),
            task_id=await self.one("SELECT min(id) FROM crm_tasks"),
            undone_task_id=undone,
            task_message_id=said["message_id"],
            task_version=1,
            item_id=await self._add_item(),
            forward_mark=await self._forward(),
            call_id=await self.one("SELECT id FROM crm_calls"),
            contact_ids=tuple(
                row[0] for row in await self.database.fetch("SELECT id FROM crm_contacts ORDER BY id")
            ),
            contact_id=contact,
            other_contact_id=await self.one("SELECT min(id) FROM crm_contacts WHERE id <> $1", contact),
            reminder_id=await self.one("SELECT reminder_id FROM reminder_deliveries WHERE id = $1", delivery),
            reminder_message_id=reminding["message_id"],
            delivery_id=delivery,
            task_delivery_id=await self.one(
                "SELECT min(d.id) FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id"
                " WHERE r.task_id = (SELECT min(id) FROM crm_tasks) AND r.notice IS NULL"
            ),
            turn_id=await self.one("SELECT id FROM turns"),
            proposal_ids=await self._propose(),
            owner_user_id=OWNER,
            inline_mark=str(kept).split('"')[1],
            invite_id=await self.one("SELECT id FROM invites WHERE takes_over IS NULL"),
            account_invite_id=await self.one("SELECT id FROM invites WHERE takes_over IS NOT NULL"),
            code=code,
            group_id=await self.one("SELECT id FROM chats WHERE telegram_chat_id = $1", GROUP),
            telegram_group=GROUP,
            asking_id=await self.one(SEAT, GUEST, team),
            mark=mark,
            import_id=await self.one("SELECT id FROM imports"),
            agent_id=await self.one("SELECT id FROM agents WHERE workspace_id = $1", team),
            shared_agent_id=await self.one("SELECT id FROM agents WHERE workspace_id IS NULL"),
            members=members,
        )

    async def _add_item(self) -> int:
        """A line on the checklist of the team's task."""
        return int(
            await self.one(
                "INSERT INTO crm_task_items (workspace_id, task_id, body)"
                " SELECT workspace_id, id, $1 FROM crm_tasks ORDER BY id LIMIT 1 RETURNING id",
                THEIRS,
            )
        )

    async def _propose(self) -> tuple[int, ...]:
        """Cards of an assistant that the owner has not decided about."""
        return tuple(
            [
                await self.one(
                    "INSERT INTO proposals (workspace_id, turn_id, ordinal, call_key, member_id, chat_id, kind, said,"
                    " read_at, expires_at) SELECT t.workspace_id, t.id, $1, 'call', t.member_id, v.chat_id, 'task', $2,"
                    " now(), now() + $3::int * interval '1 day' FROM turns t"
                    " JOIN conversations v ON v.id = t.conversation_id RETURNING id",
                    *(number, f'{{"line": "{THEIRS}"}}', days),
                )
                for number, days in enumerate((30, 30, -1, 30))
            ]
        )

    async def _forward(self) -> str:
        """The mark of a forwarded message that the owner has not decided about."""
        update = KNOCKS["forwards.take_message"].update(OWNER, None)  # type: ignore[arg-type]  # names no fact
        await self.feed(update)
        return str(update["update_id"])

    async def _seat(self, team: int) -> dict[str, int]:
        """Members of the team, one of whom was removed, and the owner of another team."""
        members = {"anna": await self.one("SELECT id FROM members WHERE workspace_id = $1", team)}
        for name, user in (("boris", REMOVED), ("clara", MEMBER), ("dora", DORA)):
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
        return members

    async def _add_late_tasks(self, team: int, member: int) -> int:
        """101, due today, then 102 and 103, overdue; the id of the first. No change of zone moves them."""
        made = [
            await self.one(
                "INSERT INTO crm_tasks (workspace_id, number, title, due_date, due_tz, assignee_id, created_by)"
                " VALUES ($1, 101 + $2::int, $3, current_date - $2::int, 'Etc/UTC', $4, $4) RETURNING id",
                *(team, days, THEIRS, member),
            )
            for days in (0, 1, 2)
        ]
        return int(made[0])

    async def _link(self, data: str) -> str:
        """The code of a link that the owner makes."""
        made = await self.feed(an_update(callback_query=a_press(OWNER, data)))
        assert made is not None
        return made.text.rsplit("?start=", 1)[1]

    async def _open_group(self) -> str:
        """The team's group, with two guests who ask; the mark of the second of them."""
        added = KNOCKS["groups.greet"].update(-GROUP, None)  # type: ignore[arg-type]  # names no fact
        added["my_chat_member"]["from"] = a_message(OWNER)["from"]
        await self.feed(added)
        for user in (MEMBER, GUEST, ASKING):
            await self.feed(an_update(message=a_message(user, text="/tasks", chat=a_group(GROUP))))
        group = await self.one("SELECT id FROM chats WHERE telegram_chat_id = $1", GROUP)
        card = await self.app.dispatcher["requests"].doors.card(group)
        return str(replace(card, asking=card.asking[1:]).mark)

    async def everything(self, team: int | None) -> str:
        """A digest of all rows, or of one team's; what is noted of each update stays out."""
        if team not in self._digests:
            self._digests[team] = await self._digest(team)
        rows = await self.database.fetch(self._digests[team])
        # in an order of ours: PostgreSQL may read the parts side by side once a table was large
        return hashlib.sha256("".join(sorted(str(row[0]) for row in rows)).encode()).hexdigest()

    async def _digest(self, team: int | None) -> str:
        """The query, made once: it is asked some hundred times."""
        tables = await self.database.fetch(
            "SELECT table_name, bool_or(column_name = 'workspace_id') FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name NOT IN"
            " ('handled_updates', 'dialogs', 'link_guesses', 'faults') GROUP BY table_name ORDER BY table_name"
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
        return " UNION ALL ".join(parts)

    def said(self, answer: Answer | None) -> str:
        """All that left for Telegram, in the answer or by a call."""
        calls = " ".join(repr(call) for call in self.session.calls)
        self.session.calls.clear()
        return f"{answer.to_json() if answer else ''} {calls}"


def name_of(callback: Any) -> str:
    return f"{callback.__module__.removeprefix('handlers.')}.{callback.__qualname__}"


def _dated(part: Any, moment: int) -> Any:
    """An update as of that moment."""
    if isinstance(part, list):
        return [_dated(one, moment) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: moment if key in ("date", "edit_date") else _dated(value, moment) for key, value in part.items()
    }
