"""Presence: Telegram is asked where nobody tells who leaves, every five minutes, and believed."""

import pytest

from crm.errors import Removed
from crm.groups import Hold
from crm.people import Actor, ChatKind, People, Role, Visitor
from crm.presence import Presence
from tests.fakes import FakeClock, FakeGroupDoors, FakePeopleDoors, FakeStorage, an_actor

GUEST = an_actor(
    member_id=5, role=Role.GUEST, chat_id=9, telegram_chat_id=-9, chat_kind=ChatKind.GROUP, from_group=True
)
MEMBER = an_actor(member_id=5, role=Role.MEMBER, from_group=True)
HERE, ELSEWHERE = Hold(9, -9, must_ask=True), Hold(10, -10, must_ask=True)


class Telegram:
    """Says where the person is; None when it is out of reach."""

    def __init__(self) -> None:
        self.inside: dict[int, bool | None] = {-9: True, -10: True}
        self.asked: list[int] = []

    async def __call__(self, chat_id: int, user_id: int) -> bool | None:
        self.asked.append(chat_id)
        return self.inside[chat_id]


class House:
    def __init__(self) -> None:
        self.telegram, self.doors, self.clock = Telegram(), FakeGroupDoors(), FakeClock()
        people = People(storage := FakeStorage(), FakePeopleDoors(storage), open_to_all=True)
        self.presence = Presence(people, self.doors, self.telegram, self.clock)


@pytest.fixture
def house() -> House:
    return House()


def visitor(kind: ChatKind) -> Visitor:
    where = 1001 if kind is ChatKind.PRIVATE else -9
    return Visitor(1001, "Anna", None, "en", "UTC", where, kind, None)


async def test_an_invited_member_is_never_asked_about(house: House) -> None:
    anna = an_actor()
    assert await house.presence.confirmed(anna, visitor(ChatKind.GROUP)) is anna
    assert not house.telegram.asked


async def test_telegrams_word_holds_five_minutes(house: House) -> None:
    house.doors.held[5] = [HERE]
    for _ in range(3):
        assert await house.presence.lasts(GUEST)
    house.telegram.inside[-9] = False
    house.clock.move(minutes=4, seconds=59)
    assert await house.presence.lasts(GUEST)
    house.clock.move(seconds=1)
    assert not await house.presence.lasts(GUEST)
    assert house.telegram.asked == [-9, -9]
    assert house.doors.told == [("seen", -9, 1001), ("left", -9, 1001)]


async def test_who_is_gone_is_refused_in_the_group(house: House) -> None:
    house.doors.held[5] = [HERE]
    house.telegram.inside[-9] = False
    with pytest.raises(Removed, match="no longer in this group"):
        await house.presence.confirmed(GUEST, visitor(ChatKind.GROUP))


async def test_who_is_gone_is_in_private_who_they_are_without_the_group(house: House) -> None:
    house.doors.held[5] = [HERE]
    house.telegram.inside[-9] = False
    own = await house.presence.confirmed(MEMBER, visitor(ChatKind.PRIVATE))
    assert own.role is Role.OWNER
    assert own.member_id != MEMBER.member_id


async def test_the_last_known_holds_while_telegram_is_out_of_reach(house: House) -> None:
    house.doors.held[5] = [HERE]
    house.telegram.inside[-9] = None
    assert await house.presence.lasts(GUEST)
    assert not house.doors.told
    house.telegram.inside[-9] = False
    house.clock.move(seconds=31)
    assert not await house.presence.lasts(GUEST)


@pytest.mark.parametrize(("actor", "lasts"), [(MEMBER, True), (GUEST, False)])
async def test_a_member_may_lose_one_of_two_groups_and_a_guest_not_the_one_they_speak_in(
    house: House, actor: Actor, lasts: bool
) -> None:
    house.doors.held[5] = [HERE, ELSEWHERE]
    house.telegram.inside[-9] = False
    assert await house.presence.lasts(actor) is lasts
    assert ("left", -9, 1001) in house.doors.told


async def test_where_the_bot_is_told_who_leaves_nobody_is_asked(house: House) -> None:
    house.doors.held[5] = [Hold(9, -9, must_ask=False)]
    house.telegram.inside[-9] = False
    assert await house.presence.lasts(GUEST)
    assert not house.telegram.asked


async def test_a_departure_that_was_told_ends_the_five_minutes(house: House) -> None:
    house.doors.held[5] = [HERE]
    assert await house.presence.lasts(GUEST)
    house.telegram.inside[-9] = False
    house.presence.forget(-9, 1001)
    assert not await house.presence.lasts(GUEST)
