"""Making: words that ask for a task are none of its title, and what only looks like them stays in it."""

import pytest

from tests.crm.grammar.lines import said


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("создай задачу купить молоко", "купить молоко"),
        ("Создай, пожалуйста, задачу купить молоко", "купить молоко"),
        ("пожалуйста, создай мне новую задачу: купить молоко завтра", "купить молоко · 11-24"),
        ("добавь задачу на завтра в 10 отправить счёт", "отправить счёт · 11-24 10:00"),
        (
            "заведите задачу чтобы Марина получила счёт завтра",
            "Марина получила счёт · 11-24 · contact=Марина",
        ),
        ("запиши задачу отчёт по продажам в пятницу", "отчёт по продажам · 11-27"),
        ("поставь задачу позвонить Олегу завтра", "позвонить Олегу · 11-24 · contact=Олег · type=call"),
        ("новая задача: купить молоко", "купить молоко"),
        ("/task создай задачу купить молоко", "купить молоко"),
        ("создай задачу", "–"),
        ("create a task to buy milk", "buy milk"),
        ("Please create a new task to buy milk tomorrow", "buy milk · 11-24"),
        ("add task buy milk tomorrow", "buy milk · 11-24"),
        ("new task: call Bob tomorrow", "call Bob · 11-24 · contact=Bob · type=call"),
        ("create a task for tomorrow at 9am to call Bob", "call Bob · 11-24 09:00 · contact=Bob · type=call"),
        ("/task add a task: buy milk", "buy milk"),
    ],
)
def test_what_asks_for_a_task_is_none_of_its_title(text: str, meaning: str) -> None:
    assert said(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "create a task force",
        "new task list for the team",
        "add task-based pricing",
        "add the task to the board",
        "add a task to the board",
        "create a task for Zoe",
        "добавь задачу в трекер",
        "поставь задачу программистам",
        "дизайн: создай задачу в трекере",
        "сделай задачу по математике",
        "the new task looks odd",
    ],
)
def test_what_only_looks_like_that_stays_in_the_title(text: str) -> None:
    assert said(text).partition(" · ")[0] == text
