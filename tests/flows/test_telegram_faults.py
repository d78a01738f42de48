"""Telegram's own faults, one after the other: each message is answered, or it is clear to whom it could not be."""

import pytest

from tests.databases import Database
from tests.flows.stage import Stage

TOO_MANY = {"error_code": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1}


async def told(stage: Stage, chat_id: int, words: str) -> int:
    """How many messages of the bot there have these words."""
    said = [one for one in await stage.messages(chat_id) if one["from"] == stage.bot_id]
    return sum(words in str(one.get("text")) for one in said)


@pytest.mark.parametrize(
    ("name", "fault", "most"),
    [
        ("too many", TOO_MANY, 1),
        ("error", {"error_code": 500}, 1),
        ("bad gateway", {"error_code": 502, "description": "Bad Gateway"}, 1),
        ("cut before", {"drop_connection": "before"}, 1),
        ("cut after", {"drop_connection": "after"}, 2),  # it was taken, which nobody could know
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_an_answer_that_telegram_did_not_take_comes_all_the_same(
    stage: Stage, name: str, fault: dict[str, object], most: int
) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    await stage.post("/sim/faults", {"method": "sendMessage", **fault})
    await anna.say(f"/task outlive {name}")
    await anna.asks(f"/task after {name}", f"#2 after {name}")
    assert 1 <= await told(stage, anna.id, f"#1 outlive {name}") <= most


@pytest.mark.parametrize(
    "fault",
    [
        {"error_code": 403, "description": "Forbidden: bot was blocked by the user"},
        {"error_code": 400, "description": "Bad Request: chat not found"},
    ],
    ids=["blocked", "not found"],
)
async def test_whoever_can_not_be_written_to_is_marked_and_not_tried_again(
    stage: Stage, stage_rows: Database, fault: dict[str, object]
) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    before = len(await stage.calls("sendMessage"))
    await stage.post("/sim/faults", {"method": "sendMessage", **fault})
    await anna.say("/task into the void")
    await stage.until(
        lambda: stage_rows.count(f"people WHERE telegram_user_id = {anna.id} AND private_chat_id IS NULL"),
        1,
    )
    tried = [
        one for one in (await stage.calls("sendMessage"))[before:] if "the void" in str(one["parameters"])
    ]
    assert len(tried) == 1
    await anna.asks("/task there again", "#2 there again")  # whoever writes is there
    assert await stage_rows.count(f"people WHERE private_chat_id = {anna.id}") == 1
    assert await told(stage, anna.id, "into the void") == 0


async def test_what_telegram_will_never_take_is_given_up_and_the_chat_goes_on(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    since = len(stage.log())
    await stage.post(
        "/sim/faults",
        {"method": "sendMessage", "error_code": 400, "description": "Bad Request: can't parse entities"},
    )
    await anna.say("/task never shown")
    await anna.asks("/task shown again", "#2 shown again")  # the first one was saved all the same
    assert "answer_refused" in stage.log()[since:]


async def test_three_chats_told_to_wait_silence_the_bot_for_that_moment_only(stage: Stage) -> None:
    people = [await stage.person(name) for name in ("Anna", "Boris", "Clara", "Dora")]
    for person in people:
        await person.asks("/start", "language")
    since = len(stage.log())
    await stage.post("/sim/faults", {"method": "sendMessage", **TOO_MANY, "count": 3})
    for person in people:
        await person.say("/task wait a moment")
    for person in people:
        await person.hears("wait a moment")
        assert await told(stage, person.id, "wait a moment") == 1
    assert "everywhere=True" in stage.log()[since:]


async def test_a_press_whose_answer_fails_is_answered_and_done_once(
    stage: Stage, stage_rows: Database
) -> None:
    anna = await stage.person("Anna")
    card = await anna.asks("/task press me well", "press me well")
    await stage.post("/sim/faults", {"method": "answerCallbackQuery", "error_code": 500})
    await anna.press(card, "Done")
    done = f"""activity_logs a JOIN members m ON m.id = a.actor_member_id JOIN people p ON p.id = m.person_id
        WHERE a.action = 'completed' AND p.telegram_user_id = {anna.id}"""
    await stage.until(lambda: stage_rows.count(done), 1)
    await anna.asks("/task go on", "#2 go on")
