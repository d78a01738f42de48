"""The load of the replica tests: people who write, edit and press, and what must come of it."""

import asyncio
import re
from dataclasses import dataclass

from tests.databases import Database
from tests.flows.fleet import Fleet
from tests.flows.stage import Message, Person

PATIENCE = 400.0  # seconds in which all of it must have come, on a busy machine too
ROUND = 4  # updates of one round: two messages, an edit and a press
DONE = re.compile(r"done", re.IGNORECASE)


@dataclass(slots=True)
class Writer:
    """One person of the load: in each round two tasks; the first is edited, the second done by its button."""

    person: Person
    rounds: int
    first: int = 0  # the number of the first round

    async def write(self) -> None:
        for number in range(self.first, self.first + self.rounds):
            edited = await self.person.say(f"/task paper {number}")
            await self.person.say(f"/task pens {number}")
            path = f"{self.person.stage.url}/sim/chats/{self.person.id}/messages/{edited}"
            body = {"user_id": self.person.id, "text": f"/task cards {number}"}
            async with self.person.stage.client.patch(path, json=body) as response:
                assert response.status == 200
            card = await self.card(f"pens {number}")
            await self.press(card)

    async def card(self, title: str) -> Message:
        """The answer about a task, with its buttons."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for message in await self.person.stage.messages(self.person.id):
                    if message["from"] == self.person.stage.bot_id and re.search(
                        rf"#\d+ {title}\b", str(message.get("text"))
                    ):
                        return message
                await asyncio.sleep(0.3)

    async def press(self, card: Message) -> None:
        button = next(one for row in card["buttons"] for one in row if DONE.search(one["text"]))
        path = f"/sim/chats/{self.person.id}/messages/{card['message_id']}/press"
        await self.person.stage.post(path, {"user_id": self.person.id, "button": button["callback_data"]})


async def writers_of(fleet: Fleet, count: int, rounds: int) -> list[Writer]:
    """People whose team is there already."""

    async def one(number: int) -> Writer:
        person = await fleet.stage.person(f"Person {number}")
        await person.asks("/start", "language", patience=PATIENCE)
        return Writer(person, rounds)

    return list(await asyncio.gather(*(one(number) for number in range(count))))


async def through(fleet: Fleet, *, every: float = 0.2) -> None:
    """Until every update was accepted; looks `every` so many seconds."""
    async with asyncio.timeout(PATIENCE):
        while fleet.playground.world.updates.get(fleet.stage.bot_id):  # noqa: ASYNC110 - deliveries have no event
            await asyncio.sleep(every)


async def all_is_well(fleet: Fleet, writers: list[Writer], rows: Database) -> int:
    """Every effect once, in order within each chat; how many answers came more than once."""
    found = await rows.fetch(
        "SELECT p.telegram_user_id AS who, t.number, t.title, t.status, t.version FROM crm_tasks t"
        " JOIN members m ON m.id = t.created_by JOIN people p ON p.id = m.person_id ORDER BY t.number"
    )
    done = await rows.fetch(
        "SELECT p.telegram_user_id AS who, count(*) FROM activity_logs a JOIN members m ON m.id = a.actor_member_id"
        " JOIN people p ON p.id = m.person_id WHERE a.action = 'completed' GROUP BY 1"
    )
    finished = {row["who"]: row["count"] for row in done}
    repeated = 0
    for writer in writers:
        mine = [row for row in found if row["who"] == writer.person.id]
        wanted = [title for n in range(writer.rounds) for title in (f"cards {n}", f"pens {n}")]
        assert [row["title"] for row in mine] == wanted, (writer.person.id, [row["title"] for row in mine])
        assert [row["number"] for row in mine] == list(range(1, len(wanted) + 1))
        assert all((row["status"] == "completed") == row["title"].startswith("pens") for row in mine)
        assert finished[writer.person.id] == writer.rounds
        repeated += await answers_repeated(writer, wanted)
    return repeated


async def answers_repeated(writer: Writer, wanted: list[str]) -> int:
    """Each task was told of, first in the order it was written, and each edit too; the number of answers too many."""
    told: dict[int, int] = {}
    for message in await writer.person.stage.messages(writer.person.id):
        head = re.match(r"\D*#(\d+) ", str(message.get("text") or ""))
        if message["from"] == writer.person.stage.bot_id and head:
            told[int(head[1])] = told.get(int(head[1]), 0) + 1
    assert list(told) == list(range(1, len(wanted) + 1)), (writer.person.id, told)
    owed = {number: 2 if title.startswith("cards") else 1 for number, title in enumerate(wanted, 1)}
    assert all(told[number] >= owed[number] for number in owed), (writer.person.id, told)
    return sum(told.values()) - sum(owed.values())
