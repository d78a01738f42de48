"""What repeats goes on, once; a colleague's task reminds the colleague; what was taken back comes back."""

from tests.databases import Database
from tests.flows.cards import chooses, count, labels, shows, started
from tests.flows.stage import Person, Stage


async def deliveries(rows: Database, person: Person, text: str) -> list[str]:
    """The states of a reminder's messages, in the order of their times."""
    found = await rows.fetch(
        "SELECT d.state FROM reminder_deliveries d JOIN reminders r ON r.id = d.reminder_id JOIN members m ON "
        "m.id = r.recipient_id JOIN people p ON p.id = m.person_id WHERE p.telegram_user_id = $1 AND r.text = $2 "
        "ORDER BY d.due_at", person.id, text,
    )  # fmt: skip
    return [row[0] for row in found]


async def test_done_makes_the_next_one_once(stage: Stage, stage_rows: Database) -> None:
    boris = await started(stage, "Борис", "ru")
    card = await boris.asks("/task каждый день в 23:59 записать итоги", "🔁 каждый день")
    again = await boris.asks("/tasks", "записать итоги")
    await boris.press(again, "#1")
    again = await boris.hears("#1 записать итоги")
    await boris.press(card, "Готово")
    await shows(boris, card, "#2")
    await boris.press(again, "Готово")  # the same task, from a message that still has its button
    await shows(boris, again, "Изменилось с тех пор")
    assert await count(stage_rows, "crm_tasks", boris) == 2
    listed = await boris.asks("/tasks", "записать итоги")
    assert "#2 записать итоги" in listed["text"]
    assert labels(listed)[0] == "#2"


async def test_a_reminder_that_repeats_queues_its_next(stage: Stage, stage_rows: Database) -> None:
    anna = await started(stage)
    await anna.asks("/remind every day at 09:00 drink water", "remind you")
    await stage_rows.fetch(
        "UPDATE reminder_deliveries SET due_at = due_at - interval '1 day' WHERE reminder_id IN "
        "(SELECT id FROM reminders WHERE text = 'drink water')"
    )  # as if it were yesterday's
    await anna.hears("⏰ drink water")

    async def queued() -> int:
        return len(await deliveries(stage_rows, anna, "drink water"))

    await stage.until(queued, 2)
    assert await deliveries(stage_rows, anna, "drink water") == ["sent", "pending"]


async def test_a_task_for_a_colleague_reminds_the_colleague(stage: Stage) -> None:
    anna, bob = await started(stage), await started(stage, "Bob", username="bob_of_sales")
    group = await stage.group("Errands", [anna, bob])
    await bob.asks("/task mine", "mine", chat_id=group)
    card = await anna.hears("Asking for access.*Bob")
    await anna.press(card, "✓ Bob")
    saved = await anna.asks("/task in 3 seconds water the plants @bob_of_sales", "👤 Bob", chat_id=group)
    assert "water the plants" in saved["text"]
    await bob.hears("⏰ #\\d+ water the plants")
    assert not [m for m in await stage.messages(anna.id) if "⏰" in str(m.get("text"))]


async def test_taken_back_and_kept_it_comes_back_with_its_reminder(stage: Stage) -> None:
    anna = await started(stage)
    card = await anna.asks("/task in 6 seconds water the plants", "water the plants")
    await chooses(anna, card, "Take back", then="Taken back")
    await anna.asks("/tasks", "no open tasks")
    await chooses(anna, card, "Keep #1", then="^#1 water the plants")
    await anna.hears("⏰ #1 water the plants")


async def test_a_task_taken_back_reminds_nobody(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    card = await boris.asks("/task через 3 секунды полить цветы", "полить цветы")
    await boris.press(card, "Убрать")
    await boris.asks("/remind через 4 секунды чай", "чай")
    await boris.hears("⏰ чай")
    assert not [m for m in await stage.messages(boris.id) if "⏰ #1" in str(m.get("text"))]


async def test_a_lead_time_that_was_typed_is_a_reminder_besides_the_one_at_the_due(
    stage: Stage, stage_rows: Database
) -> None:
    anna, boris = await started(stage), await started(stage, "Борис", "ru")
    await anna.asks("/task tomorrow 10:00 call Bob remind 1h before", "⏰ 1 hour before")
    await boris.asks("/task завтра в 10 созвон за 15 минут напомнить", "⏰ ")
    assert await deliveries(stage_rows, anna, "call Bob") == ["pending", "pending"]
    assert await count(stage_rows, "reminders", boris) == 2
