"""Fading: cards that expired are drawn anew on the scheduler's rounds, and no fault ends these."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import EditMessageText

from bot.fading import FadingRounds
from crm.errors import StorageAway
from crm.proposals import LIFETIME, Asked, Expired, Kind, Proposal, Proposals
from tests.fakes import FakeClock, FakeStorage, an_actor
from tests.fakes.proposals import ProposalRow


class Telegram:
    """Notes which messages are edited; `faults` come first."""

    def __init__(self, *faults: Exception) -> None:
        self.drawn: list[int] = []
        self.faults = list(faults)

    async def edit_message_text(self, message_id: int, **_more: Any) -> Any:
        if self.faults:
            raise self.faults.pop(0)
        self.drawn.append(message_id)


class Doors:
    """crm.proposals.ProposalDoors over fakes."""

    def __init__(self, storage: FakeStorage, fault: Exception | None = None) -> None:
        self.storage, self.fault = storage, fault

    async def expired(self, now: datetime, *, limit: int) -> Sequence[Expired]:
        if self.fault is not None:
            raise self.fault
        rows = self.storage.state.proposals.items()
        left = [row for number, row in rows if number not in self.storage.state.faded]
        return [Expired(row.actor, row.proposal, None) for row in left][:limit]


def a_room(*messages: int) -> tuple[FakeStorage, FakeClock]:
    """Expired cards that are these messages."""
    storage, clock, actor = FakeStorage(), FakeClock(), an_actor()
    storage.seat(actor)
    for number, message_id in enumerate(messages, 1):
        proposal = Proposal(
            number, 7, number, f"call-{number}", Asked(Kind.TASK, {"line": "tea tomorrow"}, clock()),
            actor.member_id, 1, expires_at=clock(), telegram_message_id=message_id,
        )  # fmt: skip
        storage.state.proposals[number] = ProposalRow(proposal, actor, 3)
    clock.now += LIFETIME
    return storage, clock


def rounds(storage: FakeStorage, clock: FakeClock, telegram: Telegram, doors: Doors) -> FadingRounds:
    proposals = Proposals(storage, resumes=False, wake=lambda: None)
    return FadingRounds(cast("Bot", telegram), proposals, doors, clock)


async def test_each_is_drawn_once_and_one_of_a_group_that_moved_not_at_all() -> None:
    storage, clock = a_room(50, 0, 51)
    telegram = Telegram()
    look = rounds(storage, clock, telegram, Doors(storage)).look
    await look()
    await look()
    assert telegram.drawn == [50, 51]
    assert storage.state.faded == {1, 2, 3}


async def test_what_telegram_could_not_take_is_drawn_by_the_next_look() -> None:
    storage, clock = a_room(50, 51)
    telegram = Telegram(TelegramNetworkError(EditMessageText(text="x"), "away"))
    look = rounds(storage, clock, telegram, Doors(storage)).look
    await look()
    assert telegram.drawn == [51]
    await look()
    assert telegram.drawn == [51, 50]


async def test_a_card_that_can_not_be_drawn_keeps_no_other_from_its_turn() -> None:
    storage, clock = a_room(50, 51)
    telegram = Telegram(RuntimeError("a bug"))
    await rounds(storage, clock, telegram, Doors(storage)).look()
    assert telegram.drawn == [51]
    assert storage.state.faded == {1, 2}


@pytest.mark.parametrize("fault", [StorageAway(), RuntimeError("a bug")])
async def test_no_fault_ends_the_rounds(fault: Exception) -> None:
    storage, clock = a_room(50)
    await rounds(storage, clock, Telegram(), Doors(storage, fault)).look()
