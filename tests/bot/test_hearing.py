"""Hearing: a recording is heard once, shown, and answered or saved."""

from dataclasses import replace

import pytest

from crm.attachments import Attachment
from crm.people import ChatKind
from llm.transcripts import NotHeard
from tests.bot.rooms import VOICE, Room
from tests.fakes import (
    FakeListener,
)


@pytest.fixture
def room() -> Room:
    return Room()


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
