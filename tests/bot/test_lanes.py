"""Lanes: what happens in a chat is handled in its order, who comes and goes included."""

from typing import Any

import pytest
from aiogram.types import Update

from bot.polling import KINDS, lane_of

ANNA = {"id": 1, "is_bot": False, "first_name": "Anna"}
GROUP = {"id": -5, "type": "group", "title": "G"}
CHANGE = {
    "chat": GROUP,
    "from": ANNA,
    "date": 1,
    "old_chat_member": {"status": "member", "user": ANNA},
    "new_chat_member": {"status": "left", "user": ANNA},
}
MESSAGE = {"message_id": 1, "date": 1, "chat": GROUP, "from": ANNA, "text": "x"}


@pytest.mark.parametrize(
    "body",
    [{"message": MESSAGE}, {"chat_member": CHANGE}, {"my_chat_member": CHANGE}, {"edited_message": MESSAGE}],
)
def test_everything_of_a_chat_is_in_its_lane_and_asked_for(body: dict[str, Any]) -> None:
    assert lane_of(Update.model_validate({"update_id": 1, **body})) == -5
    assert set(body) <= set(KINDS)
