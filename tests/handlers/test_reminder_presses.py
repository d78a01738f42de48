"""Conversations about reminders: their buttons, the list, what is typed anew, in both languages and in a group."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries, Delivery
from crm.reminder_lists import PAGE
from handlers.reminder_messages import reminder_message, reminders_message
from handlers.texts import speaking
from tests.fakes import FakeDeliveryDoors
from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import ME, Desk


async def sent(desk: Desk, **later: float) -> tuple[Delivery, Answer]:
    """The next message that falls due, as it is sent."""
    deliveries = Deliveries(desk.storage, FakeDeliveryDoors(desk.storage))
    now = desk.clock.move(**later)
    (delivery, *_others) = await deliveries.claim(now, ahead=timedelta(0))
    assert await deliveries.sent(delivery, 5, now)
    with speaking(delivery.actor.language):
        return delivery, reminder_message(delivery, now)


async def test_a_reminder_is_seen_and_that_is_taken_back(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    assert labels(message) == ["Got it", "Snooze", "Edit"]
    seen = await desk.presses(data_of(message, "Got it"))
    assert (seen.text, labels(seen), seen.edit) == ("✓ tea\nSeen", ["Undo"], True)
    again = await desk.presses(data_of(message, "Got it"))
    assert again.text.startswith("Changed since, here it is now")
    back = await desk.presses(data_of(seen, "Undo"))
    assert labels(back) == labels(message)


@pytest.mark.parametrize(
    ("choice", "until"),
    [
        ("In 15 minutes", "2 Mar, 09:35"),
        ("In an hour", "2 Mar, 10:20"),
        ("In the evening", "2 Mar, 18:00"),
        ("Tomorrow", "3 Mar, 09:20"),
        ("Next week", "9 Mar, 09:20"),
    ],
)
async def test_a_reminder_is_put_off_by_a_button(desk: Desk, choice: str, until: str) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    menu = await desk.presses(data_of(message, "Snooze"))
    after = await desk.presses(data_of(menu, choice))
    assert after.text == f"💤 tea\nPut off until {until}"
    assert labels(after) == ["Undo"]
    assert labels(await desk.presses(data_of(after, "Undo"))) == labels(message)


async def test_one_of_several_is_pressed_on_in_a_message_of_its_own(desk: Desk) -> None:
    """The message that told of all of them stays as it is."""
    await desk.says("/remind in 20 minutes tea")
    await desk.says("/remind in 30 minutes " + "x" * 60)
    deliveries = Deliveries(desk.storage, FakeDeliveryDoors(desk.storage))
    now = desk.clock.move(hours=2)
    claimed = await deliveries.claim(now)
    assert await deliveries.sent_together(claimed, 5, now)
    together = reminders_message(claimed, now)
    assert labels(together) == ["⏰ tea", "⏰ " + "x" * 39 + "…"]
    alone = await desk.presses(data_of(together, "⏰ tea"))
    assert (alone.text, labels(alone), alone.edit) == ("⏰ tea", ["Got it", "Snooze", "Edit"], False)
    assert (await desk.presses(data_of(alone, "Got it"))).text == "✓ tea\nSeen"


async def test_a_reminder_is_put_off_to_a_day_and_an_hour_of_the_calendar(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    menu = await desk.presses(data_of(message, "Snooze"))
    days = await desk.presses(data_of(menu, "Choose a day"))
    days = await desk.presses(data_of(days, "›"))
    hours = await desk.presses(data_of(days, "15"))
    after = await desk.presses(data_of(hours, "14:00"))
    assert after.text == "💤 tea\nPut off until 15 Apr, 14:00"


async def test_a_reminder_is_put_off_to_a_typed_moment(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    menu = await desk.presses(data_of(message, "Snooze"))
    asked = await desk.presses(data_of(menu, "Type when"))
    assert asked.question
    refused = await desk.says("whenever")
    assert "can't read" in refused.text
    after = await desk.says("tomorrow 15:00")
    assert after.text == "💤 tea\nPut off until 3 Mar, 15:00"


async def test_the_task_of_a_reminder_is_done_and_that_is_taken_back(desk: Desk) -> None:
    await desk.says("/task today 9:30 send the offer")
    _delivery, message = await sent(desk, minutes=30)
    assert labels(message) == ["Done", "Snooze", "Open"]
    done = await desk.presses(data_of(message, "Done"))
    assert done.text.startswith("✓ #1 send the offer")
    assert "Undo" in labels(done)
    back = await desk.presses(data_of(done, "Undo"))
    assert labels(back) == labels(message)
    opened = await desk.presses(data_of(back, "Open"))
    assert opened.text.startswith("#1 send the offer")


async def test_a_call_to_make_is_logged_from_its_reminder(desk: Desk) -> None:
    await desk.says("/contact Anna Petrova +7 999 123-45-67")
    await desk.says("/task today 9:30 call Anna !15m")
    _delivery, message = await sent(desk, minutes=30)
    assert labels(message) == ["Done", "Snooze", "Open", "Call logged"]
    logged = await desk.presses(data_of(message, "Call logged"))
    assert "Anna Petrova" in logged.text
    assert len(desk.storage.state.calls) == 1
    deliveries = Deliveries(desk.storage, FakeDeliveryDoors(desk.storage))
    assert await deliveries.claim(desk.clock.move(hours=1)) == []  # it is not said again
    assert "Undo" in labels(
        await desk.presses(data_of(message, "Done"))
    )  # and whether it is done is said by oneself


async def test_buttons_in_a_group_are_the_recipients(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea", chat=-7)
    await desk.says("/help", user=1002, chat=-7)
    _delivery, message = await sent(desk, minutes=20)
    here = {"message_id": 5, "date": 1, "chat": {"id": -7, "type": "group"}, "from": ME.model_dump()}
    refused = await desk.presses(data_of(message, "Got it"), user=1002, message=here)
    assert "for Person 1001" in (refused.toast or refused.text)
    seen = await desk.presses(data_of(message, "Got it"), message=here)
    assert seen.text == "✓ tea\nSeen"


async def test_old_buttons_and_those_of_what_is_gone_are_answered(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    delivery, message = await sent(desk, minutes=20)
    assert (await desk.presses(f"ack:{delivery.id}")).text == "✓ tea\nSeen"
    gone = await desk.presses("rd:999999:snooze")
    assert "no longer here" in (gone.toast or gone.text)
    for data in ("rd:{}:day:2026-02-30", "rd:{}:move:2026-99", "rd:{}:at:2026-02-30T10:00"):
        too_old = await desk.presses(data.format(delivery.id))
        assert "too old" in (too_old.toast or too_old.text)
    assert message.buttons


async def test_the_list_its_cards_and_what_is_done_there(desk: Desk) -> None:
    empty = await desk.says("/reminders")
    assert empty.text.startswith("No reminders are to come")
    await desk.says("/remind in 20 minutes tea")
    await desk.says("/task tomorrow 10:00 send the offer")
    found = await desk.says("напоминания")
    assert found.text == "Reminders to come\n1. 2 Mar, 09:20 · tea\n2. 3 Mar, 10:00 · #1 send the offer"
    card = await desk.presses(data_of(found, "1"))
    paused = await desk.presses(data_of(card, "Pause"))
    assert "paused" in paused.text
    assert "paused" not in (await desk.presses(data_of(paused, "Resume"))).text
    nagging = await desk.presses(data_of(card, "again in 15 min"))
    assert "again every 15 minutes until seen, 5 times at most" in nagging.text
    nagging = await desk.presses(data_of(nagging, "3 times at most"))
    assert "3 times at most" in nagging.text
    gone = await desk.presses(data_of(card, "Delete"))
    assert gone.text == "No longer to come: tea"
    kept = await desk.presses(data_of(gone, "Undo"))
    assert kept.text == "It will come all the same: tea"
    assert (await desk.presses(data_of(kept, "‹ All reminders"))).text == found.text


async def test_what_is_typed_anew_is_asked_for_and_a_new_process_still_knows(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    card = await desk.presses(data_of(await desk.says("/reminders"), "1"))
    for field, words, expected in (
        ("Text", "green tea", "⏰ green tea"),
        ("Time", "tomorrow 15:00", "3 Mar, 15:00"),
        ("Repeat", "every Friday", "🔁"),
    ):
        asked = await desk.presses(data_of(card, field))
        assert asked.question
        after = await desk.says(words)
        assert expected in after.text, field
    refused = await desk.presses(data_of(card, "Time"))
    refused = await desk.says("whenever")
    assert "can't read" in refused.text
    assert "5 Mar, 12:00" in (await desk.says("Thursday 12:00")).text


async def test_the_list_turns_forth_and_back_and_each_button_fits(desk: Desk) -> None:
    for hours in range(2 * PAGE + 1):
        await desk.says(f"/remind in {hours + 1} hours tea {hours}")
    first = await desk.says("/reminders")
    second = await desk.presses(data_of(first, "›"))
    assert f"1. 2 Mar, {9 + PAGE + 1}:00 · tea {PAGE}" in second.text
    third = await desk.presses(data_of(second, "›"))
    assert labels(third)[-1] == "‹"
    assert (await desk.presses(data_of(await desk.presses(data_of(third, "‹")), "‹"))).text == first.text
    assert len(data_of(second, "›").replace("1001", "9" * 16).encode()) <= 64 - 10  # ids grow too


async def test_somebody_elses_list_is_not_turned(desk: Desk) -> None:
    await desk.says("/reminders")
    turned = await desk.presses("rl:1001:0", user=1002)
    assert turned.toast == "This is somebody else's list. Yours: /reminders"


async def test_the_card_of_a_task_switches_its_reminders(desk: Desk) -> None:
    card = await desk.says("/task tomorrow 10:00 send the offer")
    more = await desk.presses(data_of(card, "More"))
    menu = await desk.presses(data_of(more, "Remind"))
    assert "✓ at the time" in labels(menu)
    after = await desk.presses(data_of(menu, "1 hour before"))
    assert "⏰ at the time, 1 hour before" in after.text
    menu = await desk.presses(data_of(await desk.presses(data_of(after, "More")), "Remind"))
    after = await desk.presses(data_of(menu, "at the time"))
    assert "⏰ 1 hour before" in after.text
    menu = await desk.presses(data_of(await desk.presses(data_of(after, "More")), "Remind"))
    after = await desk.presses(data_of(menu, "again every 15 minutes"))
    assert "⏰ 1 hour before · again every 15 minutes until seen" in after.text
    menu = await desk.presses(data_of(await desk.presses(data_of(after, "More")), "Remind"))
    assert (await desk.presses(data_of(menu, "Type another"))).question
    assert "2 hours before" in (await desk.says("2 hours before")).text


async def test_it_is_all_said_in_russian(desk: Desk) -> None:
    await desk.presses("language:ru")
    said = await desk.says("/remind через 20 минут чай !15м !!")
    assert "повтор через 15 минут, пока не просмотрено, не больше 5 раз" in said.text
    assert "срочное" in said.text
    _delivery, message = await sent(desk, minutes=20)
    assert labels(message) == ["Понятно", "Отложить", "Изменить"]
    menu = await desk.presses(data_of(message, "Отложить"))
    after = await desk.presses(data_of(menu, "Через час"))
    assert after.text == "💤 чай\nОтложено до 2 мар., 10:20"


async def test_what_is_said_again_says_so(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea !15m")
    await sent(desk, minutes=20)
    _delivery, again = await sent(desk, minutes=15)
    assert again.text == "⏰ Again: tea"
