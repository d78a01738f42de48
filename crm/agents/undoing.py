"""Undoing of what was done to assistants, within the transaction of whoever takes it back."""

from crm.activity import Line
from crm.agents.writing import as_it_was, save_agent
from crm.storage import Unit
from crm.undo import Back


async def forget_agent(unit: Unit, line: Line, back: Back) -> bool:
    if await unit.agents.find(line.entity_id, to_change=True) is None:
        return False
    return await unit.agents.delete(line.entity_id, back.now)


async def restore_agent(unit: Unit, line: Line, back: Back) -> bool:
    """A new version that is as the one before the change was."""
    numbers = line.changes.get("version")
    now = await unit.agents.find(line.entity_id, to_change=True)
    if now is None or not isinstance(numbers, list):
        return False
    old = await unit.agents.version(now.id, int(str(numbers[0])))
    if old is None:
        return False
    await save_agent(unit, back.actor, now, as_it_was(now, old.agent), told=False)
    return True


async def bring_back_agent(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.agents.restore(line.entity_id)


async def show_agent(unit: Unit, line: Line, back: Back) -> bool:
    return await _set_hidden(unit, line, hidden=False)


async def hide_agent(unit: Unit, line: Line, back: Back) -> bool:
    return await _set_hidden(unit, line, hidden=True)


async def _set_hidden(unit: Unit, line: Line, *, hidden: bool) -> bool:
    slug, slugs = str(line.changes["assistant"]), await unit.agents.hidden(to_change=True)
    await unit.agents.set_hidden(slugs | {slug} if hidden else slugs - {slug})
    return True
