"""Conversations about reminders: their buttons, the list, what is typed anew, in both languages and in a group."""

from datetime import timedelta

import pytest

from crm.answers import Answer
from crm.deliveries import Deliveries, Delivery
from crm.reminder_lists import PAGE
from handlers.reminder_messages import reminder_message, reminders_message
from handlers.texts import speaking
from tests.fakes import FakeDeliveryDoors
from tests.handlers.desk import ME, Desk


def texts(answer: Answer) -> list[str]:
    return [one.text for row in answer.buttons for one in row]


def button(answer: Answer, text: str) -> str:
    found = [
        one.data for row in answer.buttons for one in row if one.text.removeprefix("✓ ").startswith(text)
    ]
    assert found, f"{text} is not among {texts(answer)}"
    return str(found[0])


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
    assert texts(message) == ["Got it", "Snooze", "Edit"]
    seen = await desk.presses(button(message, "Got it"))
    assert (seen.text, texts(seen), seen.edit) == ("✓ tea\nSeen", ["Undo"], True)
    again = await desk.presses(button(message, "Got it"))
    assert again.text.startswith("Changed since, here it is now")
    back = await desk.presses(button(seen, "Undo"))
    assert texts(back) == texts(message)


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
    menu = await desk.presses(button(message, "Snooze"))
    after = await desk.presses(button(menu, choice))
    assert after.text == f"💤 tea\nPut off until {until}"
    assert texts(after) == ["Undo"]
    assert texts(await desk.presses(button(after, "Undo"))) == texts(message)


async def test_one_of_several_is_pressed_on_in_a_message_of_its_own(desk: Desk) -> None:
    """The message that told of all of them stays as it is."""
    await desk.says("/remind in 20 minutes tea")
    await desk.says("/remind in 30 minutes " + "x" * 60)
    deliveries = Deliveries(desk.storage, FakeDeliveryDoors(desk.storage))
    now = desk.clock.move(hours=2)
    claimed = await deliveries.claim(now)
    assert await deliveries.sent_together(claimed, 5, now)
    together = reminders_message(claimed, now)
    assert texts(together) == ["⏰ tea", "⏰ " + "x" * 39 + "…"]
    alone = await desk.presses(button(together, "⏰ tea"))
    assert (alone.text, texts(alone), alone.edit) == ("⏰ tea", ["Got it", "Snooze", "Edit"], False)
    assert (await desk.presses(button(alone, "Got it"))).text == "✓ tea\nSeen"


