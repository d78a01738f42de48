"""Tasks in Telegram: the Done button."""

from tests.handlers.desk import Desk


async def test_done_says_so_and_a_second_press_is_no_fault(desk: Desk) -> None:
    await desk.says("/task buy paper")
    button = f"done:{desk.storage.task_id(1)}"
    done = await desk.presses(button)
    assert (done.toast, done.edit) == ("Done", True)
    assert [button.text for row in done.buttons for button in row] == ["Add a result", "Open again"]
    again = await desk.presses(button)
    assert again.toast


async def test_a_button_of_what_is_not_there_says_where_to_look(desk: Desk) -> None:
    assert "/tasks" in (await desk.presses("done:77")).toast
