"""Offers: messages from elsewhere, of which it is still to be said what they shall become."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.answers import Answer, Button
from crm.attachments import Attachment
from crm.dialogs import Dialog, DialogKey, DialogStore
from crm.grammar.letters import storable
from crm.people import Actor
from crm.tasks import Task
from crm.tasks.sources import NOWHERE, Source
from crm.tasks.sources import Attachment as File
from crm.turns import Turn
from handlers.sources import kept
from handlers.task_cards import cut
from handlers.texts import gettext as _

REMEMBERED = 30  # messages of one person that are still to be decided about; as many come in one go
FORWARDS = -2  # the "topic" under which they are kept; real topics are positive
SHOWN = 100  # characters of the message in the question
HEARD = 3500  # of one that was heard, and is read here for the first time


@dataclass(frozen=True, slots=True)
class Offers:
    """What is kept of one person's, by the mark that the buttons carry."""

    dialogs: DialogStore
    bot_id: int
    user_id: int
    now: datetime

    async def keep(self, mark: str, offer: dict[str, Any]) -> None:
        await self._write({**await self._read(), mark: offer})

    async def get(self, mark: str) -> dict[str, Any] | None:
        return (await self._read()).get(mark)

    async def drop(self, mark: str) -> None:
        await self._write({key: offer for key, offer in (await self._read()).items() if key != mark})

    async def of_album(self, album: str | None) -> tuple[str, dict[str, Any]] | None:
        """The mark and the rest of what was kept of an album before."""
        offers = (await self._read()).items() if album is not None else ()
        return next(((mark, offer) for mark, offer in offers if offer.get("album") == album), None)

    async def keep_task(self, mark: str, album: str | None, made: Sequence[object]) -> None:
        """What comes of the album from now on is kept with the task that its words made."""
        task = next((one for one in made if isinstance(one, Task)), None)
        if album is not None and task is not None:
            await self.keep(mark, {"album": album, "task_id": task.id})

    async def _read(self) -> dict[str, Any]:
        return dict((await self.dialogs.get(self._key, self.now)).data)

    async def _write(self, offers: dict[str, Any]) -> None:
        await self.dialogs.put(self._key, Dialog(data=dict(list(offers.items())[-REMEMBERED:])), self.now)

    @property
    def _key(self) -> DialogKey:
        return DialogKey(self.bot_id, self.user_id, FORWARDS, self.user_id)


def offers_of(dialogs: DialogStore, bot_id: int, actor: Actor, now: datetime) -> Offers:
    return Offers(dialogs, bot_id, actor.telegram_user_id, now)


def an_offer(
    words: str,
    source: Source,
    message_id: int | None,
    shown: tuple[Attachment, ...],
    *,
    of_others: bool,
    album: str | None = None,
) -> dict[str, Any]:
    """As plain JSON. `shown` are pictures and PDFs that an assistant may be asked about. `of_others`: the words are
    not the person's own."""
    return {
        "words": storable(words),
        "source": kept(source),
        "message_id": message_id,
        "shown": [one.to_json() for one in shown],
        "of_others": of_others,
        "album": album,
    }


async def offer_heard(
    turn: Turn, *, bot_id: int, dialogs: DialogStore, clock: Callable[[], datetime]
) -> Answer:
    """What somebody else said, in writing, and what it may become."""
    offers, mark = offers_of(dialogs, bot_id, turn.actor, clock()), f"t{turn.id}"
    source = source_of_recording(turn)
    await offers.keep(mark, an_offer(turn.text, source, turn.message_id, (), of_others=True))
    return offering(turn.text, mark, can_ask=True, shown=HEARD, head="🎤 ")


def source_of_recording(turn: Turn) -> Source:
    """Of a forwarded one: when it was said, and the recording itself."""
    forwarded = [one for one in turn.attachments if one.is_spoken and one.said_at is not None]
    if not forwarded:
        return NOWHERE
    files = tuple(
        File(one.kind, one.file_id, one.name) for one in forwarded if one.kind in ("voice", "audio")
    )
    return Source(said_at=datetime.fromisoformat(forwarded[0].said_at or ""), attachments=files)


def with_more(
    offer: dict[str, Any], words: str, source: Source, shown: tuple[Attachment, ...]
) -> dict[str, Any]:
    """The offer of an album with another part of it."""
    said = "\n".join(one for one in (offer["words"], storable(words)) if one)
    files = [*offer["source"]["attachments"], *kept(source)["attachments"]]
    return {
        **offer,
        "words": said,
        "source": {**offer["source"], "attachments": files},
        "shown": [*offer["shown"], *(one.to_json() for one in shown)],
    }


def offering(words: str, mark: str, *, can_ask: bool, shown: int = SHOWN, head: str = "") -> Answer:
    """The message in short, since several may come at once."""
    text = _("Make a task of this?")
    if words:
        text = f"{head}«{cut(' '.join(words.split()), shown)}»\n{text}"
    row = [Button(_("Make a task"), data=f"fwd:{mark}:task")]
    if can_ask:
        row.append(Button(_("Ask the assistant"), data=f"fwd:{mark}:ask"))
    return Answer(text, buttons=(tuple(row),))
