"""Pressing and editing in dialogues about calls."""

from typing import Any

from crm.answers import Answer
from tests.handlers.buttons import data_of
from tests.handlers.desk import Desk

GROUP = -7


async def press(desk: Desk, answer: Answer, label: str, **more: Any) -> Any:
    return await desk.presses(data_of(answer, label), **more)


async def edit(desk: Desk, message_id: int, text: str) -> Any:
    said = desk._message(1001, None, text=text) | {"message_id": message_id}
    return await desk.fed("edited_message", said | {"edit_date": said["date"]})


def all_data(answer: Answer) -> list[str]:
    return [str(button.data) for row in answer.buttons for button in row if button.data]
