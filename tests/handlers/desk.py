"""The desk of the handler tests: the whole dispatcher over fakes, one person who types, no network."""

from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.fsm.strategy import FSMStrategy
from aiogram.methods import GetFile, GetMe, TelegramMethod
from aiogram.types import File, Update, User

from bot.use_cases import over_rows
from crm.agents.checks import Offer
from crm.agents.files import AgentFiles
from crm.agents.registry import Registry
from crm.answers import Answer
from crm.attachments import Senses
from crm.conversations import Conversations
from crm.digests import Digests
from crm.feeds import Feeds
from crm.groups import Groups
from crm.health import DeliveryHealth, Health, Queue, Redis, Vitals, Waiting
from crm.invites import Invites
from crm.limits import Limits
from crm.memory import Memory
from crm.people import People
from crm.picking import Picking
from crm.privacy import Privacy
from crm.proposals import Proposals
from crm.requests import Requests
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.usage import Usage
from handlers import connect
from handlers.access import Defaults
from handlers.dialogs import DialogStorage
from handlers.notices import Notices
from llm.registry import dump, read_registry
from tests.fakes import (
    FakeClock,
    FakeDialogs,
    FakeDigestDoors,
    FakeDirectory,
    FakeFeedDoors,
    FakeGroupDoors,
    FakeJournal,
    FakePeopleDoors,
    FakeRequestDoors,
    FakeStorage,
    FakeTurnDoors,
    an_agent,
    everybody_stays,
)


async def _usable(name: str) -> bool:
    return name.startswith("openai:")


OFFER = Offer(("my_tasks", "latest_calls"), ("openai:small", "openai:large"), _usable)
TOKEN = f"42:{'A' * 35}"
ME = User(id=42, is_bot=True, first_name="Switchboard", username="Switchboard_bot")


