"""Lists, the day and search, as people use them, in both languages."""

from tests.flows.stage import Message, Person, Stage


def texts(message: Message) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


async def edited(person: Person, message: Message) -> Message:
    """The message as it is now."""
    (now,) = [
        one for one in await person.stage.messages(person.id) if one["message_id"] == message["message_id"]
    ]
    return now


async def test_a_day_is_planned_found_and_done(stage: Stage) -> None:
    anna = await stage.person("Anna")
    await anna.asks("/start", "language")
    await anna.asks("/task today send the invoice #b2b\ncall Zoe", "2 tasks saved")
    listed = await anna.asks("/tasks today", "Open tasks · today")
    assert "call Zoe" not in listed["text"]
    await anna.press(listed, "• Today")
    assert "call Zoe" in (await edited(anna, listed))["text"]
    await anna.press(listed, "#1")
    await anna.hears("#1 send the invoice")
    found = await anna.asks("/find invoices", "Found")
    assert "#1 send the invoice" in found["text"]
    agenda = await anna.asks("/agenda", "Any time\n#1 send the invoice")
    assert await anna.press(agenda, "✓ 1") == "Done"
    assert "The day is yours" in (await edited(anna, agenda))["text"]
    await anna.asks("/done 1 2 7", "✓ #2 call Zoe.*was done before.*no task #7")
    await anna.asks("/stats", "created 2, done 2, overdue now 0")


async def test_everything_overdue_is_moved_in_russian(stage: Stage) -> None:
    boris = await stage.person("Борис", "ru")
    await boris.asks("/start", "язык")
    for title in ("отправить счёт", "купить бумагу"):
        question = await boris.asks(f"/задача вчера {title}", "уже прошло")
        await boris.press(question, "Да, сохранить")
    await boris.asks("/задачи просроченные", "Открытые задачи · просрочено")
    agenda = await boris.asks("план", "Просрочено.*опоздание 1 день")
    await boris.press(agenda, "Перенести все")
    await boris.press(agenda, "Завтра")
    assert "2 задачи перенесены" in (await edited(boris, agenda))["text"]
    await boris.asks("/отменить", "Отменено.*и ещё 1")
    await boris.asks("сегодня", "Просрочено")
