"""Writing an import: rows by sets, each with its line of history."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from crm.errors import N_, NotAllowed
from crm.grammar.names import forms_of
from crm.imports import CallFacts, ContactFacts, Part, Plan, TaskFacts, difference, first_told
from crm.people import Actor
from db.imports.columns import about, call_columns, chunks, contact_columns, only_new, task_columns
from db.models.calls import crm_calls as calls
from db.models.chats import activity_logs as logs
from db.models.contacts import crm_contact_phones as phones
from db.models.contacts import crm_contact_words as forms
from db.models.contacts import crm_contacts as contacts
from db.models.contacts import crm_labels as labels
from db.models.contacts import crm_notes as notes
from db.models.reminders import reminder_deliveries as deliveries
from db.models.reminders import reminders
from db.models.tasks import crm_tasks as tasks

OPEN = ("not_started", "in_progress", "deferred")
_ADD_WORDS = text("""
    INSERT INTO crm_contact_words (workspace_id, contact_id, word)
    SELECT :team, told.contact_id, told.word
    FROM unnest(CAST(:ids AS bigint[]), CAST(:words AS text[])) AS told (contact_id, word)
""")


async def write(
    link: AsyncConnection,
    workspace_id: int,
    import_id: int,
    plan: Plan,
    actor: Actor,
    now: datetime,
    step: Callable[[int], None],
) -> None:
    """See ImportStore.write."""
    job = _Job(link, workspace_id, import_id, actor, now, step)
    try:
        made = await job.contacts(plan.contacts)
        await job.tasks(about(plan.tasks, made))
        await job.calls(about(plan.calls, made))
    except IntegrityError as fault:
        if "e164" in str(fault.orig):
            raise NotAllowed(
                N_(
                    "Somebody else in the team looks after a contact with a number of this file. Ask a manager."
                )
            ) from None
        if "external_id" in str(fault.orig):
            raise NotAllowed(
                N_("Somebody else in the team logged a call of this file already. Ask a manager.")
            ) from None
        raise


class _Job:
    """One import being written."""

    def __init__(
        self,
        link: AsyncConnection,
        workspace_id: int,
        import_id: int,
        actor: Actor,
        now: datetime,
        step: Callable[[int], None],
    ) -> None:
        self._link, self._workspace_id, self._import_id = link, workspace_id, import_id
        self._actor, self._now, self._step = actor, now, step
        self._done = 0

    async def contacts(self, part: Part[ContactFacts]) -> Sequence[int]:
        """The ids of the new ones, in their order."""
        made: list[int] = []
        for chunk in chunks(part.new):
            ids = await self._made(contacts, [contact_columns(one.facts) for one in chunk])
            made += ids
            # plans made while a table was small read it whole for each row that points to it; they are made anew
            await self._link.execute(text("DISCARD PLANS"))
            pairs = list(zip(ids, (one.facts for one in chunk), strict=True))
            await self._hang_on(pairs)
            await self._tell("contact", [("created", id_, first_told(facts)) for id_, facts in pairs])
        for change in chunks(part.changed):
            await self._set(contacts, [(one.id, contact_columns(one.after)) for one in change])
            await self._hang_on(
                [(one.id, only_new(one.before, one.after)) for one in change],
                renamed=[one.id for one in change if one.before.name != one.after.name],
            )
            await self._tell(
                "contact", [("updated", one.id, difference(one.before, one.after)) for one in change]
            )
        return made

    async def _hang_on(
        self, pairs: Sequence[tuple[int, ContactFacts]], renamed: Sequence[int] | None = None
    ) -> None:
        """Phones, labels, notes, and the words by which a line finds a contact; of changed ones, of the `renamed`."""
        if renamed:
            await self._link.execute(
                forms.delete().where(forms.c.contact_id == bindparam("of")), [{"of": one} for one in renamed]
            )
        named = pairs if renamed is None else [(id_, facts) for id_, facts in pairs if id_ in set(renamed)]
        words = await asyncio.to_thread(
            lambda: [(id_, word) for id_, facts in named for word in sorted(forms_of(facts.name))]
        )
        await self._link.execute(  # a dozen of them a contact: one statement, not one for each
            _ADD_WORDS,
            {
                "team": self._workspace_id,
                "ids": [id_ for id_, _word in words],
                "words": [word for _id, word in words],
            },
        )
        await self._add(
            phones, [{"contact_id": id_, "e164": one} for id_, facts in pairs for one in facts.phones]
        )
        await self._add(
            labels, [{"contact_id": id_, "name": one} for id_, facts in pairs for one in facts.labels]
        )
        await self._add(
            notes,
            [
                {"contact_id": id_, "member_id": self._actor.member_id, "body": one}
                for id_, facts in pairs
                for one in facts.notes
            ],
        )

    async def tasks(self, part: Part[TaskFacts]) -> None:
        number = 0
        if part.new:
            last = await self._link.scalar(text("SELECT next_task_numbers(:count)"), {"count": len(part.new)})
            number = int(last) - len(part.new)
        for chunk in chunks(part.new):
            rows = []
            for one in chunk:
                number += 1
                more = {
                    "number": number,
                    "created_by": self._actor.member_id,
                    "source_chat_id": self._actor.chat_id,
                }
                rows.append(task_columns(one.facts) | more)
            ids = await self._made(tasks, rows)
            pairs = list(zip(ids, (one.facts for one in chunk), strict=True))
            await self._add(
                labels, [{"task_id": id_, "name": one} for id_, facts in pairs for one in facts.labels]
            )
            await self._remind(pairs)
            await self._tell("task", [("created", id_, first_told(facts)) for id_, facts in pairs])
        for change in chunks(part.changed):
            await self._set(tasks, [(one.id, task_columns(one.after)) for one in change])
            await self._link.execute(
                labels.delete().where(labels.c.task_id == bindparam("of")), [{"of": one.id} for one in change]
            )
            await self._add(
                labels, [{"task_id": one.id, "name": name} for one in change for name in one.after.labels]
            )
            moved = [
                one
                for one in change
                if (one.before.due, one.before.status) != (one.after.due, one.after.status)
            ]
            await self._forget_reminders([one.id for one in moved])
            await self._remind([(one.id, one.after) for one in moved])
            await self._tell(
                "task", [("changed", one.id, difference(one.before, one.after)) for one in change]
            )

    async def calls(self, part: Part[CallFacts]) -> None:
        for chunk in chunks(part.new):
            # one that was taken back lets its external id go to the same call taken in again
            await self._link.execute(
                update(calls)
                .where(
                    calls.c.deleted_at.is_not(None),
                    calls.c.external_id.in_(
                        [one.facts.external_id for one in chunk if one.facts.external_id]
                    ),
                )
                .values(external_id=None)
            )
            ids = await self._made(calls, [call_columns(one.facts) for one in chunk])
            facts = (one.facts for one in chunk)
            told = [("created", id_, first_told(one)) for id_, one in zip(ids, facts, strict=True)]
            await self._tell("call", told)
        for change in chunks(part.changed):
            await self._set(calls, [(one.id, call_columns(one.after)) for one in change])
            await self._tell(
                "call", [("changed", one.id, difference(one.before, one.after)) for one in change]
            )

    async def _made(self, table: Table, rows: Sequence[dict[str, Any]]) -> list[int]:
        """Their ids, in the order of the rows."""
        full = [{"workspace_id": self._workspace_id, **row} for row in rows]
        added = await self._link.execute(
            table.insert().returning(table.c.id, sort_by_parameter_order=True), full
        )
        return list(added.scalars())

    async def _add(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            adding = insert(table)
            if table is not phones:  # a phone that is somebody else's must be told of
                adding = adding.on_conflict_do_nothing()
            await self._link.execute(adding, [{"workspace_id": self._workspace_id, **row} for row in rows])

    async def _set(self, table: Table, rows: Sequence[tuple[int, dict[str, Any]]]) -> None:
        """All columns anew; the version of what has one grows, so that older cards know."""
        changing = update(table).where(table.c.id == bindparam("of"))
        if "version" in table.c:
            changing = changing.values(version=table.c.version + 1)
        names = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in rows[0][1]}
        await self._link.execute(
            changing.values(**names),
            [{"of": id_, **{f"new_{name}": value for name, value in row.items()}} for id_, row in rows],
        )

    async def _forget_reminders(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        of_tasks = reminders.select().with_only_columns(reminders.c.id).where(reminders.c.task_id.in_(ids))
        await self._link.execute(
            update(deliveries)
            .where(deliveries.c.reminder_id.in_(of_tasks), deliveries.c.state.in_(("pending", "leased")))
            .values(state="skipped", reason="the task changed", lease=None)
        )
        await self._link.execute(
            update(reminders)
            .where(reminders.c.task_id.in_(ids), reminders.c.deleted_at.is_(None))
            .values(deleted_at=self._now)
        )

    async def _remind(self, pairs: Sequence[tuple[int, TaskFacts]]) -> None:
        """Of each open task at its time, as of one that was typed."""
        due = [
            (id_, facts, facts.due)
            for id_, facts in pairs
            if facts.due is not None and facts.due.at is not None and facts.due.at >= self._now
            and facts.status in OPEN
        ]  # fmt: skip
        if not due:
            return
        ids = await self._made(
            reminders,
            [
                {
                    "kind": "relative",
                    "task_id": id_,
                    "recipient_id": facts.assignee_id or self._actor.member_id,
                    "text": facts.title,
                    "before": timedelta(0),
                    "local_date": when.date,
                    "local_time": when.time,
                    "timezone": when.tz,
                    "source_chat_id": self._actor.chat_id,
                }
                for id_, facts, when in due
            ],
        )
        await self._add(
            deliveries,
            [
                {
                    "reminder_id": id_,
                    "recipient_id": facts.assignee_id or self._actor.member_id,
                    "due_at": when.at,
                }
                for id_, (_task, facts, when) in zip(ids, due, strict=True)
            ],
        )

    async def _tell(self, entity: str, told: Sequence[tuple[str, int, dict[str, object]]]) -> None:
        await self._add(
            logs,
            [
                {
                    "actor_kind": "import",
                    "import_id": self._import_id,
                    "action": action,
                    "entity": entity,
                    "entity_id": id_,
                    "changes": changes,
                }
                for action, id_, changes in told
            ],
        )
        self._done += len(told)
        self._step(self._done)
