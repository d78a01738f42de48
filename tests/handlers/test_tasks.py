"""Tasks in Telegram: pages of the list and the Done button."""

from tests.handlers.desk import Desk


def labels(answer: object) -> list[str]:
    return [button.text for row in answer.buttons for button in row]  # type: ignore[attr-defined]  # an Answer


async def test_a_long_list_has_pages_that_are_turned_in_place(desk: Desk) -> None:
    for number in range(1, 13):
        await desk.says(f"/task job {number}")
    first = await desk.says("/tasks")
    assert first.text.startswith("12 open tasks")
    assert labels(first)[-1] == "›"
    second = await desk.presses("tasks:1")
    assert second.edit
    assert "job 12" in second.text
    assert "job 1\n" not in second.text
    assert labels(second)[-1] == "‹"


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
