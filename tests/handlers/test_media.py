"""Media, memory and money as people meet them: what is taken up, what is refused, and what the cards say."""

from typing import Any

import pytest

from crm.attachments import Senses
from crm.usage import Period, Scope
from tests.handlers.desk import Desk

VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 3, "file_size": 1000}
PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]
PDF = {"file_id": "d", "file_unique_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf"}


@pytest.fixture
def hearing() -> Desk:
    return Desk(Senses(hears=True, reads=frozenset({"images", "pdf"})))


def carried(desk: Desk) -> list[tuple[str, list[str]]]:
    return [
        (row.turn.text, [one.kind for one in row.turn.attachments])
        for row in desk.storage.state.turns.values()
    ]


async def test_without_a_model_for_speech_a_voice_note_gets_a_sentence(desk: Desk) -> None:
    answer = await desk.says(None, voice=VOICE)
    assert "no model for speech is connected" in answer.text
    assert carried(desk) == []


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("voice", VOICE),
        ("audio", VOICE | {"file_name": "a.mp3"}),
        ("video_note", VOICE | {"length": 240}),
    ],
)
async def test_what_is_spoken_becomes_a_turn_and_the_handler_waits_for_nothing(
    hearing: Desk, kind: str, body: dict[str, Any]
) -> None:
    more: dict[str, Any] = {kind: body}
    assert await hearing.says(None, **more) is None
    assert carried(hearing) == [("", [kind])]


@pytest.mark.parametrize(
    ("body", "said"),
    [({"file_size": 20_000_001}, "larger than 20 MB"), ({"duration": 1801}, "longer than 30 minutes")],
)
async def test_what_is_too_large_or_too_long_is_refused(
    hearing: Desk, body: dict[str, Any], said: str
) -> None:
    answer = await hearing.says(None, voice=VOICE | body)
    assert said in answer.text
    assert carried(hearing) == []


async def test_a_picture_with_words_goes_to_the_assistant(hearing: Desk) -> None:
    assert await hearing.says(None, photo=PHOTO, caption="what is this?") is None
    assert await hearing.says(None, document=PDF, caption="sum it up") is None
    assert carried(hearing) == [("what is this?", ["photo"]), ("sum it up", ["pdf"])]


async def test_a_picture_whose_words_are_a_task_is_one(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, caption="check the meter tomorrow 10:00")
    assert hearing.titles == ["check the meter"]
    assert carried(hearing) == []


async def test_a_picture_without_words_asks_what_is_to_be_done_and_can_be_shown(hearing: Desk) -> None:
    asked = await hearing.says(None, photo=PHOTO)
    [row] = asked.buttons
    assert [button.text for button in row] == ["Make a task", "Ask the assistant"]
    await hearing.presses(row[1].data)
    assert carried(hearing) == [("", ["photo"])]


async def test_a_forwarded_voice_note_stays_somebody_elses(hearing: Desk) -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Zoe"}
    answer = await hearing.says(None, voice=VOICE, forward_origin=origin)
    assert "Make a task" in answer.text
    assert carried(hearing) == []


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Remember that I prefer calls after ten", "I prefer calls after ten"),
        ("запомни, что мне звонить после десяти", "мне звонить после десяти"),
        ("remember: the code is blue", "the code is blue"),
    ],
)
async def test_what_is_to_be_remembered_is_kept_without_a_model(desk: Desk, text: str, fact: str) -> None:
    answer = await desk.says(text)
    assert fact in answer.text
    card = await desk.says("/memory")
    assert f"1. {fact}" in card.text
    assert desk.questions == []


@pytest.mark.parametrize("text", ["Do you remember that?", "remember to smile", "запомни, что это?"])
async def test_what_only_sounds_so_goes_on_to_the_assistant(desk: Desk, text: str) -> None:
    await desk.says(text)
    assert desk.questions == [text]


async def test_a_fact_is_changed_and_forgotten_by_its_buttons(desk: Desk) -> None:
    await desk.says("remember that I prefer tea")
    card = await desk.says("/memory")
    edit, drop = card.buttons[0]
    assert "instead" in (await desk.presses(edit.data)).text
    assert "coffee" in (await desk.says("I prefer coffee")).text
    assert "coffee" not in (await desk.presses(drop.data)).text


async def test_erasing_asks_first(desk: Desk) -> None:
    await desk.says("what is new?")
    card = await desk.says("/forget")
    sure = await desk.presses(card.buttons[0][0].data)
    assert "can not be brought back" in sure.text
    assert desk.questions == ["what is new?"]
    done = await desk.presses(sure.buttons[0][0].data)
    assert done.text.startswith("Erased: 1 message.")
    assert desk.questions == [""]


async def test_nobody_erases_by_a_button_of_somebody_else(desk: Desk) -> None:
    await desk.says("what is new?")
    answer = await desk.presses("mem:1001:erase:all", user=1002)
    assert "somebody else" in answer.toast
    assert desk.questions == ["what is new?"]


async def test_a_budget_is_set_by_a_button_and_by_typing(desk: Desk) -> None:
    card = await desk.says("/usage")
    assert "What assistants cost" in card.text
    budgets = await desk.presses(card.buttons[0][0].data)
    asked = await desk.presses(budgets.buttons[1][0].data)
    assert "A member, a day" in asked.text
    await desk.presses(asked.buttons[0][1].data)
    assert [*desk.storage.state.budgets.values()] == [2_000_000]
    await desk.presses(budgets.buttons[1][0].data)
    assert "US dollars" in (await desk.says("much")).text  # what can't be read leaves the question open
    assert (await desk.says("1,50")).text == "A member, a day: $1.50"
    assert [(key[1:], sum) for key, sum in desk.storage.state.budgets.items()] == [
        ((Scope.MEMBER, None, Period.DAY), 1_500_000)
    ]


async def test_a_team_is_switched_off_and_on_by_its_card(desk: Desk) -> None:
    card = await desk.says("/team")
    [switch] = [one for row in card.buttons for one in row if one.text == "Switch assistants off"]
    off = await desk.presses(switch.data)
    assert "switched off" in off.text
    assert "switched off in this team" in (await desk.says("how are you?")).text
    assert desk.questions == []
    assert "buy paper" in (await desk.says("/task buy paper")).text  # commands work on
    await desk.presses(off.buttons[0][0].data)
    await desk.says("how are you?")
    assert desk.questions == ["how are you?"]
