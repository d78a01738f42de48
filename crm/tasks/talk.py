"""Talk: comments beside a task, who watches it, and the files that belong to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm.activity import Activity, Named
from crm.answers import Answer, Reply
from crm.errors import N_, BadInput, NotFound
from crm.grammar.letters import storable
from crm.people import Actor
from crm.storage import Storage
from crm.tasks.details import Comment
from crm.tasks.entities import TEXT_LIMIT, Task
from crm.tasks.reaching import found, no_guest, to_change
from crm.tasks.sources import Attachment
from crm.tasks.telling import News, tell_concerned
from crm.teams import Member
from crm.updates import Arrival

SHOWN = 5  # comments on a page


@dataclass(frozen=True, slots=True)
class Comments:
    """A task and its last comments."""

    task: Task
    comments: Sequence[Comment]


@dataclass(frozen=True, slots=True)
class Watching:
    """A task, who watches it, and the team."""

    task: Task
    watchers: Sequence[Named]
    members: Sequence[Member]


@dataclass(frozen=True, slots=True)
class Files:
    """A task and its files."""

    task: Task
    files: Sequence[Attachment]


class TaskTalk:
    """The rules of what is said and put beside a task."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def comments(self, actor: Actor, task_id: int) -> Comments:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            return Comments(await found(unit, task_id), await unit.task_details.comments(task_id, SHOWN))

    async def comment(
        self, actor: Actor, arrival: Arrival, task_id: int, text: str, reply: Reply[Comments]
    ) -> Answer:
        """Raises BadInput for no text or a long one, NotFound, NotAllowed for a guest."""
        text = checked_text(text)
        no_guest(actor)
        async with self._storage.transaction(actor) as unit:
            task = await found(unit, task_id)
            comment_id = await unit.task_details.add_comment(task_id, actor, text)
            changes = {"comment": text, "comment_id": comment_id}
            await unit.activity.add(
                Activity("commented", "task", task_id, actor_member_id=actor.member_id, changes=changes)
            )
            await tell_concerned(unit, actor, arrival, task, News.COMMENTED, text)
            answer = reply(
                Comments(await found(unit, task_id), await unit.task_details.comments(task_id, SHOWN))
            )
            await unit.updates.finish(arrival, answer)
        return answer

    async def watching(self, actor: Actor, task_id: int) -> Watching:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            task = await found(unit, task_id)
            return Watching(task, await unit.task_details.watchers(task_id), await unit.teams.members())

    async def watch(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        member_id: int,
        reply: Reply[Watching],
        *,
        version: int,
        is_on: bool,
    ) -> Answer:
        """A member begins or stops to watch. Raises NotFound, NotAllowed, Stale."""
        no_guest(actor)
        async with self._storage.transaction(actor) as unit:
            task = await to_change(unit, task_id, version)
            members = await unit.teams.members()
            member = next((one for one in members if one.id == member_id), None)
            if member is None:
                raise NotFound(N_("That person is no longer in the team."))
            details = unit.task_details
            changed = await (details.watch if is_on else details.unwatch)(task_id, member_id)
            if changed:
                told = {"watcher": member.name, "watcher_id": member_id}
                await unit.activity.add(
                    Activity(
                        "watched" if is_on else "unwatched",
                        "task",
                        task_id,
                        actor_member_id=actor.member_id,
                        changes=told,
                    )
                )
                task = await unit.tasks.touch(task_id)
            answer = reply(Watching(task, await details.watchers(task_id), members))
            await unit.updates.finish(arrival, answer)
        return answer

    async def files(self, actor: Actor, task_id: int) -> Files:
        """Raises NotFound."""
        async with self._storage.transaction(actor) as unit:
            return Files(await found(unit, task_id), await unit.notes.files_of_task(task_id))

    async def attach(
        self,
        actor: Actor,
        arrival: Arrival,
        task_id: int,
        attachments: Sequence[Attachment],
        text: str,
        reply: Reply[Task],
    ) -> Answer:
        """Files for a task, with what was written beside them. Raises NotFound, NotAllowed for a guest."""
        no_guest(actor)
        async with self._storage.transaction(actor) as unit:
            await found(unit, task_id)
            note_id = await unit.notes.add(
                actor, task_id=task_id, text=storable(text)[:TEXT_LIMIT], attachments=attachments
            )
            names = ", ".join(one.name or one.kind for one in attachments)
            changes = {"file": names, "note_id": note_id}
            await unit.activity.add(
                Activity("attached", "task", task_id, actor_member_id=actor.member_id, changes=changes)
            )
            answer = reply(await found(unit, task_id))
            await unit.updates.finish(arrival, answer)
        return answer


def checked_text(text: str) -> str:
    """What was written, without the space around it. Raises BadInput for none or too much."""
    text = storable(text).strip()
    if not text:
        raise BadInput(N_("Write it in words, please."))
    if len(text) > TEXT_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A text here fits in {limit}: type it shorter."),
            length=len(text),
            limit=TEXT_LIMIT,
        )
    return text
