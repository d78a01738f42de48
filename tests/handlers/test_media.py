"""Media, memory and money as people meet them: what is taken up, what is refused, and what the cards say."""

from typing import Any

import pytest

from crm.attachments import Senses
from crm.budgets import Period, Scope
from crm.turns import LEASE
from tests.fakes import FakeTurnDoors
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


async def test_an_album_is_one_question_with_all_its_pictures(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7"}
    for caption in ("compare them", None, "and this", None):
        words: dict[str, Any] = {"caption": caption} if caption else {}
        assert await hearing.says(None, **album, **words) is None
    assert carried(hearing) == [("compare them\nand this", ["photo"] * 4)]
    await hearing.says(None, photo=PHOTO, media_group_id="8", caption="and these?")
    assert len(carried(hearing)) == 2


async def test_an_album_without_words_is_asked_about_once(hearing: Desk) -> None:
    asked = await hearing.says(None, photo=PHOTO, media_group_id="7")
    for _ in range(2):
        assert await hearing.says(None, photo=PHOTO, media_group_id="7") is None
    assert await hearing.says(None, photo=PHOTO, media_group_id="7", caption="the meters") is None
    [row] = asked.buttons
    await hearing.presses(row[1].data)
    assert carried(hearing) == [("the meters", ["photo"] * 4)]


async def test_an_album_whose_words_are_a_task_is_kept_with_it(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="check the meter tomorrow 10:00")
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert hearing.titles == ["check the meter"]
    assert len(hearing.storage.state.files) == 2
    assert carried(hearing) == []


async def test_an_album_below_a_command_is_kept_with_its_task(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="/task check the meter")
    for _ in range(2):
        await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert hearing.titles == ["check the meter"]
    assert len(hearing.storage.state.files) == 3
    assert carried(hearing) == []


async def test_a_part_that_comes_when_its_album_was_taken_up_is_asked_about_too(hearing: Desk) -> None:
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="compare them")
    hearing.clock.move(seconds=2)
    [first] = await FakeTurnDoors(hearing.storage).claim(hearing.clock(), limit=4, lease=LEASE)
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert carried(hearing) == [("compare them", ["photo"]), ("", ["photo"])]
    assert first.text == "compare them"


async def test_a_picture_with_ask_goes_to_the_assistant_that_is_named_with_the_rest_of_its_album(
    hearing: Desk,
) -> None:
    assert await hearing.says(None, photo=PHOTO, caption="/ask assistant what is it?") is None
    assert carried(hearing) == [("what is it?", ["photo"])]
    await hearing.says(None, photo=PHOTO, media_group_id="7", caption="/ask assistant compare")
    await hearing.says(None, photo=PHOTO, media_group_id="7")
    assert carried(hearing)[1:] == [("compare", ["photo"] * 2)]
    large = [PHOTO[0] | {"file_size": 20_000_001}]
    refused = await hearing.says(None, photo=large, caption="/ask assistant what is it?")
    assert "larger than 20 MB" in refused.text


async def test_too_much_at_once_is_refused(hearing: Desk) -> None:
    large = [PHOTO[0] | {"file_size": 18_000_000}]
    for _ in range(2):
        await hearing.says(None, photo=large, media_group_id="7", caption="compare")
    answer = await hearing.says(None, photo=large, media_group_id="7")
    assert "larger than 50 MB" in answer.text


async def test_in_a_group_the_rest_of_an_album_follows_the_part_that_mentions_the_bot(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7", "chat": -55}
    await hearing.says(None, **album | {"media_group_id": "6"})  # others talk among themselves
    await hearing.says(None, **album, caption="@Switchboard_bot compare")
    await hearing.says(None, **album)
    await hearing.says(None, **album, user=1002)
    assert [kinds for _words, kinds in carried(hearing)] == [["photo", "photo"]]


async def test_any_replica_knows_whose_album_it_is(hearing: Desk) -> None:
    album: dict[str, Any] = {"photo": PHOTO, "media_group_id": "7", "chat": -55}
    await hearing.says(None, **album, caption="@Switchboard_bot compare")
    other = Desk(hearing.senses)
    other.storage.state = hearing.storage.state
    other.skip_updates_of(hearing)
    for more in ({}, {"user": 1002}, {"chat": -56}, {"media_group_id": "8"}):
        await other.says(None, **album | more)
    assert [kinds for _words, kinds in carried(other)] == [["photo", "photo"]]
    other.clock.move(hours=2)  # by then it is some other album
    await other.says(None, **album)
    assert [kinds for _words, kinds in carried(other)] == [["photo", "photo"]]


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
    assert "can't be brought back" in sure.text
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


async def test_one_assistant_that_spent_nothing_gets_its_budget(desk: Desk) -> None:
    card = await desk.says("/usage")
    budgets = await desk.presses(card.buttons[0][0].data)
    [one] = [button for row in budgets.buttons for button in row if button.text == "One assistant"]
    whose = await desk.presses(one.data)
    assert whose.text == "Whose budget?"
    when = await desk.presses(whose.buttons[0][0].data)
    asked = await desk.presses(when.buttons[0][1].data)
    assert asked.text.startswith("An assistant, a month.")
    await desk.presses(asked.buttons[0][2].data)
    name = whose.buttons[0][0].text
    assert f"An assistant, a month ({name}): $10.00" in (await desk.says("/usage")).text


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
