"""Streaming: what a chat sees while an answer is written, in what time, and what happens where that fails."""

import asyncio
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.methods import SendMessage
from aiogram.types import Chat, Message

from crm.answers import File
from crm.people import ChatKind
from crm.turns import Turn
from handlers.delivering import Delivery
from handlers.rendering import Piece
from handlers.splitting import LIMIT
from handlers.streaming import DRAFT_EVERY, DRAFT_LIFE, GROUP_EDIT_EVERY, Stream, Way
from tests.fakes import MONDAY, an_actor

CALL = SendMessage(chat_id=1, text="x")


@dataclass
class Telegram:
    """Notes what is shown, and at what second."""

    now: float = 100.0
    drafts: list[tuple[float, str]] = field(default_factory=list)
    sent: list[tuple[float, str]] = field(default_factory=list)
    edits: list[tuple[float, str]] = field(default_factory=list)
    typed: list[float] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    topics: set[int | None] = field(default_factory=set)  # where anything new was shown

    def _fail(self) -> None:
        if self.faults:
            raise self.faults.pop(0)

    async def send_message_draft(
        self, _chat: int, *, text: str, message_thread_id: int | None, **_more: Any
    ) -> bool:
        self._fail()
        self.topics.add(message_thread_id)
        self.drafts.append((self.now, text))
        return True

    async def send_message(
        self, _chat: int, text: str, *, message_thread_id: int | None, **_more: Any
    ) -> Message:
        self._fail()
        self.topics.add(message_thread_id)
        self.sent.append((self.now, text))
        return Message(message_id=9, date=MONDAY, chat=Chat(id=1, type="private"))

    async def edit_message_text(self, text: str, **_more: Any) -> bool:
        self._fail()
        self.edits.append((self.now, text))
        return True

    async def send_document(
        self, _chat: int, _file: Any, *, message_thread_id: int | None, **_more: Any
    ) -> Message:
        self.topics.add(message_thread_id)
        return Message(message_id=10, date=MONDAY, chat=Chat(id=1, type="private"))

    async def edit_message_reply_markup(self, *, message_id: int, reply_markup: Any, **_more: Any) -> bool:
        assert reply_markup is None
        self.left.append(message_id)
        return True

    async def send_chat_action(
        self, _chat: int, _action: str, *, message_thread_id: int | None, **_more: Any
    ) -> bool:
        self.topics.add(message_thread_id)
        self.typed.append(self.now)
        return True


class Scene:
    def __init__(
        self, *, kind: ChatKind = ChatKind.PRIVATE, live: bool = False, shown_as: int | None = None
    ) -> None:
        self.telegram, self.said, self.kept = Telegram(), "", list[int]()
        actor = an_actor(chat_kind=kind)
        turn = Turn(7, 1, "lease", 1, 1, actor, 5, 3, "x", MONDAY)
        bot = cast("Bot", self.telegram)
        turn = replace(turn, is_live=live, shown_as=shown_as)
        self.stream = Stream(bot, turn, self._keep, lambda: self.telegram.now)
        self.stream.follow(lambda: self.said)

    async def _keep(self, message_id: int) -> None:
        self.kept.append(message_id)

    async def passes(self, seconds: float, words: str = "") -> None:
        """Time goes by, with so many words each tenth of a second."""
        for _ in range(round(seconds * 10)):
            self.said += words
            await self.stream.look()
            self.telegram.now = round(self.telegram.now + 0.1, 3)


async def test_drafts_only_grow_once_a_second_at_most() -> None:
    scene = Scene()
    await scene.passes(5, "word ")
    times, texts = zip(*scene.telegram.drafts, strict=True)
    assert len(texts) == 5
    assert all(later - before >= DRAFT_EVERY for before, later in pairwise(times))
    assert all(after.startswith(before) for before, after in pairwise(texts))


async def test_the_first_words_are_shown_at_once() -> None:
    scene = Scene()
    scene.said = "Let"
    await scene.stream.look()
    assert scene.telegram.drafts == [(100.0, "Let")]


async def test_an_answer_that_is_there_waits_for_no_draft_that_is_to_come() -> None:
    scene = Scene()
    scene.said = "Let"
    showing = asyncio.create_task(scene.stream.run())
    await a_moment()
    assert scene.telegram.drafts == [(100.0, "Let")]
    scene.stream.close()
    await a_moment()
    assert showing.done()


async def a_moment() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_silent_tool_keeps_the_draft_alive() -> None:
    scene = Scene()
    await scene.passes(1, "word ")
    await scene.passes(2 * DRAFT_LIFE + 1)
    times = [at for at, _text in scene.telegram.drafts]
    assert len(times) >= 3
    assert all(later - before < 30 for before, later in pairwise(times))


async def test_a_second_of_silence_says_that_somebody_is_at_work() -> None:
    scene = Scene()
    await scene.passes(1.2)
    assert scene.telegram.drafts == [(101.0, "")]


async def test_another_try_takes_nothing_back() -> None:
    scene = Scene()
    await scene.passes(1, "word ")
    before = scene.telegram.drafts[-1][1]
    scene.said = "Something else"
    await scene.passes(25)
    assert {text for _at, text in scene.telegram.drafts[1:]} <= {before, scene.telegram.drafts[0][1]}


