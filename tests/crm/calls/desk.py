"""Anna's calls over fakes: each step is an update of its own and gives the call as it is then."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from crm.answers import Answer
from crm.calls import Call, CallCards, CallLists, Calls, Field
from crm.calls.changes import Change
from crm.grammar.dates import Due
from crm.people import Actor
from crm.tasks import Task
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.updates import Arrival
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor()


class CallDesk:
    def __init__(self) -> None:
        self.storage = FakeStorage()
        self.storage.seat(ANNA)
        self.calls, self.cards = Calls(self.storage), CallCards(self.storage)
        self.lists = CallLists(self.storage)
        self._updates = 0

    async def log(self, text: str, **more: Any) -> Call:
        return await self.shown(lambda reply: self.calls.log(ANNA, self.arrival(), text, reply, **more))

    async def edit(self, message_id: int, text: str) -> Call:
        arrival = replace(self.arrival(), message_id=message_id)
        return await self.shown(lambda reply: self.calls.reread(ANNA, arrival, text, reply))

    async def start(self, contact_id: int) -> Call:
        return await self.shown(lambda reply: self.calls.start(ANNA, self.press(), contact_id, reply))

    async def change(self, call: Call, change: Change, actor: Actor = ANNA) -> Call:
        return await self.shown(
            lambda reply: self.cards.change(actor, self.press(), call.id, call.version, change, reply)
        )

    async def move(self, call: Call, contact_id: int) -> Call:
        return await self.shown(
            lambda reply: self.cards.choose_contact(
                ANNA, self.press(), call.id, call.version, contact_id, reply
            )
        )

    async def plan(self, call: Call, due: Due) -> Call:
        return await self.shown(
            lambda reply: self.cards.plan(ANNA, self.press(), call.id, call.version, "call again", due, reply)
        )

    async def make_task(self, call: Call, number: int = 0) -> Call:
        return await self.shown(
            lambda reply: self.cards.make_task(ANNA, self.press(), call.id, call.version, number, reply)
        )

    async def choose_moment(self, call: Call, number: int = 0) -> Call:
        return await self.shown(
            lambda reply: self.cards.choose_moment(ANNA, self.press(), call.id, call.version, number, reply)
        )

    async def type(self, call: Call, field: Field, text: str) -> Call:
        return await self.shown(
            lambda reply: self.cards.type(ANNA, self.arrival(), call.id, field, text, reply)
        )

    async def take_back(self, call: Call, actor: Actor = ANNA) -> Call:
        return await self.shown(
            lambda reply: self.calls.take_back(actor, self.press(), call.id, MONDAY, reply, call.version)
        )

    async def bring_back(self, call: Call) -> Call:
        return await self.shown(
            lambda reply: self.calls.bring_back(ANNA, self.press(), call.id, MONDAY, reply)
        )

    async def undo(self) -> None:
        undo = Undo(self.storage, UNDOABLE)
        await undo.last(ANNA, self.press(), MONDAY, lambda _line: Answer("ok"))

    async def shown(self, do: Callable[[Callable[[Call], Answer]], Awaitable[Answer | None]]) -> Call:
        """The call that the answer tells of."""
        shown: list[Call] = []

        def reply(call: Call) -> Answer:
            shown.append(call)
            return Answer("ok")

        await do(reply)
        return shown[-1]

    def arrival(self) -> Arrival:
        """A message; its id is the update's."""
        self._updates += 1
        return an_arrival(self._updates, message_id=self._updates)

    def press(self) -> Arrival:
        return replace(self.arrival(), message_id=None)

    @property
    def tasks(self) -> list[Task]:
        state = self.storage.state
        return [row.task for row in state.tasks.values() if row.task.id not in state.deleted]

    @property
    def contacts(self) -> dict[str, int]:
        """Ids by name, of those that are there."""
        state = self.storage.state
        rows = [row.contact for row in state.contacts.values() if row.contact.id not in state.deleted]
        return {contact.full_name: contact.id for contact in rows}

    @property
    def history(self) -> list[tuple[str, str]]:
        return [(line.entity, line.action) for line in self.storage.state.activity]
