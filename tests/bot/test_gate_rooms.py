"""Rooms: whatever is asked for in whichever order, no more goes than Telegram lets."""

from hypothesis import given
from hypothesis import strategies as st

from bot.gate.rooms import Bucket, Rooms, Window
from crm.sends import BURST, GROUP

pauses = st.lists(st.floats(0, 30), min_size=1, max_size=80)


@given(pauses)
def test_a_bucket_lets_through_its_burst_and_one_a_second(gaps: list[float]) -> None:
    bucket, now, went = Bucket(BURST), 0.0, []
    for gap in gaps:
        now += gap
        now += bucket.wait(now)
        assert bucket.wait(now) < 1e-6
        bucket.take(now)
        went.append(now)
    for first in range(len(went)):
        for last in range(first, len(went)):
            assert last - first + 1 <= BURST + (went[last] - went[first]) + 1e-6


@given(pauses)
def test_a_window_never_holds_more_than_its_count(gaps: list[float]) -> None:
    window, now, went = Window(*GROUP), 0.0, []
    for gap in gaps:
        now += gap
        now += window.wait(now)
        window.take(now)
        went.append(now)
    for first, last in zip(went, went[GROUP[1] :], strict=False):
        assert last - first >= GROUP[0] - 1e-6


@given(pauses, st.integers(1, 70))
def test_the_wait_of_a_later_place_is_when_it_comes_true(gaps: list[float], places: int) -> None:
    for room in (Bucket(BURST), Window(*GROUP)):
        now = 0.0
        for gap in gaps:
            now += gap + room.wait(now + gap)
            room.take(now)
        foreseen = now + room.wait(now, places)
        for _ in range(places):
            now += room.wait(now)
            room.take(now)
        assert abs(now - foreseen) < 1e-6


@given(pauses)
def test_what_is_given_back_is_as_if_it_had_not_been_taken(gaps: list[float]) -> None:
    rooms, now = Rooms(), 0.0
    for chat_id in (7, -7):
        for gap in gaps:
            now += gap
            before = rooms.chat_wait(chat_id, now, 3), rooms.all_wait(now, 3)
            rooms.take(chat_id, now, only_all=False)
            rooms.give_back(chat_id, now, only_all=False)
            after = rooms.chat_wait(chat_id, now, 3), rooms.all_wait(now, 3)
            assert all(abs(one - other) < 1e-6 for one, other in zip(before, after, strict=True))
            if not any(before):
                rooms.take(chat_id, now, only_all=False)
