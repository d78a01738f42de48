"""Quick adds: a private text that says without doubt what it is, saved at once (DESIGN §4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crm.answers import Answer, Reply
from crm.calls import Call, check_times, checked_call, save_call
from crm.errors import CrmError
from crm.grammar.doubts import is_talk, is_without_doubt
from crm.grammar.drafts import items
from crm.grammar.fields import Draft
from crm.grammar.readers import Reader
from crm.people import Actor
from crm.reminders import Reminder, new_reminder, save_reminder
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.tasks import Read, Task, checked_title, read_lines, repeats_within_a_day, save_task
from crm.tasks.sources import NOWHERE, Source
from crm.updates import Arrival

Saved = Task | Reminder | Call


class QuickAdds:
    """What needs no command."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def save(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        reply: Reply[Sequence[Saved]],
        *,
        source: Source = NOWHERE,
        finishes: bool = True,
    ) -> Answer | None:
        """Save each line of the text, in one transaction. None, and nothing saved, when any line leaves a doubt.
        `finishes` False: the update that brought it was finished before, when it became a turn. Raises AlreadyHandled
        when the message made its things before."""
        own = Reader(zone=actor.zone, language=actor.language)
        if any(is_talk(line, now=arrival.sent_at, reader=own) for line in items(text)):
            return None
        async with self._storage.transaction(actor) as unit:
            lines = await read_lines(unit, actor, arrival, text, source)
            reader = await reader_of(unit, actor)
            if not lines or not all(is_plain(line, arrival.sent_at, reader) for line in lines):
                return None
            saved = [
                await _save(unit, actor, replace(arrival, line=number), line, source)
                for number, line in enumerate(lines)
            ]
            answer = reply(saved)
            if finishes:
                await unit.updates.finish(arrival, answer)
        return answer


def is_plain(line: Read, now: datetime, reader: Reader) -> bool:
    """Whether a line may be saved unasked: read without doubt, and nothing about it to be refused."""
    draft = line.draft
    if not is_without_doubt(draft, line.text):
        return False
    try:
        if draft.object == "call":
            checked_call(draft)
            check_times(draft, line.text, now, reader)
        elif _reminds(draft):
            new_reminder(draft, confirmed=False)
        else:
            checked_title(draft, confirmed=False)
    except CrmError:
        return False
    return True


async def _save(unit: Unit, actor: Actor, arrival: Arrival, line: Read, source: Source) -> Saved:
    draft = line.draft
    if draft.object == "call":
        return await save_call(unit, actor, arrival, draft)
    if _reminds(draft):
        return await save_reminder(unit, actor, arrival, draft)
    return await save_task(unit, actor, arrival, draft, line.text, source=source)


def _reminds(draft: Draft) -> bool:
    """What comes every hour is a reminder, whether it says so or not."""
    return draft.object == "reminder" or repeats_within_a_day(draft)