class Recorder(BaseSession):
    """Telegram's place: notes each call, answers True or who the bot is."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Any] = []
        self.file = b""

    async def make_request(self, bot: Bot, method: TelegramMethod[Any], timeout: int | None = None) -> Any:
        if isinstance(method, GetMe):
            return ME
        if isinstance(method, GetFile):
            return File(file_id=method.file_id, file_unique_id=method.file_id, file_path="a file")
        self.calls.append(method)
        return True

    async def close(self) -> None:
        """Nothing is open."""

    async def stream_content(self, *_args: Any, **_more: Any) -> AsyncGenerator[bytes, None]:
        """The file that is there, an empty one at first."""
        yield self.file


class Desk:
    """What people send, and the Answer each gets."""

    def __init__(self, senses: Senses = Senses()) -> None:  # noqa: B008 - frozen
        self.storage, self.clock = FakeStorage(), FakeClock()
        self.dialogs = FakeDialogs(self.storage)
        self.storage.state.agents.append(an_agent("assistant", is_default=True))
        self.session = Recorder()
        self.bot = Bot(TOKEN, session=self.session)
        self.faults: list[BaseException] = []
        self.files: dict[str, bytes] = {}  # what Telegram has, by file id
        self._secrets = 0
        self.told_caches = 0  # that assistants changed
        self.tried: list[tuple[str, str]] = []  # slug and question
        self.senses = senses
        self._update_id = 0
        nothing = Queue(0, timedelta(0))
        self.delivery_health = DeliveryHealth(0, 0, 0, None, None)
        self.vitals = Vitals(Waiting(nothing, nothing, nothing), True, timedelta(seconds=1), Redis.UNUSED)
        storage = self.storage
        people = People(storage, FakePeopleDoors(storage), open_to_all=True)
        conversations = Conversations(
            storage,
            FakeTurnDoors(storage),
            FakeDirectory(storage),
            wake=lambda: None,
            cancel=lambda _turn: None,
        )
        self.proposals = Proposals(storage, resumes=False, wake=lambda: None)
        groups, presence = (
            Groups(storage, FakeGroupDoors(storage=storage)),
            everybody_stays(people, self.clock),
        )
        requests, limits = Requests(storage, FakeRequestDoors(storage)), Limits()
        provided: dict[str, Any] = {
            **over_rows(storage),
            "people": people,
            "groups": groups,
            "presence": presence,
            "requests": requests,
            "digests": Digests(storage, FakeDigestDoors()),
            "proposals": self.proposals,
            "invites": Invites(storage, lambda: "a-code-nobody-guesses"),
            "health": Health(self._look, self, storage),
            "limits": limits,
            "undo": Undo(storage, UNDOABLE, {"agent": self._agents_changed}),
            "registry": Registry(storage, OFFER, self._agents_changed),
            "agent_files": AgentFiles(storage, OFFER, self._agents_changed),
            "read_registry": read_registry,
            "write_registry": dump,
            "trials": self,
            "senses": self.senses,
            "memory": Memory(storage, FakeDirectory(storage)),
            "privacy": Privacy(storage),
            "usage": Usage(storage, self.clock, bot_micros=5_000_000),
            "feeds": Feeds(storage, FakeFeedDoors(storage), self._secret, "https://bot.example.org/"),
            "download": self._download,
            "conversations": conversations,
            "picking": Picking(storage, FakeDirectory(storage), wake=lambda: None),
            "dialogs": self.dialogs,
            "notices": Notices(self.bot, FakeJournal(storage), self.clock),
            "journal": FakeJournal(storage),
            "clock": self.clock,
            "new_reference": lambda: "REFERENCE",
            "report": lambda fault, _reference: self.faults.append(fault),
        }
        self.dispatcher = Dispatcher(
            storage=DialogStorage(self.dialogs, self.clock),
            fsm_strategy=FSMStrategy.USER_IN_TOPIC,
            **provided,
        )
        connect(
            self.dispatcher, people, presence, groups, requests, Defaults("en", "UTC"), limits, self.clock
        )

    async def _agents_changed(self) -> None:
        self.told_caches += 1

    async def start(self, actor: Any, arrival: Any, agent: Any, question: str) -> None:
        """See crm.agents.trials.Trials: what is tried is noted."""
        self.tried.append((agent.slug, question))

    async def _look(self) -> Vitals:
        return self.vitals

    async def deliveries(self, now: datetime, since: datetime) -> DeliveryHealth:
        return self.delivery_health

    async def _download(self, file_id: str) -> bytes:
        return self.files[file_id]

    def _secret(self) -> str:
        self._secrets += 1
        return f"secret-{self._secrets}"

    async def sends(self, name: str, content: bytes, *, size: int | None = None, **more: Any) -> Any:
        """The handlers' answer to a document."""
        file_id = f"file-{len(self.files) + 1}"
        self.files[file_id] = content
        document = {"file_id": file_id, "file_unique_id": file_id, "file_name": name}
        return await self.says(None, document=document | {"file_size": size or len(content)}, **more)

    async def says(self, text: str | None, *, user: int = 1001, chat: int | None = None, **more: Any) -> Any:
        """The handlers' answer to a message; `chat` below 0 is a group."""
        body = {"text": text} if text is not None else {}
        return await self.fed("message", self._message(user, chat, **body, **more))

    async def edits(self, text: str, message_id: int, *, user: int = 1001, chat: int | None = None) -> Any:
        """What becomes of an edit of an earlier message."""
        body = self._message(user, chat, text=text) | {"message_id": message_id, "edit_date": 1}
        return await self.fed("edited_message", body)

    async def presses(self, data: str, *, user: int = 1001, **more: Any) -> Any:
        message = self._message(user, None) | {"from": ME.model_dump(exclude_none=True)}
        place = more or {"message": message}
        press = {"id": "1", "from": _user(user), "chat_instance": "1", "data": data, **place}
        return await self.fed("callback_query", press)

    async def asks_inline(self, query: str, *, user: int = 1001, offset: str = "") -> list[Any]:
        """The results offered for «@bot query»; the whole answer is the last of `session.calls`."""
        body = {"id": "1", "from": _user(user), "query": query, "offset": offset}
        await self.fed("inline_query", body)
        return list(self.session.calls[-1].results)

    async def sends_file(self, content: bytes, name: str = "contacts.vcf") -> Any:
        """The answer to a document."""
        self.session.file = content
        body = {"file_id": "f", "file_unique_id": "f", "file_name": name, "file_size": len(content)}
        return await self.says(None, document=body)

    async def chooses(self, result: Any, *, user: int = 1001, posted: str = "5:1") -> Any:
        """Telegram's word that a result was posted, where inline feedback is on."""
        body = {"result_id": result.id, "from": _user(user), "query": "", "inline_message_id": posted}
        return await self.fed("chosen_inline_result", body)

    @property
    def titles(self) -> list[str]:
        return [row.task.title for row in self.storage.state.tasks.values()]

    @property
    def questions(self) -> list[str]:
        """What was passed to an assistant."""
        return [row.turn.text for row in self.storage.state.turns.values()]

    def _message(self, user: int, chat: int | None, **body: Any) -> dict[str, Any]:
        place = user if chat is None else chat
        where = {"id": place, "type": "private" if place > 0 else "group"}
        date = int(self.clock().timestamp())
        return {"message_id": self._update_id + 1, "date": date, "chat": where, "from": _user(user), **body}

    def skip_updates_of(self, other: "Desk") -> None:
        """Go on counting where another desk, before a restart, has ended."""
        self._update_id = other._update_id

    async def fed(self, kind: str, body: dict[str, Any]) -> Any:
        self._update_id += 1
        update = Update.model_validate({"update_id": self._update_id, kind: body})
        answer = await self.dispatcher.feed_update(self.bot, update)
        return answer if isinstance(answer, Answer) else None


def _user(user: int) -> dict[str, Any]:
    return {"id": user, "is_bot": False, "first_name": f"Person {user}", "language_code": "en"}
