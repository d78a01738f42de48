"""Gathering: a crowd is asked about together, and each hears what concerns it."""

import asyncio
from collections.abc import Mapping, Sequence

from crm.errors import StorageAway
from db.gathering import MOST, Gathered


class Desk:
    """Answers when told to; `asked` is what it was asked about at once."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.open = asyncio.Event()

    async def answer(self, about: Sequence[int]) -> Mapping[int, str]:
        self.asked.append(list(about))
        await self.open.wait()
        if -1 in about:
            raise LookupError
        return {one: str(one) for one in about}


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_asks_meanwhile_is_asked_about_together() -> None:
    desk = Desk()
    gathered = Gathered(desk.answer)
    first = asyncio.create_task(gathered([1]))
    await settle()
    others = [asyncio.create_task(gathered([number])) for number in range(2, 2 + MOST + 1)]
    await settle()
    assert desk.asked == [[1]]
    desk.open.set()
    answers = await asyncio.gather(first, *others)
    assert [len(about) for about in desk.asked] == [1, MOST, 1]
    assert [found[number] for number, found in enumerate(answers, start=1)] == [
        str(number) for number in range(1, MOST + 3)
    ]


async def test_a_fault_is_theirs_who_asked_about_it_and_not_of_who_came_with_them() -> None:
    desk = Desk()
    desk.open.set()
    gathered = Gathered(desk.answer)
    answers = await asyncio.gather(*(gathered([one]) for one in (1, -1, 2)), return_exceptions=True)
    assert answers[0] == {1: "1"}
    assert isinstance(answers[1], LookupError)
    assert answers[2] == {2: "2"}
    assert await gathered([3]) == {3: "3"}


async def test_a_storage_that_is_away_is_away_for_all_and_not_asked_by_each() -> None:
    asked: list[Sequence[int]] = []

    async def away(about: Sequence[int]) -> Mapping[int, str]:
        asked.append(about)
        raise StorageAway

    gathered = Gathered(away)
    answers = await asyncio.gather(*(gathered([one]) for one in (1, 2, 3)), return_exceptions=True)
    assert all(isinstance(answer, StorageAway) for answer in answers)
    assert asked == [[1, 2, 3]]


async def test_who_no_longer_waits_holds_up_nobody() -> None:
    desk = Desk()
    gathered = Gathered(desk.answer)
    gone, other = asyncio.create_task(gathered([1])), asyncio.create_task(gathered([2]))
    await settle()
    gone.cancel()
    desk.open.set()
    assert (await other)[2] == "2"
