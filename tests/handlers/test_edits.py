"""Edits: a changed message changes what it made, and says of what it left behind."""

from tests.handlers.desk import Desk


def reminders(desk: Desk) -> list[tuple[str, str]]:
    """What is still to be sent, and when."""
    rows = desk.storage.state.reminders.values()
    return [(row.delivery.text, f"{row.look_at:%H:%M}") for row in rows if row.state == "pending"]


async def test_a_line_taken_out_of_a_message_keeps_its_task_and_offers_to_take_it_back(desk: Desk) -> None:
    await desk.says("/task bread\nmilk\ntea", message_id=77)
    told = await desk.edits("/task bread\ntea", 77)
    assert told.text.endswith("kept all the same:\n#2 milk")
    button = told.buttons[-1][0]
    assert button.text == "Take back #2"
    await desk.presses(button.data)
    assert "milk" not in (await desk.says("/tasks")).text


async def test_the_same_holds_without_the_command(desk: Desk) -> None:
    await desk.says("bread tomorrow 10:00\nmilk tomorrow 11:00", message_id=77)
    told = await desk.edits("milk tomorrow 11:00", 77)
    assert told.text.startswith("#2 milk")
    assert "#1 bread" in told.text


async def test_an_edited_reminder_comes_as_it_says_now_and_once(desk: Desk) -> None:
    for source in ("/remind at 15:00 call Anna", "remind me at 15:00 to call Anna"):
        desk.storage.state.reminders.clear()
        await desk.says(source, message_id=77)
        assert reminders(desk) == [("call Anna", "15:00")]
        told = await desk.edits(source.replace("15:00", "16:30").replace("Anna", "Boris"), 77)
        assert "call Boris" in told.text
        assert reminders(desk) == [("call Boris", "16:30")]


async def test_a_text_that_is_changed_at_the_same_time_is_sent_once(desk: Desk) -> None:
    await desk.says("/remind at 15:00 call Anna", message_id=77)
    await desk.edits("/remind at 15:00 call Boris", 77)
    assert reminders(desk) == [("call Boris", "15:00")]


async def test_an_edit_of_a_reminder_can_be_undone(desk: Desk) -> None:
    await desk.says("/remind at 15:00 call Anna", message_id=77)
    await desk.edits("/remind every day at 16:30 call Boris", 77)
    undone = await desk.says("/undo")
    assert "Taken back" in undone.text
    assert reminders(desk) == [("call Anna", "15:00")]


async def test_an_edit_to_a_moment_that_has_passed_is_asked_about(desk: Desk) -> None:
    await desk.says("/remind at 15:00 call Anna", message_id=77)
    question = await desk.edits("/remind yesterday at 10:00 call Anna", 77)
    assert "passed" in question.text
    assert reminders(desk) == [("call Anna", "15:00")]
    yes = question.buttons[0][0]
    assert "call Anna" in (await desk.presses(yes.data)).text
    assert reminders(desk) == [("call Anna", "09:00")]  # at once


async def test_an_edit_of_a_reminder_that_was_taken_back_makes_a_new_one(desk: Desk) -> None:
    card = await desk.says("/remind at 15:00 call Anna", message_id=77)
    await desk.presses(card.buttons[0][0].data)
    assert reminders(desk) == []
    await desk.edits("/remind at 16:00 call Anna", 77)
    assert reminders(desk) == [("call Anna", "16:00")]


async def test_an_edit_that_says_nothing_new_changes_nothing(desk: Desk) -> None:
    await desk.says("/remind at 15:00 call Anna", message_id=77)
    lines = len(desk.storage.state.activity)
    assert "call Anna" in (await desk.edits("/remind 15:00 call Anna", 77)).text
    assert len(desk.storage.state.activity) == lines
