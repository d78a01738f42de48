"""Being away: until when it is read, who may stand in, and what is refused."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crm.answers import Answer
from crm.away import Away, AwayView, read_absence
from crm.errors import BadInput
from crm.grammar.readers import Reader
from crm.people import Role
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

MOSCOW = ZoneInfo("Europe/Moscow")
NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)  # a Monday
READER = Reader(zone=MOSCOW, language="ru")
ANNA = an_actor()
BORIS = an_actor(
    person_id=2,
    telegram_user_id=1002,
    member_id=2,
    display_name="Boris",
    role=Role.MEMBER,
    telegram_chat_id=1002,
)


def here(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=MOSCOW)


def say(view: AwayView) -> Answer:
    absence = view.absence
    return Answer(
        "" if absence is None else f"{absence.until.astimezone(MOSCOW):%d.%m %H:%M} {absence.substitute}"
    )


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(ANNA, BORIS)
    return storage


@pytest.mark.parametrize(
    ("words", "until", "name"),
    [
        ("until 15 Aug @boris", "2026-08-15", "boris"),
        ("до 15 авг @boris", "2026-08-15", "boris"),
        ("до 15.08", "2026-08-15", None),
        ("15 авг", "2026-08-15", None),
        ("until tomorrow 14:00", "2026-08-04 14:00", None),
        ("до пятницы", "2026-08-07", None),
        ("for a week", "2026-08-10", None),
        ("for two weeks @boris", "2026-08-17", "boris"),
        ("на две недели @Борис", "2026-08-17", "Борис"),
        ("на 10 дней", "2026-08-13", None),
        ("на неделю", "2026-08-10", None),
        ("until Aug 15 Boris Petrov", "2026-08-15", "Boris Petrov"),
    ],
)
def test_until_when_and_who_stands_in_are_read(words: str, until: str, name: str | None) -> None:
    assert read_absence(words, NOW, READER) == (here(until), name)


@pytest.mark.parametrize(
    "words", ["", "hello", "@boris", "until 1 Aug 2026", "for 500 days", "на ноль недель"]
)
def test_what_says_no_moment_to_come_is_refused(words: str) -> None:
    with pytest.raises(BadInput):
        read_absence(words, NOW, READER)


async def test_one_leaves_changes_the_day_and_keeps_who_stands_in(storage: FakeStorage) -> None:
    away = Away(storage)
    assert (
        await away.leave(ANNA, an_arrival(), "for a week @boris", MONDAY, say)
    ).text == "09.03 00:00 Boris"
    assert (await away.leave(ANNA, an_arrival(2), "for two weeks", MONDAY, say)).text == "16.03 00:00 Boris"
    changed = await away.choose_substitute(ANNA, an_arrival(3), None, MONDAY, say)
    assert changed.text == "16.03 00:00 None"
    assert [line.action for line in storage.state.activity] == ["away"] * 3


async def test_nobody_of_the_team_oneself_and_a_stranger_are_refused(storage: FakeStorage) -> None:
    away = Away(storage)
    with pytest.raises(BadInput, match="no @"):
        await away.leave(ANNA, an_arrival(), "for a week @clara", MONDAY, say)
    with pytest.raises(BadInput, match="yourself"):
        await away.leave(ANNA, an_arrival(), "for a week @anna", MONDAY, say)
    await away.leave(ANNA, an_arrival(), "for a week", MONDAY, say)
    with pytest.raises(BadInput, match="no longer"):
        await away.choose_substitute(ANNA, an_arrival(2), 99, MONDAY, say)


async def test_coming_back_says_whether_one_was_away(storage: FakeStorage) -> None:
    away = Away(storage)
    assert (await away.come_back(ANNA, an_arrival(), MONDAY, lambda was: Answer(str(was)))).text == "False"
    await away.leave(ANNA, an_arrival(2), "for a week", MONDAY, say)
    assert (await away.come_back(ANNA, an_arrival(3), MONDAY, lambda was: Answer(str(was)))).text == "True"
    assert (await away.show(ANNA, MONDAY)).absence is None
