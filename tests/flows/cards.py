"""Cards of the dialogues: what is on one now, and what a press makes of it."""

import asyncio
import re
import time

from tests.databases import Database
from tests.flows.stage import PATIENCE, Message, Person, Stage


def labels(message: Message) -> list[str]:
    return [button["text"] for row in message["buttons"] for button in row]


def lines(message: Message) -> list[str]:
    return [line for line in str(message["text"]).split("\n") if line]


async def current(person: Person, card: Message, chat_id: int | None = None) -> Message:
    """The message as it stands in the chat."""
    everything = await person.stage.messages(chat_id or person.id)
    return next(one for one in everything if one["message_id"] == card["message_id"])


async def shows(
    person: Person, card: Message, pattern: str, *, button: str | None = None, chat_id: int | None = None
) -> Message:
    """The message once its text matches and, if asked, carries the button. Fails when it doesn't in time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        now = await current(person, card, chat_id)
        if re.search(pattern, str(now["text"]), re.DOTALL) and (button is None or button in labels(now)):
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(
        f"{pattern!r} with {button!r} was not shown; it is {now}\n{person.stage.log()[-2000:]}"
    )


async def chooses(
    person: Person, card: Message, *buttons: str, then: str, chat_id: int | None = None
) -> Message:
    """Press one button after the other, each as soon as it is there; the card once its text is as told."""
    for button in buttons:
        await shows(person, card, "", button=button, chat_id=chat_id)
        await person.press(card, button, chat_id=chat_id)
    return await shows(person, card, then, chat_id=chat_id)


async def edits(stage: Stage, person: Person, message_id: int, text: str, chat_id: int | None = None) -> None:
    """The person edits what they wrote."""
    path = f"{stage.url}/sim/chats/{chat_id or person.id}/messages/{message_id}"
    async with stage.client.patch(path, json={"user_id": person.id, "text": text}) as response:
        assert response.status == 200, await response.text()


async def started(stage: Stage, name: str = "Anna", language: str = "en", **more: str) -> Person:
    person = await stage.person(name, language, **more)
    await person.asks("/start", "language|язык")
    return person


async def count(rows: Database, table: str, person: Person) -> int:
    """Rows of the person's own team; of tasks and reminders those that were not taken back."""
    kept = " AND t.deleted_at IS NULL" if table in ("crm_tasks", "crm_calls", "reminders") else ""
    query = f"""SELECT count(*) FROM {table} t JOIN members m ON m.workspace_id = t.workspace_id
        JOIN people p ON p.id = m.person_id WHERE p.telegram_user_id = $1{kept}"""  # noqa: S608 - names of ours
    return int((await rows.fetch(query, person.id))[0][0])
