"""Undoing what hangs on a task: comments, files, watching, items of a checklist."""

from typing import TYPE_CHECKING

from crm.activity import Line
from crm.storage import Unit

if TYPE_CHECKING:  # crm.undo lists these
    from crm.undo import Back


async def forget_comment(unit: Unit, line: Line, back: "Back") -> bool:
    return await unit.task_details.remove_comment(_id(line, "comment_id"), back.now)


async def forget_file(unit: Unit, line: Line, back: "Back") -> bool:
    return await unit.notes.remove(_id(line, "note_id"), back.now)


async def stop_watching(unit: Unit, line: Line, back: "Back") -> bool:
    return await unit.task_details.unwatch(line.entity_id, _id(line, "watcher_id"))


async def watch_again(unit: Unit, line: Line, back: "Back") -> bool:
    return await unit.task_details.watch(line.entity_id, _id(line, "watcher_id"))


async def forget_items(unit: Unit, line: Line, back: "Back") -> bool:
    return await _touched(unit, line, await unit.task_details.remove_items(_items(line), back.now))


async def bring_back_items(unit: Unit, line: Line, back: "Back") -> bool:
    return await _touched(unit, line, await unit.task_details.restore_items(_items(line)))


async def untick_item(unit: Unit, line: Line, back: "Back") -> bool:
    return await _touched(unit, line, await unit.task_details.tick(_items(line)[0], None))


async def tick_item(unit: Unit, line: Line, back: "Back") -> bool:
    return await _touched(unit, line, await unit.task_details.tick(_items(line)[0], back.now))


async def _touched(unit: Unit, line: Line, done: bool) -> bool:
    if done:
        await unit.tasks.touch(line.entity_id)
    return done


def _id(line: Line, name: str) -> int:
    return int(str(line.changes[name]))


def _items(line: Line) -> list[int]:
    return [int(one) for one in str(line.changes["item_ids"]).split()]
