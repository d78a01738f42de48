"""Typed: somebody waits while their update is under way, and for a moment only."""

from bot.typed import LATELY, Typed


def test_somebody_waits_while_one_is_under_way_that_began_lately() -> None:
    now = 100.0
    typed = Typed(lambda: now)
    assert not typed.is_waited_for()
    with typed.noted():
        assert typed.is_waited_for()
        now += LATELY
        assert not typed.is_waited_for()  # it waits for Telegram, or for room
        with typed.noted():
            assert typed.is_waited_for()
        assert not typed.is_waited_for()
    assert not typed.is_waited_for()
