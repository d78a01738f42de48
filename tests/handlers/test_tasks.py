"""Tasks in Telegram: the Done button."""

from aiogram.types import Chat, InlineKeyboardButton, InlineKeyboardMarkup, Message

from tests.handlers.desk import ME, Desk


async def test_done_says_so_and_a_second_press_is_no_fault(desk: Desk) -> None:
    await desk.says("/task buy paper")
    button = f"done:{desk.storage.task_id(1)}"
    done = await desk.presses(button)
    assert (done.toast, done.edit) == ("Done", True)
    assert [button.text for row in done.buttons for button in row] == ["Add a result", "Open again"]
    again = await desk.presses(button)
    assert again.toast


async def test_done_below_a_list_leaves_the_list_there(desk: Desk) -> None:
    saved = await desk.says("/task buy paper\nbuy ink")
    assert saved.text.startswith("2 tasks saved")
    first = desk.storage.task_id(1)
    below = Message(
        message_id=5,
        date=desk.clock(),
        chat=Chat(id=1001, type="private"),
        from_user=ME,
        text=saved.text,
        reply_markup=InlineKeyboardMarkup(
            inline_keyboard=[
                [InlineKeyboardButton(text=one.text, callback_data=one.data) for one in row]
                for row in saved.buttons
            ]
        ),
    ).model_dump(mode="json", by_alias=True, exclude_none=True)
    for _ in range(2):
        done = await desk.presses(f"done:{first}", message=below)
        assert (done.toast, done.edit) == ("Done", False)
        assert done.text.startswith("✓ #1 buy paper")
    assert [one.action for one in desk.storage.state.activity] == ["created", "created", "completed"]


async def test_a_button_of_what_is_not_there_says_where_to_look(desk: Desk) -> None:
    assert "/tasks" in (await desk.presses("done:77")).toast
