"""History and undo, as people use them, in both languages."""

from tests.flows.stage import Stage


async def test_a_change_is_told_and_taken_back(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    card = await anna.asks("/task tomorrow 10:00 send the invoice", "send the invoice")
    await anna.press(card, "Done")
    told = await anna.asks("/history", "History")
    assert "task done #1 send the invoice" in told["text"]
    assert "status: not started → done" in told["text"]
    await anna.asks("/undo", "Taken back.*task done")
    await anna.asks("/tasks", "send the invoice")
    await anna.asks("/undo", "Taken back.*new task")
    await anna.asks("/tasks", "no open tasks")
    await anna.asks("/undo", "nothing of yours")


async def test_a_reply_to_a_card_asks_for_its_history(stage: Stage) -> None:
    boris = await stage.person("Борис", "ru")
    await boris.asks("/start", "язык")
    await boris.asks("/задача купить хлеб", "купить хлеб")
    card = await boris.asks("/задача купить молоко", "купить молоко")
    told = await boris.asks("/история", "История.*#2", reply_to=card["message_id"])
    assert "новая задача #2 купить молоко" in told["text"]
    assert "хлеб" not in told["text"]
    await boris.asks("/история Борис", "История: Борис")
    await boris.asks("/история Зоя", "Такой задачи")
    await boris.asks("/отменить", "Отменено")
