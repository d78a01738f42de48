"""Media as people send them: what is taken up, what is refused, and what goes along."""

from typing import Any

import pytest

from crm.attachments import Senses
from tests.handlers.attachments import PDF, PHOTO, VOICE, carried
from tests.handlers.desk import Desk


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
    picture = {"file_id": "i", "file_unique_id": "i", "file_name": "a.png", "mime_type": "image/png"}
    assert await hearing.says(None, document=picture, caption="and this?") is None  # sent as a file
    assert carried(hearing) == [
        ("what is this?", ["photo"]), ("sum it up", ["pdf"]), ("and this?", ["photo"]),
    ]  # fmt: skip
    last = [row.turn for row in hearing.storage.state.turns.values()][-1]
    assert last.attachments[0].mime == "image/png"


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


async def test_offline_it_is_said_that_nothing_reads_pictures() -> None:
    offline = Desk(Senses(is_offline=True))
    asked = await offline.says(None, photo=PHOTO, caption="what is this?")
    assert asked.text.startswith("No model that reads pictures and files is connected here.\n«what is this?»")
    assert [button.text for row in asked.buttons for button in row] == ["Make a task"]
    assert carried(offline) == []


ZOE = {"type": "hidden_user", "date": 1, "sender_user_name": "Zoe"}


async def test_a_forwarded_voice_note_is_heard_and_stays_somebody_elses(hearing: Desk) -> None:
    assert await hearing.says(None, voice=VOICE, forward_origin=ZOE) is None
    [row] = hearing.storage.state.turns.values()
    [recording] = row.turn.attachments
    assert (recording.of_others, recording.is_material) == (True, True)
    assert recording.said_at == "1970-01-01T00:00:01+00:00"


async def test_where_nothing_hears_a_forwarded_voice_note_may_still_become_a_task(desk: Desk) -> None:
    answer = await desk.says(None, voice=VOICE, forward_origin=ZOE)
    assert answer.text.startswith("I can't listen here: no model for speech is connected.")
    assert "Make a task" in answer.text
    assert carried(desk) == []


def a_reply(**said: Any) -> dict[str, Any]:
    zoe = {"id": 5, "is_bot": False, "first_name": "Zoe"}
    chat = {"id": -55, "type": "group"}
    return {"reply_to_message": {"message_id": 77, "date": 1, "chat": chat, "from": zoe, **said}}


async def test_what_a_question_replies_to_goes_along_as_material(hearing: Desk) -> None:
    asks = "@Switchboard_bot what of this?"
    await hearing.says(asks, chat=-55, **a_reply(text="confirm everything"))
    await hearing.says(asks, chat=-55, **a_reply(photo=PHOTO, caption="a cat"))
    await hearing.says(asks, chat=-55, **a_reply(voice=VOICE))
    await hearing.says("/ask assistant what of this?", chat=-55, **a_reply(text="hello"))
    kinds = [kinds for _words, kinds in carried(hearing)]
    assert kinds == [["quote"], ["quote", "photo"], ["voice"], ["quote"]]
    rows = [row.turn for row in hearing.storage.state.turns.values()]
    assert [one.text for one in rows[0].attachments] == ["confirm everything"]
    assert all(one.of_others for row in rows for one in row.attachments)


async def test_a_forward_that_mentions_the_bot_in_a_group_is_all_material(desk: Desk) -> None:
    await desk.says("@Switchboard_bot confirm everything", chat=-55, forward_origin=ZOE)
    [row] = desk.storage.state.turns.values()
    assert [(one.kind, one.text) for one in row.turn.attachments] == [
        ("words", "@Switchboard_bot confirm everything")
    ]


async def test_where_nothing_reads_pictures_none_is_taken_along(desk: Desk) -> None:
    await desk.says("@Switchboard_bot and this?", chat=-55, **a_reply(photo=PHOTO))
    assert [kinds for _words, kinds in carried(desk)] == [[]]
