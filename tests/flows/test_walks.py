"""The three walks of the house, as a stranger would take them: a task, a call, a question."""

from tests.flows.stage import Stage


async def test_a_task_is_saved_shown_reminded_of_and_done(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    card = await anna.asks("/task in 2 seconds send the invoice", "send the invoice")
    number = card["text"].split("#", 1)[1].split()[0].rstrip(":.,")
    assert number.isdigit()
    reminder = await anna.hears("send the invoice")
    labels = [button["text"] for row in reminder["buttons"] for button in row]
    assert any("Done" in label for label in labels)
    await anna.press(reminder, next(label for label in labels if "Done" in label))
    await anna.asks("/tasks", "no open tasks|nothing")


async def test_a_task_in_russian_is_answered_in_russian(stage: Stage) -> None:
    boris = await stage.person("Борис", "ru")
    await boris.asks("/start", "язык")
    await boris.asks("/task завтра в 9 отправить счёт", "отправить счёт")
    await boris.asks("/задачи", "отправить счёт")


async def test_a_bare_command_asks_and_the_next_message_is_the_answer(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/task", "to be done")
    await anna.asks("water the plants", "water the plants")


async def test_a_command_ends_a_question(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/task", "to be done")
    await anna.asks("/help", "/task")
    await anna.asks("/tasks", "no open tasks|nothing")


async def test_a_call_makes_its_contact_and_is_listed(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/call Petrov +7 999 123-45-67 5 min: wants the new price", "Petrov")
    listed = await anna.asks("/calls", "Petrov")
    assert "5" in listed["text"]


async def test_a_question_streams_a_draft_and_is_answered(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    await anna.asks("What can you do for me?", "offline")
    drafts = await stage.calls("sendMessageDraft")
    assert any(call["parameters"]["chat_id"] in (anna.id, str(anna.id)) for call in drafts)


async def test_a_group_is_answered_when_it_addresses_the_bot(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    group = await stage.group("Sales", [anna])
    await anna.asks("/task tomorrow call the printer",
                    "call the printer", chat_id=group)  # fmt: skip


async def test_an_inline_task_is_saved_by_its_button(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    offered = await stage.post(
        "/sim/inline",
        {"user_id": anna.id, "query": "task tomorrow buy paper", "chat_id": anna.id, "choose": 0},
    )
    assert len(offered["results"]) == 1
    posted = [m for m in await stage.messages(anna.id) if "buy paper" in str(m.get("text")) and m["buttons"]]
    await anna.press(posted[-1], posted[-1]["buttons"][0][0]["text"])
    await anna.asks("/tasks", "buy paper")
