"""Health in chat: words for the operator, a polite sentence for everybody else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.health import Queue, Redis, Waiting
from handlers.health import health_card
from handlers.texts import speaking
from tests.handlers.desk import Desk


@pytest.mark.parametrize("words", ["/health", "/здоровье", "здоровье"])
async def test_whoever_does_not_run_the_bot_is_told_so(words: str) -> None:
    answer = await Desk().says(words)
    assert "Only whoever runs the bot" in answer.text


def test_all_is_well_in_both_languages() -> None:
    vitals = Desk().vitals
    english = health_card(vitals).text
    assert english.startswith("All is well.")
    assert "Reminders that are due: none" in english
    with speaking("ru"):
        assert health_card(vitals).text.startswith("Всё в порядке.")


def test_what_is_amiss_is_named_with_how_long_things_wait() -> None:
    late = Waiting(
        Queue(3, timedelta(minutes=5)), Queue(1, timedelta(seconds=1)), Queue(2, timedelta(hours=3))
    )
    vitals = replace(
        Desk().vitals, waiting=late, redis=Redis.AWAY, telegram_silence=timedelta(minutes=4), sends_waiting=7
    )
    text = health_card(vitals).text
    for words in (
        "Not all is well.", "Telegram: no answer for 4 minutes", "Redis: away", "due: 3, the oldest 5 minutes",
        "assistants: 1, the oldest 1 second", "sent: 2, the oldest 3 hours", "limits: 7",
    ):  # fmt: skip
        assert words in text
    assert "PostgreSQL: away" in health_card(replace(vitals, waiting=None)).text
    assert "migrate" in health_card(replace(vitals, schema_fits=False)).text
