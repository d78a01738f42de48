"""Addressed: what in a group is said to the bot, and what is said to others and is nobody's business here."""

from typing import Any

import pytest

from tests.handlers.desk import ME, Desk

GROUP = -55
ZOE = {"id": 5, "is_bot": False, "first_name": "Zoe"}


def replied(who: dict[str, Any]) -> dict[str, Any]:
    chat = {"id": GROUP, "type": "group"}
    return {"reply_to_message": {"message_id": 77, "date": 1, "chat": chat, "from": who, "text": "well"}}


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("@Switchboard_bot how are you?", {}),
        ("how are you, @switchboard_bot?", {}),
        ("how are you?", replied(ME.model_dump(exclude_none=True))),
    ],
    ids=["mentioned", "mentioned at the end", "replied to"],
)
async def test_a_mention_and_a_reply_are_answered(desk: Desk, words: str, more: dict[str, Any]) -> None:
    await desk.says(words, chat=GROUP, **more)
    assert desk.questions == [words]


@pytest.mark.parametrize("words", ["/task buy paper", "/task@switchboard_bot buy paper"])
async def test_a_command_is_taken(desk: Desk, words: str) -> None:
    assert "buy paper" in (await desk.says(words, chat=GROUP)).text


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("how are you?", {}),
        ("how are you?", replied(ZOE)),
        ("/task@another_bot buy paper", {}),
        ("@Switchboard_bot2 how are you?", {}),
        ("@Switchboard_bottom", {}),
        ("write to switchboard_bot", {}),
    ],
    ids=["nobody", "another", "another's command", "a longer name", "another longer name", "no name"],
)
async def test_what_is_said_to_others_is_left_alone(desk: Desk, words: str, more: dict[str, Any]) -> None:
    assert await desk.says(words, chat=GROUP, **more) is None
    assert (desk.questions, desk.titles, desk.storage.state.members) == ([], [], {})
