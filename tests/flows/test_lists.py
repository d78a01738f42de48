"""Lists, the day and search, as people use them, in both languages."""

from tests.flows.cards import chooses, shows, started
from tests.flows.stage import Stage


async def test_a_day_is_planned_found_and_done(stage: Stage) -> None:
    anna = await started(stage)
    await anna.asks("/task today send the invoice #b2b\ncall Zoe", "2 tasks saved")
    listed = await anna.asks("/tasks today", "Open tasks · today")
    assert "call Zoe" not in listed["text"]
    await chooses(anna, listed, "• Today", then="call Zoe")
    await anna.press(listed, "#1")
    await anna.hears("#1 send the invoice")
    found = await anna.asks("/find invoices", "Found")
    assert "#1 send the invoice" in found["text"]
    agenda = await anna.asks("/agenda", "Any time\n#1 send the invoice")
    assert await anna.press(agenda, "✓ 1") == "Done"
    await shows(anna, agenda, "The day is yours")
    await anna.asks("/done 1 2 7", "✓ #2 call Zoe.*was done before.*no task #7")
    await anna.asks("/stats", "created 2, done 2, overdue now 0")


async def test_everything_overdue_is_moved_in_russian(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    for title in ("отправить счёт", "купить бумагу"):
        question = await boris.asks(f"/задача вчера {title}", "уже прошло")
        await boris.press(question, "Да, сохранить")
        await shows(boris, question, title)
    await boris.asks("/задачи просроченные", "Открытые задачи · просрочено")
    agenda = await boris.asks("план", "Просрочено.*опоздание 1 день")
    await chooses(boris, agenda, "Перенести все", "Завтра", then="2 задачи перенесены")
    await boris.asks("/отменить", "Отменено.*и ещё 1")
    await boris.asks("сегодня", "Просрочено")
