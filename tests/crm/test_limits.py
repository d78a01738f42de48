"""Limits: room for a burst, then one sentence, then silence, and it is over when one waits."""

from datetime import timedelta

from crm.limits import GROUP_MINUTE, REMEMBERED, ROOM, TURN_COST, UPDATE_COST, Limits, Pace
from tests.fakes import MONDAY


def flood(limits: Limits, user: int, times: int, cost: float = UPDATE_COST) -> list[Pace]:
    return [limits.spend(user, cost, MONDAY) for _ in range(times)]


def test_a_burst_fits_then_it_is_said_once_then_silence() -> None:
    paces = flood(Limits(), 1, int(ROOM) + 5)
    assert paces[: int(ROOM)] == [Pace.FINE] * int(ROOM)
    assert paces[int(ROOM) :] == [Pace.TOO_FAST, *[Pace.SILENT] * 4]


def test_a_flood_of_one_is_nobody_elses() -> None:
    limits = Limits()
    flood(limits, 1, 500)
    assert limits.spend(2, UPDATE_COST, MONDAY) is Pace.FINE


def test_a_group_is_taken_up_as_often_as_it_may_be_answered() -> None:
    limits = Limits()
    paces = [limits.spend(user, UPDATE_COST, MONDAY, group_id=-5) for user in range(GROUP_MINUTE + 2)]
    assert paces == [Pace.FINE] * GROUP_MINUTE + [Pace.TOO_FAST, Pace.SILENT]
    assert limits.spend(1, UPDATE_COST, MONDAY) is Pace.FINE  # in private
    assert limits.spend(1, UPDATE_COST, MONDAY, group_id=-6) is Pace.FINE
    assert limits.spend(1, UPDATE_COST, MONDAY + timedelta(minutes=1), group_id=-5) is Pace.FINE


def test_waiting_helps_and_refusals_cost_nothing() -> None:
    limits = Limits()
    flood(limits, 1, 500)
    assert limits.spend(1, UPDATE_COST, MONDAY + timedelta(seconds=1)) is Pace.FINE


def test_whoever_goes_on_is_told_again_after_a_minute() -> None:
    limits = Limits()
    flood(limits, 1, 500)
    later = MONDAY + timedelta(minutes=1)
    paces = [limits.spend(1, UPDATE_COST, later) for _ in range(int(ROOM) + 2)]
    assert paces[-2:] == [Pace.TOO_FAST, Pace.SILENT]


def test_questions_to_assistants_cost_more() -> None:
    assert Pace.TOO_FAST in flood(Limits(), 1, int(ROOM / TURN_COST) + 1, TURN_COST)


def test_a_clock_that_goes_back_gives_no_room() -> None:
    limits = Limits()
    flood(limits, 1, int(ROOM))
    assert limits.spend(1, UPDATE_COST, MONDAY - timedelta(hours=1)) is Pace.TOO_FAST
    assert limits.spend(1, UPDATE_COST, MONDAY) is not Pace.FINE


def test_people_who_are_gone_are_forgotten() -> None:
    limits = Limits()
    for user in range(REMEMBERED):
        limits.spend(user, UPDATE_COST, MONDAY)
    limits.spend(-1, UPDATE_COST, MONDAY + timedelta(minutes=1))
    assert len(limits._people) == 1
