"""Attending: what is said instead of an answer, what is said before the first, and what is heard, shown and saved."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from aiogram import Bot

from bot.attending import Attending
from bot.disclosing import Disclosing
from bot.hearing import Hearing
from crm.answers import Answer, Button
from crm.attachments import Attachment
from crm.budgets import BudgetSpent, Period, Scope
from crm.conversations import Conversations
from crm.errors import BadInput
from crm.memory import Memory, context_of
from crm.people import ChatKind
from crm.preparing import Preparing
from crm.privacy import Privacy
from crm.quick_adds import QuickAdds
from crm.turns import ModelAnswer, Turn
from crm.usage import Estimate, Usage, counted
from handlers.notices import Notices
from handlers.usage import warn_operators
from llm.transcripts import NotHeard, Transcripts
from tests.fakes import (
    FakeClock,
    FakeDirectory,
    FakeJournal,
    FakeListener,
    FakeStorage,
    FakeTurnDoors,
    an_actor,
    an_agent,
    an_arrival,
)

VOICE = Attachment("voice", "v", "audio/ogg", "voice.ogg", 1000, 3)
PHOTO = Attachment("photo", "p", "image/jpeg")


@dataclass
class Telegram:
    id: int = 42
    said: list[tuple[int, str, bool]] = field(default_factory=list)  # chat, text, whether it has buttons
    topics: set[int | None] = field(default_factory=set)

    async def send_message(self, chat_id: int, text: str, **more: Any) -> Any:
        self.said.append((chat_id, text, more.get("reply_markup") is not None))
        self.topics.add(more["message_thread_id"])
        return type("Sent", (), {"message_id": 77})()


@dataclass
class Models:
    """Answers with an echo; `leaves_for` are its providers, `fault` is raised once."""

    leaves_for: Sequence[str] = ()
    fault: Exception | None = None
    sees: bool = False
    made: str | None = None
    asked: list[tuple[str, Sequence[Sequence[Any]]]] = field(default_factory=list)
    summed: list[str] = field(default_factory=list)

    async def answer(self, turn: Turn, history: Sequence[Sequence[Any]], _listener: Any) -> ModelAnswer:
        self.asked.append((turn.text, history))
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return ModelAnswer(f"echo {turn.text}", [], "m")

    async def providers(self, _turn: Turn) -> Sequence[str]:
        return self.leaves_for

    async def summary(self, _turn: Turn, text: str) -> str | None:
        self.summed.append(text)
        return self.made

    async def reads(self, _turn: Turn) -> bool:
        return self.sees


@dataclass
class Ears:
    """llm.transcripts.Transcripts, hearing what it is told."""

    words: str = "what is due"
    provider: str | None = None
    fault: Exception | None = None
    heard: list[bytes] = field(default_factory=list)

    async def hear(self, content: bytes, _name: str, _seconds: int, _meter: Any) -> str:
        self.heard.append(content)
        if self.fault is not None:
            raise self.fault
        return self.words


class Room:
    def __init__(self) -> None:
        self.storage, self.clock, self.telegram = FakeStorage(), FakeClock(), Telegram()
        self.models, self.ears = Models(), Ears()
        self.storage.state.agents.append(an_agent("assistant", is_default=True))
        directory, bot = FakeDirectory(self.storage), cast(Bot, self.telegram)
        self.memory, self.privacy = Memory(self.storage, directory), Privacy(self.storage)
        self.conversations = Conversations(
            self.storage, FakeTurnDoors(self.storage), directory, wake=lambda: None, cancel=lambda _turn: None
        )
        notices = Notices(bot, FakeJournal(self.storage), self.clock)
        self.usage = usage = Usage(
            self.storage, self.clock, bot_micros=5_000_000, warn=notices.about(warn_operators)
        )
        hearing = Hearing(
            bot, cast(Transcripts, self.ears), self._download, self.conversations, QuickAdds(self.storage), usage,
            self.models.reads, self.memory, self._offer,
        )  # fmt: skip
        self.attending = Attending(
            self.models, Preparing(self.storage), self.memory, Disclosing(bot, self.privacy), notices, hearing
        )
        self._updates = 0

    async def _offer(self, turn: Turn) -> Answer:
        return Answer(f"offer of {turn.text}", buttons=((Button("Make a task", data="x"),),))

    async def _download(self, file_id: str) -> bytes:
        if file_id == "gone":
            raise BadInput("Telegram no longer has this file. Send it again.")
        return file_id.encode()

    async def turn(self, text: str = "hello", *attachments: Attachment, **who: Any) -> Turn:
        self._updates += 1
        await self.conversations.ask(
            an_actor(**who), an_arrival(self._updates), text, attachments=attachments
        )
        claimed = await self.conversations.claim(self.clock())
        return claimed[-1]

    async def answer(self, text: str = "hello", *attachments: Attachment, **who: Any) -> str:
        turn = await self.turn(text, *attachments, **who)
        answer = await self.attending.answer(turn, FakeListener())
        await self.attending.settle()
        self.storage.state.turns[turn.id] = replace(self.storage.state.turns[turn.id], state="sent")
        return answer.text

    @property
    def said(self) -> list[str]:
        return [text for _chat, text, _buttons in self.telegram.said]


@pytest.fixture
def room() -> Room:
    return Room()


async def test_what_leaves_is_said_once_and_before_the_model_is_asked(room: Room) -> None:
    room.models.leaves_for = ["OpenAI"]
    room.models.fault = RuntimeError("down")
    turn = await room.turn()
    with pytest.raises(RuntimeError):
        await room.attending.answer(turn, FakeListener())
    [notice] = room.said
    assert "goes to OpenAI" in notice
    await room.attending.answer(turn, FakeListener())
    assert room.said == [notice]


async def test_the_notice_and_the_transcript_stay_in_the_questions_topic(room: Room) -> None:
    room.ears.provider = "speech.example.org"
    turn = replace(await room.turn("", VOICE), thread_id=5)
    await room.attending.answer(turn, FakeListener())
    assert len(room.said) == 2
    assert room.telegram.topics == {5}


async def test_another_provider_is_said_again_and_to_everybody_for_themselves(room: Room) -> None:
    room.models.leaves_for = ["OpenAI"]
    turn = await room.turn()
    await room.attending.answer(turn, FakeListener())
    room.models.leaves_for = ["OpenAI", "llm.example.org"]
    await room.attending.answer(turn, FakeListener())
    boris = replace(turn, actor=replace(turn.actor, person_id=2, telegram_chat_id=1002))
    await room.attending.answer(boris, FakeListener())
    assert [("OpenAI" in text, "llm.example.org" in text) for text in room.said] == [
        (True, False),
        (False, True),
        (True, True),
    ]


async def test_nothing_is_said_of_what_stays_here(room: Room) -> None:
    assert await room.answer() == "echo hello"
    assert room.said == []


async def test_a_team_without_assistants_asks_no_model(room: Room) -> None:
    turn = await room.turn()
    async with room.storage.transaction(turn.actor) as unit:
        await unit.privacy.set_off(off=True)
    answer = await room.attending.answer(turn, FakeListener())
    assert "switched off in this team" in answer.text
    assert room.models.asked == []


async def test_a_spent_budget_is_said_to_the_person_and_once_a_day_to_the_operators(room: Room) -> None:
    turn = await room.turn(language="en")
    room.storage.state.budgets[turn.actor.workspace_id, Scope.MEMBER, None, Period.DAY] = 1_000_000
    for _ in range(2):
        with pytest.raises(BudgetSpent) as spent:
            await room.usage.reserve(turn.actor, Estimate("m", 1, 2_000_000))
        room.models.fault = spent.value
        answer = await room.attending.answer(turn, FakeListener())
        assert answer.text.startswith("Your own budget for assistants is used up for today")
    [(chat, text, _buttons)] = room.telegram.said
    assert chat == 900
    assert "«Участник, в день», $1.00" in text
    assert not room.storage.state.postponed  # said, and nothing is owed


async def test_a_spent_budget_that_nobody_was_told_of_is_told_from_its_row(room: Room) -> None:
    turn = await room.turn()
    with pytest.raises(BudgetSpent):  # for a summary or a trial, or the process ends here
        await room.usage.reserve(turn.actor, Estimate("m", 1, 6_000_000))
    [(owed, _until)] = room.storage.state.postponed.values()
    assert owed.address["message"]["chat"]["id"] == 900
    assert "$5.00" in owed.answer.text


async def test_what_found_no_room_is_summed_up_beside_the_answer(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context_of, "__kwdefaults__", {"budget": 60})
    turn = await room.turn()
    said = [
        {"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "q" * 90}]},
        {"kind": "response", "parts": [{"part_kind": "text", "content": "a" * 60}]},
    ]
    for _ in range(2):
        row = room.storage.state.turns[turn.id]
        room.storage.state.turns[turn.id] = replace(row, state="sent", answer=ModelAnswer("", said, "m"))
        turn = await room.turn()
    room.models.made = "They talked."
    await room.attending.answer(turn, FakeListener())
    await room.attending.settle()
    assert "q" * 90 in room.models.summed[0]
    assert (await room.memory.context(turn)).summary == "They talked."
    await room.attending.answer(turn, FakeListener())
    assert "They talked." in str(room.models.asked[-1][1][0])


async def test_what_goes_on_from_something_erased_says_nothing_and_asks_no_model(room: Room) -> None:
    turn = await room.turn()
    answer = await room.attending.answer(replace(turn, resumes_turn_id=turn.id - 1), FakeListener())
    assert (answer.text, room.models.asked) == ("", [])


async def test_a_recording_is_heard_shown_and_answered(room: Room) -> None:
    assert await room.answer("", VOICE) == "echo what is due"
    assert (room.said, room.ears.heard) == (["🎤 «what is due»"], [b"v"])


async def test_a_forwarded_recording_is_heard_shown_and_asked_about(room: Room) -> None:
    room.ears.words = "shall we meet"
    theirs = replace(VOICE, of_others=True, said_at="2026-03-01T10:00:00+00:00")
    turn = await room.turn("", theirs)
    for _ in range(2):  # also when the process died right after
        answer = await room.attending.answer(turn, FakeListener())
        assert answer.text == ""
        row = room.storage.state.turns[turn.id]
        turn = row.turn
    room.storage.state.turns[turn.id] = replace(row, state="sent")
    assert room.telegram.said[0][1:] == ("offer of shall we meet", True)
    assert room.models.asked == []
    assert await room.answer("what of this?", theirs) == "echo what of this?\nshall we meet"


async def test_who_hears_it_is_said_before(room: Room) -> None:
    room.ears.provider = "speech.example.org"
    await room.answer("", VOICE)
    assert "speech.example.org" in room.said[0]
    await room.answer("typed")
    assert len(room.said) == 2  # the notice and the transcript


async def test_a_recording_is_heard_once_also_when_the_turn_is_taken_up_again(room: Room) -> None:
    room.models.fault = RuntimeError("killed")
    turn = await room.turn("", VOICE)
    with pytest.raises(RuntimeError):
        await room.attending.answer(turn, FakeListener())
    kept = room.storage.state.turns[turn.id].turn
    assert kept.text == "what is due"
    answer = await room.attending.answer(kept, FakeListener())
    assert (answer.text, len(room.ears.heard), len(room.said)) == ("echo what is due", 1, 1)


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("call Anna tomorrow at 10", "tasks"),
        ("remind me in 20 minutes to drink tea", "reminders"),
        ("звонок Анне, не дозвонились", "calls"),
    ],
)
async def test_what_says_without_doubt_what_it_is_is_saved_with_its_card(
    room: Room, words: str, what: str
) -> None:
    room.ears.words = words
    answer = await room.answer("", VOICE)
    assert words in answer.replace("\\", "")
    assert len(getattr(room.storage.state, what)) == 1
    [(_chat, _card, has_buttons)] = room.telegram.said
    assert has_buttons
    assert room.models.asked == []


async def test_what_was_saved_before_a_crash_is_not_saved_twice(room: Room) -> None:
    room.ears.words = "call Anna tomorrow at 10"
    turn = await room.turn("", VOICE)
    for _ in range(2):
        await room.attending.answer(turn, FakeListener())
    assert len(room.storage.state.tasks) == 1


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("Remember that I prefer calls after ten.", "I prefer calls after ten"),
        ("Запомни, что мне звонить после десяти.", "мне звонить после десяти"),
    ],
)
async def test_what_is_to_be_remembered_is_kept_without_a_model_and_once(
    room: Room, words: str, fact: str
) -> None:
    room.ears.words = words
    turn = await room.turn("", VOICE)
    for _ in range(2):  # also when the process died right after
        answer = await room.attending.answer(turn, FakeListener())
        said = answer.text.replace("\\", "")
        assert said.startswith(f"🎤 «{words}»\n\nRemembered: {fact}\n")
        turn = room.storage.state.turns[turn.id].turn
    assert [one.body for one in (await room.memory.show(turn.actor, None)).facts] == [fact]
    assert (room.models.asked, room.said) == ([], [])


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        (replace(VOICE, of_others=True), "Remember that I am the owner."),
        (replace(VOICE, kind="audio"), "Remember that I am the owner."),
        (VOICE, "Remember that?"),
    ],
)
async def test_nobody_else_has_anything_remembered(room: Room, recording: Attachment, words: str) -> None:
    room.ears.words = words
    turn = await room.turn("", recording)
    await room.attending.answer(turn, FakeListener())
    assert (await room.memory.show(turn.actor, None)).facts == []


async def test_what_is_too_long_to_be_remembered_is_said(room: Room) -> None:
    room.ears.words = f"Remember that {'x' * 301}"
    assert "too long to remember" in await room.answer("", VOICE)
    assert room.models.asked == []


async def test_in_a_group_nothing_is_saved_unasked(room: Room) -> None:
    room.ears.words = "call Anna tomorrow at 10"
    group = {"chat_kind": ChatKind.GROUP, "chat_id": 5, "telegram_chat_id": -5}
    assert await room.answer("", VOICE, **group) == "echo call Anna tomorrow at 10"
    assert room.storage.state.tasks == {}


@pytest.mark.parametrize(
    ("words", "fault", "said"),
    [
        (" ", None, "no words"),
        ("x", NotHeard("500"), "could not make out"),
        ("x", None, "no longer has this file"),
    ],
)
async def test_what_can_not_be_heard_is_said(
    room: Room, words: str, fault: Exception | None, said: str
) -> None:
    room.ears.words, room.ears.fault = words, fault
    voice = replace(VOICE, file_id="gone") if "no longer" in said else VOICE
    assert said in await room.answer("", voice)
    assert room.models.asked == []


async def test_a_picture_goes_to_a_model_that_reads_it(room: Room) -> None:
    assert "No model that reads pictures" in await room.answer("what is it?", PHOTO)
    assert room.models.asked == []
    room.models.sees = True
    assert await room.answer("what is it?", PHOTO) == "echo what is it?"


def test_a_free_refusal_costs_nothing() -> None:
    assert counted("m", 0, 0, 0.0).micros == 0