async def test_a_reminder_is_put_off_to_a_day_and_an_hour_of_the_calendar(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    menu = await desk.presses(button(message, "Snooze"))
    days = await desk.presses(button(menu, "Choose a day"))
    days = await desk.presses(button(days, "›"))
    hours = await desk.presses(button(days, "15"))
    after = await desk.presses(button(hours, "14:00"))
    assert after.text == "💤 tea\nPut off until 15 Apr, 14:00"


async def test_a_reminder_is_put_off_to_a_typed_moment(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    _delivery, message = await sent(desk, minutes=20)
    menu = await desk.presses(button(message, "Snooze"))
    asked = await desk.presses(button(menu, "Type when"))
    assert asked.question
    refused = await desk.says("whenever")
    assert "can't read" in refused.text
    after = await desk.says("tomorrow 15:00")
    assert after.text == "💤 tea\nPut off until 3 Mar, 15:00"


async def test_the_task_of_a_reminder_is_done_and_that_is_taken_back(desk: Desk) -> None:
    await desk.says("/task today 9:30 send the offer")
    _delivery, message = await sent(desk, minutes=30)
    assert texts(message) == ["Done", "Snooze", "Open"]
    done = await desk.presses(button(message, "Done"))
    assert done.text.startswith("✓ #1 send the offer")
    assert "Undo" in texts(done)
    back = await desk.presses(button(done, "Undo"))
    assert texts(back) == texts(message)
    opened = await desk.presses(button(back, "Open"))
    assert opened.text.startswith("#1 send the offer")


async def test_a_call_to_make_is_logged_from_its_reminder(desk: Desk) -> None:
    await desk.says("/contact Anna Petrova +7 999 123-45-67")
    await desk.says("/task today 9:30 call Anna !15m")
    _delivery, message = await sent(desk, minutes=30)
    assert texts(message) == ["Done", "Snooze", "Open", "Call logged"]
    logged = await desk.presses(button(message, "Call logged"))
    assert "Anna Petrova" in logged.text
    assert len(desk.storage.state.calls) == 1
    deliveries = Deliveries(desk.storage, FakeDeliveryDoors(desk.storage))
    assert await deliveries.claim(desk.clock.move(hours=1)) == []  # it is not said again
    assert "Undo" in texts(
        await desk.presses(button(message, "Done"))
    )  # and whether it is done is said by oneself


async def test_buttons_in_a_group_are_the_recipients(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea", chat=-7)
    await desk.says("/help", user=1002, chat=-7)
    _delivery, message = await sent(desk, minutes=20)
    here = {"message_id": 5, "date": 1, "chat": {"id": -7, "type": "group"}, "from": ME.model_dump()}
    refused = await desk.presses(button(message, "Got it"), user=1002, message=here)
    assert "for Person 1001" in (refused.toast or refused.text)
    seen = await desk.presses(button(message, "Got it"), message=here)
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
    card = await desk.presses(button(found, "1"))
    paused = await desk.presses(button(card, "Pause"))
    assert "paused" in paused.text
    assert "paused" not in (await desk.presses(button(paused, "Resume"))).text
    nagging = await desk.presses(button(card, "again in 15 min"))
    assert "again every 15 minutes until seen, 5 times at most" in nagging.text
    nagging = await desk.presses(button(nagging, "3 times at most"))
    assert "3 times at most" in nagging.text
    gone = await desk.presses(button(card, "Delete"))
    assert gone.text == "No longer to come: tea"
    kept = await desk.presses(button(gone, "Undo"))
    assert kept.text == "It will come all the same: tea"
    assert (await desk.presses(button(kept, "‹ All reminders"))).text == found.text


async def test_what_is_typed_anew_is_asked_for_and_a_new_process_still_knows(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea")
    card = await desk.presses(button(await desk.says("/reminders"), "1"))
    for field, words, expected in (
        ("Text", "green tea", "⏰ green tea"),
        ("Time", "tomorrow 15:00", "3 Mar, 15:00"),
        ("Repeat", "every Friday", "🔁"),
    ):
        asked = await desk.presses(button(card, field))
        assert asked.question
        after = await desk.says(words)
        assert expected in after.text, field
    refused = await desk.presses(button(card, "Time"))
    refused = await desk.says("whenever")
    assert "can't read" in refused.text
    assert "5 Mar, 12:00" in (await desk.says("Thursday 12:00")).text


async def test_the_list_turns_forth_and_back_and_each_button_fits(desk: Desk) -> None:
    for hours in range(2 * PAGE + 1):
        await desk.says(f"/remind in {hours + 1} hours tea {hours}")
    first = await desk.says("/reminders")
    second = await desk.presses(button(first, "›"))
    assert f"1. 2 Mar, {9 + PAGE + 1}:00 · tea {PAGE}" in second.text
    third = await desk.presses(button(second, "›"))
    assert texts(third)[-1] == "‹"
    assert (await desk.presses(button(await desk.presses(button(third, "‹")), "‹"))).text == first.text
    assert len(button(second, "›").replace("1001", "9" * 16).encode()) <= 64 - 10  # ids grow too


async def test_somebody_elses_list_is_not_turned(desk: Desk) -> None:
    await desk.says("/reminders")
    turned = await desk.presses("rl:1001:0", user=1002)
    assert turned.toast == "This is somebody else's list. Yours: /reminders"


async def test_the_card_of_a_task_switches_its_reminders(desk: Desk) -> None:
    card = await desk.says("/task tomorrow 10:00 send the offer")
    more = await desk.presses(button(card, "More"))
    menu = await desk.presses(button(more, "Remind"))
    assert "✓ at the time" in texts(menu)
    after = await desk.presses(button(menu, "1 hour before"))
    assert "⏰ at the time, 1 hour before" in after.text
    menu = await desk.presses(button(await desk.presses(button(after, "More")), "Remind"))
    after = await desk.presses(button(menu, "at the time"))
    assert "⏰ 1 hour before" in after.text
    menu = await desk.presses(button(await desk.presses(button(after, "More")), "Remind"))
    after = await desk.presses(button(menu, "again every 15 minutes"))
    assert "⏰ 1 hour before · again every 15 minutes until seen" in after.text
    menu = await desk.presses(button(await desk.presses(button(after, "More")), "Remind"))
    assert (await desk.presses(button(menu, "Type another"))).question
    assert "2 hours before" in (await desk.says("2 hours before")).text


async def test_it_is_all_said_in_russian(desk: Desk) -> None:
    await desk.presses("language:ru")
    said = await desk.says("/remind через 20 минут чай !15м !!")
    assert "повтор через 15 минут, пока не просмотрено, не больше 5 раз" in said.text
    assert "срочное" in said.text
    _delivery, message = await sent(desk, minutes=20)
    assert texts(message) == ["Понятно", "Отложить", "Изменить"]
    menu = await desk.presses(button(message, "Отложить"))
    after = await desk.presses(button(menu, "Через час"))
    assert after.text == "💤 чай\nОтложено до 2 мар., 10:20"


async def test_what_is_said_again_says_so(desk: Desk) -> None:
    await desk.says("/remind in 20 minutes tea !15m")
    await sent(desk, minutes=20)
    _delivery, again = await sent(desk, minutes=15)
    assert again.text == "⏰ Again: tea"