async def test_what_is_too_long_for_a_draft_turns_the_page() -> None:
    scene = Scene()
    await scene.passes(10, "word " * 20)
    assert len(scene.said) > LIMIT
    assert all(len(text) <= LIMIT for _at, text in scene.telegram.drafts)
    assert scene.said.endswith(scene.telegram.drafts[-1][1].rsplit(maxsplit=3)[-1] + " ")


async def test_told_to_wait_nothing_is_shown_meanwhile() -> None:
    scene = Scene()
    scene.telegram.faults = [TelegramRetryAfter(CALL, "wait", 3)]
    await scene.passes(6, "word ")
    assert scene.telegram.drafts[0][0] >= 103
    assert scene.telegram.sent == []


async def test_where_drafts_fail_a_message_is_edited_and_where_that_fails_nothing_is() -> None:
    scene = Scene()
    scene.telegram.faults = [TelegramBadRequest(CALL, "no drafts")]
    await scene.passes(10, "word ")
    assert (scene.telegram.drafts, len(scene.telegram.sent), scene.kept) == ([], 1, [9])
    assert scene.telegram.edits
    scene.telegram.faults = [TelegramBadRequest(CALL, "message to edit not found")]
    await scene.passes(10, "word ")
    assert scene.stream.way is Way.NOTHING
    assert not scene.stream.wants_text


async def test_a_message_that_grew_before_its_process_died_goes_on_growing() -> None:
    scene = Scene(shown_as=9)
    await scene.passes(5, "word ")
    assert (scene.telegram.drafts, scene.telegram.sent, scene.kept) == ([], [], [])
    assert scene.telegram.edits
    assert scene.stream.message_id == 9


async def test_a_message_that_grew_and_became_no_answer_loses_its_stop() -> None:
    telegram = Telegram()
    turn = Turn(7, 1, "lease", 1, 1, an_actor(), None, 3, "x", MONDAY)
    kept: list[Any] = []

    async def keep(ids: Any) -> None:
        kept.append(ids)

    sent = await Delivery(cast("Bot", telegram), turn, 9).send([Piece("", (), File("a.py", b"x"))], keep)
    assert (sent, telegram.left) == ((10,), [9])
    assert await Delivery(cast("Bot", telegram), turn, 9).send([Piece("short", ())], keep) == (9,)
    assert telegram.left == [9]


async def test_where_the_message_that_grew_is_gone_the_answer_is_a_new_one() -> None:
    telegram = Telegram(faults=[TelegramBadRequest(CALL, "Bad Request: message to edit not found")])
    turn = Turn(7, 1, "lease", 1, 1, an_actor(), None, 3, "x", MONDAY)

    async def keep(_ids: Any) -> None: ...

    sent = await Delivery(cast("Bot", telegram), turn, 8).send([Piece("the answer", ())], keep)
    assert (sent, telegram.sent, telegram.edits) == ((9,), [(100.0, "the answer")], [])


async def test_a_group_sees_that_somebody_types_and_no_words() -> None:
    scene = Scene(kind=ChatKind.GROUP)
    assert not scene.stream.wants_text
    await scene.stream.look()
    assert scene.telegram.typed == [100.0]


@pytest.mark.parametrize("way", [Way.DRAFTS, Way.EDITS, Way.TYPING])
async def test_whatever_is_shown_is_shown_in_the_questions_topic(way: Way) -> None:
    scene = Scene(kind=ChatKind.PRIVATE if way is Way.DRAFTS else ChatKind.GROUP, live=way is Way.EDITS)
    assert scene.stream.way is way
    await scene.passes(2, "word ")
    assert scene.telegram.topics == {5}


async def test_every_piece_of_an_answer_is_in_the_questions_topic() -> None:
    telegram = Telegram()
    turn = Turn(7, 1, "lease", 1, 1, an_actor(), 5, 3, "x", MONDAY)

    async def keep(_ids: Any) -> None: ...

    pieces = [Piece("one"), Piece("two"), Piece(file=File("a.py", b"x"))]
    await Delivery(cast("Bot", telegram), turn).send(pieces[:2], keep)
    assert telegram.topics == {5}
    telegram.topics.clear()
    await Delivery(cast("Bot", telegram), turn).send(pieces[2:], keep)
    assert telegram.topics == {5}


async def test_a_group_that_wants_it_sees_a_message_grow_slowly() -> None:
    scene = Scene(kind=ChatKind.GROUP, live=True)
    await scene.passes(20, "word ")
    times = [at for at, _text in (*scene.telegram.sent, *scene.telegram.edits)]
    assert len(scene.telegram.sent) == 1
    assert all(later - before >= GROUP_EDIT_EVERY for before, later in pairwise(times))
    assert len(times) >= 3


@pytest.mark.parametrize("kind", [ChatKind.PRIVATE, ChatKind.GROUP])
async def test_what_the_gate_drops_is_tried_again(kind: ChatKind, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(kind=kind, live=True)
    if kind is ChatKind.PRIVATE:
        scene.stream.way = Way.EDITS

    async def dropped(*_given: Any, **_more: Any) -> bool:
        return True  # as the gate answers for what there is no room for

    send = scene.telegram.send_message
    monkeypatch.setattr(scene.telegram, "send_message", dropped)
    await scene.passes(3, "word ")
    assert scene.stream.message_id is None
    monkeypatch.setattr(scene.telegram, "send_message", send)
    await scene.passes(10, "word ")
    assert scene.stream.message_id == 9
