"""Reminders through real processes: what Telegram refuses, what was missed, and whom it reaches in the end."""

import asyncio
from typing import Any

import pytest

from tests.databases import Database
from tests.flows.stage import Stage


@pytest.mark.parametrize(
    "fault",
    [
        {"error_code": 429, "description": "Too Many Requests: retry after 1", "retry_after": 1},
        {"error_code": 502, "description": "Bad Gateway"},
        {"drop_connection": True},
        {"error_code": 400, "description": "Bad Request: odd"},
    ],
    ids=["429", "5xx", "dropped", "refused"],
)
async def test_what_telegram_does_not_take_comes_all_the_same_once(
    stage: Stage, stage_rows: Database, fault: dict[str, Any]
) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    await anna.asks("/remind in 2 seconds water the ficus", "I will remind you")
    await stage.post("/sim/faults", {"method": "sendMessage", "count": 1, **fault})
    await anna.hears("⏰ water the ficus", patience=60)
    row = await delivery_of(stage_rows, anna.id)
    assert row[0] == "sent"
    heard = [one for one in await stage.messages(anna.id) if str(one.get("text")).startswith("⏰ water")]
    assert [one["message_id"] for one in heard] == [row[1]]


async def test_whoever_blocked_the_bot_is_mentioned_in_the_group_and_the_next_goes_there_at_once(
    stage: Stage,
) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    group = await stage.group("Sales", [anna])
    await anna.asks("/remind in 3 seconds water the palm", "I will remind you", chat_id=group)
    await stage.post(
        "/sim/faults",
        {"method": "sendMessage", "error_code": 403, "description": "Forbidden: bot was blocked by the user"},
    )
    told = await anna.hears("⏰ Anna, water the palm", chat_id=group)
    assert [one["url"] for one in told["entities"] if one["type"] == "text_link"] == [
        f"tg://user?id={anna.id}"
    ]
    await anna.asks("/remind in 1 second water the fern", "I will remind you", chat_id=group)
    await anna.hears("⏰ Anna, water the fern", chat_id=group)


async def test_a_group_that_became_a_supergroup_is_reminded_there(stage: Stage) -> None:
    anna, boris = await stage.person("Anna"), await stage.person("Boris")
    await anna.asks("/start", "language")
    group = await stage.group("Sales", [anna, boris])
    await anna.asks("/task buy paper", "buy paper", chat_id=group)
    await boris.asks("/remind in 3 seconds water the cactus", "I will remind you", chat_id=group)
    moved = await stage.post(f"/sim/chats/{group}/migrate", {"user_id": anna.id})
    await boris.hears("⏰ Boris, water the cactus", chat_id=int(moved["id"]))


async def test_what_was_missed_is_one_message_that_says_how_late_and_why(
    own_stage: Stage, own_database: Database
) -> None:
    anna = await own_stage.person("Anna")
    await anna.asks("/start", "language")
    for number in range(1, 4):
        await anna.asks(f"/task tomorrow 10:0{number} job {number}", f"job {number}")
    own_stage.kill()
    await own_database.fetch("UPDATE installation SET alive_at = now() - interval '9 hours'")
    await own_database.fetch(
        "UPDATE reminder_deliveries SET due_at = now() - interval '310 minutes' + id * interval '1 second'"
    )
    await own_stage.start()
    told = await anna.hears("3 reminders come late")
    lines = told["text"].split("\n")[1:]
    assert lines == [
        f"• #{number} job {number} – 5 hours late: the bot was not running" for number in (1, 2, 3)
    ]
    await own_stage.until(lambda: own_database.count("reminder_deliveries WHERE state = 'sent'"), 3)
    rows = await own_database.fetch("SELECT DISTINCT state, telegram_message_id FROM reminder_deliveries")
    assert [tuple(row) for row in rows] == [("sent", told["message_id"])]
    await anna.press(told, "✓ 2")
    await anna.hears("job 2")
    assert await own_database.count("crm_tasks WHERE completed_at IS NOT NULL") == 1
    assert await asyncio.to_thread(own_stage.stop) == 0


async def delivery_of(rows: Database, user_id: int) -> tuple[str, int | None]:
    """State and message of a person's only delivery, once it is marked."""
    for _ in range(100):
        (row,) = await rows.fetch(
            "SELECT d.state, d.telegram_message_id FROM reminder_deliveries d JOIN members m ON m.id = d.recipient_id"
            " JOIN people p ON p.id = m.person_id WHERE p.telegram_user_id = $1",
            user_id,
        )
        if row[0] == "sent":
            break
        await asyncio.sleep(0.05)
    return row[0], row[1]
