"""Health in chat: words for the operator, a polite sentence for everybody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.health import Condition, DeliveryHealth, Failed, Queue, Redis, Waiting
from handlers.health import health_card
from handlers.texts import speaking
from tests.fakes import MONDAY
from tests.handlers.desk import Desk

QUIET = DeliveryHealth(0, 0, 0, None, None)


@pytest.mark.parametrize("words", ["/health", "/здоровье", "здоровье"])
async def test_whoever_does_not_run_the_bot_is_told_so(words: str) -> None:
    answer = await Desk().says(words)
    assert "Only whoever runs the bot" in answer.text


def test_all_is_well_in_both_languages() -> None:
    vitals = Desk().vitals
    english = health_card(Condition(vitals, QUIET)).text
    assert english.startswith("All is well.")
    assert "Reminders that are due: none" in english
    with speaking("ru"):
        assert health_card(Condition(vitals, QUIET)).text.startswith("Всё в порядке.")


def test_what_is_amiss_is_named_with_how_long_things_wait() -> None:
    late = Waiting(
        Queue(3, timedelta(minutes=5)), Queue(1, timedelta(seconds=1)), Queue(2, timedelta(hours=3))
    )
    vitals = replace(
        Desk().vitals, waiting=late, redis=Redis.AWAY, telegram_silence=timedelta(minutes=4), sends_waiting=7
    )
    text = health_card(Condition(vitals, QUIET)).text
    for words in (
        "Not all is well.", "Telegram: no answer for 4 minutes", "Redis: away", "due: 3, the oldest 5 minutes",
        "assistants: 1, the oldest 1 second", "sent: 2, the oldest 3 hours", "limits: 7",
    ):  # fmt: skip
        assert words in text
    assert "PostgreSQL: away" in health_card(Condition(replace(vitals, waiting=None), None)).text
    assert "migrate" in health_card(Condition(replace(vitals, schema_fits=False), QUIET)).text


def test_reminders_are_told_with_how_late_they_are_and_why_some_never_came() -> None:
    deliveries = DeliveryHealth(
        3, 2, 500, timedelta(milliseconds=12), timedelta(seconds=4), [Failed("blocked", 7, 42, MONDAY)]
    )
    card = health_card(Condition(Desk().vitals, deliveries))
    for words in (
        "Reminders: 3 due, 2 being sent",
        "500",
        "0.01 s",
        "4.0 s",
        "Not delivered: 7, the bot is blocked",
    ):
        assert words in card.text
    [[button]] = card.buttons
    assert (button.text, button.data) == ("Try again: the bot is blocked or was never started", "retry:42")


async def test_whoever_does_not_run_the_bot_can_have_nothing_tried_again() -> None:
    answer = await Desk().presses("retry:1")
    assert "Only whoever runs the bot" in f"{answer.text}{answer.toast}"
