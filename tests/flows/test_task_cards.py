"""A task's life on its card: put off, its steps ticked, done with a result; and a card that is older than its task."""

from tests.flows.cards import chooses, labels, shows, started
from tests.flows.stage import Stage


async def test_a_task_is_put_off_listed_done_and_summed_up(stage: Stage) -> None:
    boris = await started(stage, "Борис", "ru")
    card = await boris.asks("/task завтра в 10 отправить предложение", "отправить предложение")
    await boris.press(card, "Отложить")
    menu = await shows(boris, card, "", button="‹ Назад")
    week = next(label for label in labels(menu) if label.startswith("На следующей неделе"))
    await chooses(boris, card, week, then="пн, .*10:00")
    await boris.press(card, "Ещё")
    await shows(boris, card, "", button="Список")
    await boris.press(card, "Список")
    await shows(boris, card, "", button="Добавить пункты")
    await boris.press(card, "Добавить пункты")
    steps = await boris.asks("позвонить\nнаписать", "☑ 0/2")
    await chooses(boris, steps, "☐ позвонить", then="☑ 1/2")
    listed = await boris.asks("/tasks", "отправить предложение")
    await boris.press(listed, "#1")
    listed = await boris.hears("#1 отправить предложение")
    await boris.press(listed, "Готово")
    done = await shows(boris, listed, "выполнена", button="Добавить итог")
    await boris.press(done, "Добавить итог")
    await boris.asks("договор подписан", "Итог: договор подписан")


async def test_a_card_of_before_is_shown_as_it_is(stage: Stage) -> None:
    anna = await started(stage)
    card = await anna.asks("/task tomorrow 10:00 send the offer", "send the offer")
    listed = await anna.asks("/tasks", "send the offer")
    await anna.press(listed, "#1")
    listed = await anna.hears("#1 send the offer")
    await anna.press(listed, "Done")
    await shows(anna, listed, "done")
    await anna.press(card, "Done")
    await shows(anna, card, "Changed since, here it is now\n#1 send the offer")
