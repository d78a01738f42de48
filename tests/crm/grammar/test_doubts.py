"""Doubts: what is saved at once, and what an assistant is asked."""

import pytest

from crm.grammar.doubts import is_without_doubt
from tests.crm.grammar.lines import draft_of


@pytest.mark.parametrize(
    "text",
    [
        "завтра в 10 созвон с клиентом",
        "send the invoice every other Friday at 17:30",
        "напомни через полчаса перезвонить Марине",
        "remind me to water the plants",
        "can you remind me tomorrow to call Bob?",
        "/звонок Анна исх 12м дозвонился: просит цену",
        "call Anna out 12m connected",
        "please book a table tomorrow",
        "создай задачу отправить счёт завтра в 10",
        "пожалуйста, поставь мне новую задачу позвонить Анне завтра",
        "create a new task to send the invoice tomorrow 10:00",
    ],
)
def test_a_clear_line_is_saved_at_once(text: str) -> None:
    assert is_without_doubt(draft_of(text), text)


@pytest.mark.parametrize(
    "text",
    [
        "позвонить Анне",  # says no time
        "завтра",  # says nothing to do
        "at 5 call the bank",  # two readings
        "today at 9 call Bob",  # gone
        "Feb 29 renew license",  # far
        "что у меня завтра",
        "покажи задачи на завтра",
        "добавь задачу в трекер завтра",
        "поставь задачу Марине завтра",
        "add the task to the board tomorrow",
        "create a task to send the invoice tomorrow 10:00?",
        "найди звонки за понедельник",
        "show tasks for tomorrow",
        "tell me what is due tomorrow",
        "What happens on Friday",
        "пожалуйста, покажи план на завтра",
        "успею завтра в 10?",
        "перенеси встречу на завтра",
        "tomorrow call +7 999 123 45",  # no phone
        "/call",
        "",
    ],
)
def test_a_question_or_a_doubtful_line_is_not(text: str) -> None:
    assert not is_without_doubt(draft_of(text), text)
