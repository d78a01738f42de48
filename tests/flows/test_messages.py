"""Files and edits: what is no text gets its sentence, and neither an edit nor a pressed button twice does harm."""

import base64

import pytest

from tests.flows.stage import Stage


@pytest.mark.parametrize(
    ("kind", "said"), [("voice", "no model for speech is connected"), ("photo", "Make a task of this")]
)
async def test_a_file_in_private_gets_its_sentence(stage: Stage, kind: str, said: str) -> None:
    anna = await stage.person("Anna")
    file = {"name": f"one.{kind}", "base64": base64.b64encode(b"bytes").decode()}
    await stage.post(f"/sim/chats/{anna.id}/messages", {"user_id": anna.id, kind: file})
    await anna.hears(said)


async def test_an_edited_command_makes_no_second_task_and_the_chat_goes_on(stage: Stage) -> None:
    anna = await stage.person("Anna")
    said = await anna.say("/task buy paper")
    await anna.hears("#1 buy paper")
    path = f"{stage.url}/sim/chats/{anna.id}/messages/{said}"
    async with stage.client.patch(path, json={"user_id": anna.id, "text": "/task buy pens"}) as response:
        assert response.status == 200
    await anna.asks("/tasks", "open tasks")


async def test_done_edits_the_card_and_leaves_only_what_may_follow(stage: Stage) -> None:
    anna = await stage.person("Anna")
    card = await anna.asks("/task buy paper", "#1 buy paper")
    assert await anna.press(card, "Done") == "Done"

    async def edited() -> int:
        after = {one["message_id"]: one for one in await stage.messages(anna.id)}[card["message_id"]]
        left = [button["text"] for row in after["buttons"] for button in row]
        done = after["text"].startswith("✓ #1 buy paper") and "edited_at" in after
        return int(done and left == ["Add a result", "Open again"])

    await stage.until(edited, 1)


async def test_a_phone_in_a_task_is_shown_in_private_and_never_posted_to_a_group(stage: Stage) -> None:
    anna = await stage.person("Anna")
    group = await stage.group("Sales", [anna])
    private = await anna.asks("/task tomorrow call Boris +7 999 123-45-67", "call Boris")
    public = await anna.asks("/task tomorrow call Boris +7 999 123-45-67", "call Boris", chat_id=group)
    assert "1234567" in private["text"]
    assert "1234567" not in public["text"]
    assert "45-67" not in public["text"]
