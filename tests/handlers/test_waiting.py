"""What a message says that waited, or that somebody gets who stands in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crm.deliveries import Delivery
from crm.reasons import Why
from handlers.reminder_messages import reminder_message
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor

BORIS = an_actor(person_id=2, telegram_user_id=1002, member_id=2, display_name="Boris", telegram_chat_id=1002)
REMINDER = Delivery(1, "", 1, MONDAY, "call the bank", an_actor(), None, 7, 70)


@pytest.mark.parametrize(
    ("why", "words", "russian"),
    [
        (Why.QUIET, "waited for the end of your quiet hours", "ждало конца ваших тихих часов"),
        (Why.DAY_OFF, "waited for your working day", "ждало вашего рабочего дня"),
        (Why.AWAY, "waited while you were away", "ждало, пока вас не было"),
    ],
)
def test_what_waited_says_why_and_not_that_the_bot_was_away(why: Why, words: str, russian: str) -> None:
    waited = replace(REMINDER, reason=why)
    later = MONDAY + timedelta(hours=9)
    assert reminder_message(waited, later).text == f"⏰ #7 call the bank\n9 hours late: {words}"
    with speaking("ru"):
        assert russian in reminder_message(waited, later).text


def test_whoever_stands_in_reads_for_whom() -> None:
    assert "For Anna, who is away" in reminder_message(replace(REMINDER, stand_in=BORIS), MONDAY).text
