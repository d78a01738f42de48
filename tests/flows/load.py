"""The load of the replica tests: people who write, edit and press, and what must come of it."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from tests.databases import Database
from tests.flows.fleet import Fleet
from tests.flows.repeats import repeats_of_kills
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

    async def write(self, pause: float = 0, first_after: float = 0) -> None:
        """As fast as answers come, or with a pause after each update, both in seconds."""
        await asyncio.sleep(first_after)
        async for _written in self.steps():
            await asyncio.sleep(pause)

    async def steps(self) -> AsyncIterator[None]:
        """An update at each step."""
        for number in range(self.first, self.first + self.rounds):
            edited = await self.person.say(f"/task paper {number}")
            yield
            await self.person.say(f"/task pens {number}")
            yield
            path = f"{self.person.stage.url}/sim/chats/{self.person.id}/messages/{edited}"
            body = {"user_id": self.person.id, "text": f"/task cards {number}"}
            async with self.person.stage.client.patch(path, json=body) as response:
                assert response.status == 200
            yield
            await self.press(await self.card(f"pens {number}"))
            yield

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


async def written_evenly(writers: Sequence[Writer], each_second: float) -> None:
    """So many updates a second of all of them together, as long as nobody has to wait for an answer."""
    pause = len(writers) / each_second
    await asyncio.gather(
        *(writer.write(pause, number / each_second) for number, writer in enumerate(writers))
    )


async def through(fleet: Fleet, *, every: float = 0.2) -> None:
    """Until every update was accepted; looks `every` so many seconds."""
    async with asyncio.timeout(PATIENCE):
        while fleet.playground.world.updates.get(fleet.stage.bot_id):  # noqa: ASYNC110 - deliveries have no event
            await asyncio.sleep(every)


async def all_is_well(fleet: Fleet, writers: list[Writer], rows: Database) -> int:
    """Every effect once, in order within each chat, and every answer; how many answers came again, each of them
    because of a kill (DESIGN §2.3)."""
    found = await rows.fetch(
        "SELECT p.telegram_user_id AS who, t.number, t.title, t.status, t.version FROM crm_tasks t"
        " JOIN members m ON m.id = t.created_by JOIN people p ON p.id = m.person_id ORDER BY t.number"
    )
    done = await rows.fetch(
        "SELECT p.telegram_user_id AS who, count(*) FROM activity_logs a JOIN members m ON m.id = a.actor_member_id"
        " JOIN people p ON p.id = m.person_id WHERE a.action = 'completed' GROUP BY 1"
    )
    finished = {row["who"]: row["count"] for row in done}
    answers = answers_of(fleet)
    for writer in writers:
        mine = [row for row in found if row["who"] == writer.person.id]
        wanted = [title for n in range(writer.rounds) for title in (f"cards {n}", f"pens {n}")]
        assert [row["title"] for row in mine] == wanted, (writer.person.id, [row["title"] for row in mine])
        assert [row["number"] for row in mine] == list(range(1, len(wanted) + 1))
        assert all((row["status"] == "completed") == row["title"].startswith("pens") for row in mine)
        assert finished[writer.person.id] == writer.rounds
        all_are_told(writer, answers)
    return repeats_of_kills(answers, fleet.killed_at)


def all_are_told(writer: Writer, answers: dict[tuple[int, str], list[float]]) -> None:
    """Each task was told of under its first title, in the order of the messages, and each edit too."""
    told = [title for who, title in answers if who == writer.person.id]
    first = [title for title in told if "cards" not in title]
    wanted = [title for n in range(writer.rounds) for title in (f"paper {n}", f"pens {n}")]
    assert first == [f"#{number} {title}" for number, title in enumerate(wanted, 1)], writer.person.id
    edits = [f"#{2 * n + 1} cards {n}" for n in range(writer.rounds)]
    assert sorted(set(told) - set(first)) == sorted(edits), writer.person.id


def answers_of(fleet: Fleet) -> dict[tuple[int, str], list[float]]:
    """When Telegram took each new message about a task, by chat and the task as it was told of; in order."""
    taken: dict[tuple[int, str], list[float]] = {}
    for call in fleet.playground.world.calls:
        head = re.match(r"\D*(#\d+ \w+ \d+)\b", str(call["parameters"].get("text") or ""))
        if call["method"].lower() == "sendmessage" and call["answer"]["ok"] and head:
            taken.setdefault((int(call["parameters"]["chat_id"]), head[1]), []).append(call["at"])
    return taken
