"""Rate limits of the playground: what Telegram publishes, and nothing that the gate lets through."""

import pytest

from bot.gate.rooms import Rooms
from playground.checks import Refusal
from playground.rate_limits import BURST, RateLimits

BOT = 42


def test_a_person_is_written_to_in_a_short_burst_and_then_once_a_second() -> None:
    limits = RateLimits()
    for _ in range(BURST):
        limits.count(BOT, 7, 1000.0)
    with pytest.raises(Refusal, match="Too Many Requests: retry after 1") as refused:
        limits.count(BOT, 7, 1000.0)
    assert (refused.value.code, refused.value.parameters) == (429, {"retry_after": 1})
    limits.count(BOT, 7, 1001.0)
    limits.count(BOT, 8, 1001.0)


def test_a_group_is_written_to_twenty_times_a_minute() -> None:
    limits = RateLimits()
    for second in range(20):
        limits.count(BOT, -7, 1000.0 + second)
    with pytest.raises(Refusal, match="retry after 40"):
        limits.count(BOT, -7, 1020.0)
    limits.count(BOT, -7, 1060.0)


def test_a_bot_writes_thirty_times_a_second_in_all() -> None:
    limits = RateLimits()
    for chat in range(30):
        limits.count(BOT, chat + 1, 1000.0)
    with pytest.raises(Refusal, match="retry after 1"):
        limits.count(BOT, 99, 1000.5)
    limits.count(BOT + 1, 99, 1000.5)
    limits.count(BOT, 99, 1001.0)


def test_what_the_gate_lets_through_is_never_too_much_even_when_some_of_it_is_late() -> None:
    """Every other message takes a twentieth of a second longer on its way."""
    rooms, limits, now, arrivals = Rooms(), RateLimits(), 1000.0, []
    for number in range(600):
        chat_id = (7, -7, 100 + number % 40, 7)[number % 4]
        now += max(rooms.chat_wait(chat_id, now), rooms.all_wait(now))
        rooms.take(chat_id, now, only_all=False)
        arrivals.append((now + (number % 2) * 0.05, chat_id))
    for at, chat_id in sorted(arrivals):
        limits.count(BOT, chat_id, at)
