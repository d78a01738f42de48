"""The offline model: says that it is offline, understands usual requests in both languages, asks before it writes."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm.answers import Answer
from crm.calls import Calls
from crm.contacts import Contacts
from crm.grammar.readers import Reader
from crm.proposals import Kind
from crm.tasks import Tasks
from crm.turns import ModelAnswer, Turn
from llm import offline
from llm.assistants import Assistants
from llm.models import ModelConfig
from llm.offline_intents import understood
from llm.offline_texts import TEXTS
from llm.tools import TOOLS
from tests.fakes import (
    MONDAY,
    FakeClock,
    FakeDirectory,
    FakeListener,
    FakeStorage,
    an_actor,
    an_agent,
    an_arrival,
)
from tests.llm.desks import a_desk

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "tool", "arguments"),
    [
        ("remind me in an hour to call Anna", "create_reminder", None),
        ("напомни через час позвонить Анне", "create_reminder", None),
        ("what's due?", "agenda", {}),
        ("What is due today", "agenda", {}),
        ("что у меня на сегодня?", "agenda", {}),
        ("план на день", "agenda", {}),
        ("what is on my list?", "my_tasks", {}),
        ("что у меня в списке?", "my_tasks", {}),
        ("log a call with Anna no answer", "log_call", {"line": "Anna no answer"}),
        ("запиши звонок с Анной не дозвонились", "log_call", {"line": "Анной не дозвонились"}),
        ("find contact Anna Petrova", "find_contacts", {"words": "Anna Petrova"}),
        ("please find the contact Anna", "find_contacts", {"words": "Anna"}),
        ("найди контакт Анна Петрова", "find_contacts", {"words": "Анна Петрова"}),
        ("who is Anna?", "find_contacts", {"words": "Anna"}),
        ("add contact Anna +79991234567", "add_contact", {"line": "Anna +79991234567"}),
        ("добавь новый контакт Анна", "add_contact", {"line": "Анна"}),
        ("create a task to send the invoice tomorrow", "create_task", {"line": "send the invoice tomorrow"}),
        ("создай задачу отправить счёт завтра", "create_task", {"line": "отправить счёт завтра"}),
        ("купить бумагу", "create_task", {"line": "купить бумагу"}),
        ("finish task 5", "finish_task", {"number": 5}),
        ("задача №5 готова", "finish_task", {"number": 5}),
        ("move task #5 to tomorrow 15:00", "change_task", {"number": 5, "when": "tomorrow 15:00"}),
        ("перенеси задачу 5 на завтра", "change_task", {"number": 5, "when": "завтра"}),
        ("find tasks about the invoice", "search_tasks", {"words": "the invoice"}),
        ("my tasks", "my_tasks", {}),
        ("какие у меня задачи", "my_tasks", {}),
        ("my reminders", "my_reminders", {}),
        ("какие у меня напоминания?", "my_reminders", {}),
        ("who called?", "latest_calls", {}),
        ("последние звонки", "latest_calls", {}),
        ("stats for the month", "stats", {"period": "month"}),
        ("how many calls this week?", "stats", {"period": "week"}),
        ("статистика", "stats", {"period": "week"}),
        ("который час?", "time_now", {}),
    ],
)
def test_what_it_understands(said: str, tool: str, arguments: dict[str, Any] | None) -> None:
    language = "ru" if any("а" <= letter <= "я" for letter in said.lower()) else "en"
    intent = understood(said, TOOLS, Reader(ZoneInfo("UTC"), language), NOW)
    assert intent.tool == tool
    assert arguments is None or intent.arguments == arguments


@pytest.mark.parametrize("said", ["очень жаль", "позвонить", "купить бумагу или не надо?"])
def test_what_names_nothing_to_do_becomes_no_card(said: str) -> None:
    assert understood(said, TOOLS, Reader(ZoneInfo("UTC"), "ru"), NOW).tool is None


def test_what_is_told_of_a_contact_is_in_words_of_the_language() -> None:
    told = "Анна · won\ntask #5 написать\ncall 2026-11-30 no_answer\nnote 2026-11-30: ждёт"
    said = offline._in_words(told, "ru", "find_contacts")
    assert said.splitlines()[:2] == ["Анна · клиент", "#5 написать"]
    assert said.splitlines()[2].startswith("☎ · пн, 30 нояб.")
    assert said.splitlines()[2].endswith(" · не дозвонились")
    assert said.splitlines()[3].startswith("✎ · пн, 30 нояб.")
    assert said.endswith(": ждёт")


def test_it_calls_no_tool_that_its_assistant_was_not_given() -> None:
    reader = Reader(ZoneInfo("UTC"), "en")
    assert understood("finish task 5", (), reader, NOW).tool is None
    assert understood("remind me in an hour to call Anna", (), reader, NOW).tool is None


class House:
    def __init__(self) -> None:
        self.storage = FakeStorage()
        self.storage.state.agents[:] = [an_agent("assistant", tools=tuple(TOOLS))]
        self.assistants = Assistants(
            FakeDirectory(self.storage), a_desk(self.storage), ModelConfig(), FakeClock()
        )

    async def asked(
        self, text: str, language: str = "en", listener: FakeListener | None = None
    ) -> ModelAnswer:
        actor = an_actor(language=language)
        self.storage.seat(actor)
        agent = self.storage.state.agents[0]
        return await self.assistants.answer(
            Turn(7, 3, "lease", 1, agent.id, actor, None, 5, text, MONDAY),
            [],
            listener or FakeListener(wants_text=False),
        )


@pytest.fixture
def house() -> House:
    return House()


@pytest.mark.parametrize(
    ("said", "language"),
    [("hello", "en"), ("who are you?", "en"), ("привет", "ru"), ("что ты умеешь?", "ru"), ("мяу", "ru")],
)
async def test_it_greets_and_explains_itself_and_says_that_it_is_offline(
    house: House, said: str, language: str
) -> None:
    answer = await house.asked(said, language)
    assert TEXTS[language]["offline"] in answer.text
    assert TEXTS[language]["can"] in answer.text
    assert (TEXTS[language]["hello"] in answer.text) is (said in ("hello", "привет"))


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("said", "language", "kind"),
    [
        ("create a task to send the invoice tomorrow", "en", Kind.TASK),
        ("напомни через час позвонить Анне", "ru", Kind.REMINDER),
        ("log a call with Petrov busy", "en", Kind.CALL),
        ("добавь контакт Анна", "ru", Kind.CONTACT),
    ],
)
async def test_a_write_becomes_a_card_and_is_said_to_be_read_offline(
    house: House, said: str, language: str, kind: Kind, streams: bool
) -> None:
    listener = FakeListener(wants_text=streams)
    answer = await house.asked(said, language, listener)
    (proposal,) = answer.proposals
    assert proposal.kind is kind
    assert answer.text == f"{TEXTS[language]['offline']} {TEXTS[language]['card']}"
    assert bool(listener.shown) is streams
    assert house.storage.state.tasks == {}


async def test_a_card_that_still_waits_is_no_answer_to_the_next_question(house: House) -> None:
    first = await house.asked("log a call with Petrov busy")
    actor = an_actor(language="en")
    turn = Turn(8, 3, "lease", 1, house.storage.state.agents[0].id, actor, None, 6, "my tasks", MONDAY)
    answer = await house.assistants.answer(turn, [first.messages], FakeListener(wants_text=False))
    assert answer.text == "Your open tasks: nothing yet."


async def test_what_can_not_be_saved_is_said_with_the_command(house: House) -> None:
    answer = await house.asked("finish task 99")
    assert answer.text == f"{TEXTS['en']['offline']} {TEXTS['en']['unread']}"


async def test_what_it_looked_up_is_shown_in_words_of_the_language(house: House) -> None:
    actor = an_actor(language="ru")
    await Tasks(house.storage).create(actor, an_arrival(1), "отправить счёт", lambda _saved: Answer())
    await Calls(house.storage).log(actor, an_arrival(2), "Петров занято", lambda _call: Answer())
    await Contacts(house.storage).save(actor, an_arrival(3), "Анна +79991234567", lambda _saved: Answer())
    assert (await house.asked("мои задачи", "ru")).text == "Ваши открытые задачи:\n#1 отправить счёт"
    calls = (await house.asked("последние звонки", "ru")).text
    assert calls.endswith("Петров · исходящий · занято")
    contact = (await house.asked("найди контакт Анна", "ru")).text
    assert "+79991234567" in contact  # it came back from behind its placeholder
    assert "<data>" not in contact
    assert (await house.asked("что на сегодня?", "ru")).text.endswith("пока ничего нет.")
    stats = (await house.asked("статистика", "ru")).text
    assert stats.startswith("Сделано:\nКоманда: поставлено ")
    assert "звонки: " in stats


@pytest.mark.parametrize(
    ("language", "told", "shown"),
    [
        ("en", "#1 call Anna · 2026-12-01 09:00 · overdue", "#1 call Anna · Tue, 1 Dec, 09:00 · overdue"),
        ("ru", "#1 позвонить Анне · 2026-12-01", "#1 позвонить Анне · вт, 1 дек."),
        ("ru", "#1 сверить 2026-12-01 · 2027-01-04 10:00", "#1 сверить 2026-12-01 · пн, 4 янв. 2027, 10:00"),
    ],
)
def test_a_moment_is_said_as_commands_say_it(
    monkeypatch: pytest.MonkeyPatch, language: str, told: str, shown: str
) -> None:
    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> "Now":
            return cls(2026, 11, 30, tzinfo=tz)

    monkeypatch.setattr(offline, "datetime", Now)
    assert offline._in_words(told, language, "my_tasks") == shown
