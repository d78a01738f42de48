"""Tasks about a contact: what is typed after "New task" on its card."""

from collections.abc import Sequence
from dataclasses import replace

from crm.answers import Answer, Reply
from crm.contacts import members_only, to_change
from crm.grammar.contacts import KnownContact
from crm.people import Actor
from crm.storage import Storage
from crm.tasks import Task, read_lines, save_task
from crm.tasks.lines import check_lines
from crm.updates import Arrival


class ContactTasks:
    """The rules of tasks that begin at a contact."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def create(
        self, actor: Actor, arrival: Arrival, contact_id: int, text: str, reply: Reply[Sequence[Task]]
    ) -> Answer:
        """Save each line as a task about the contact, whoever else it names. Raises as Tasks.create does, and
        NotFound; a moment that has passed or is far away is saved, as the card shows."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            contact = await to_change(unit, contact_id, None)
            known = KnownContact(contact.id, contact.full_name, contact.company)
            lines = await read_lines(unit, actor, arrival, text)
            check_lines(lines, confirmed=True)
            tasks = []
            for number, line in enumerate(lines):
                others = tuple(one for one in line.draft.alternatives if "contact" not in one.changes)
                draft = replace(line.draft, contact=known, alternatives=others, ambiguous=bool(others))
                tasks.append(await save_task(unit, actor, replace(arrival, line=number), draft, line.text))
            answer = reply(tasks)
            await unit.updates.finish(arrival, answer)
        return answer
