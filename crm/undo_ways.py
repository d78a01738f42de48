"""Ways of undoing: how each kind of change is taken back, within the transaction of whoever takes it back."""

from collections.abc import Mapping
from dataclasses import replace

from crm.activity import Line, is_pair
from crm.agents.undoing import bring_back_agent, forget_agent, hide_agent, restore_agent, show_agent
from crm.calls.changes import restored as restored_call
from crm.calls.use_cases import revive
from crm.contacts import apply as apply_to_contact
from crm.contacts import restored as restored_contact
from crm.people import Role
from crm.picking import may_bind
from crm.reminder_edits import restored as as_it_was
from crm.reminder_lists import go_on_with
from crm.settings import restored_settings
from crm.storage import Unit
from crm.tasks import DONE, TAKEN_BACK, Status, restored, set_reminders
from crm.tasks.series import drop_next
from crm.tasks.undoing import (
    bring_back_items,
    forget_comment,
    forget_file,
    forget_items,
    stop_watching,
    tick_item,
    untick_item,
    watch_again,
)
from crm.tasks.writing import move_to
from crm.undo import Back, TakeBack
from crm.visibility import Sight
from crm.zone_changes import ids_of, move_back


async def forget_task(unit: Unit, line: Line, back: Back) -> bool:
    await unit.reminders.skip_for_task(line.entity_id, TAKEN_BACK)
    return await unit.tasks.delete(line.entity_id, back.now)


async def reopen_task(unit: Unit, line: Line, back: Back) -> bool:
    task = await unit.tasks.by_id(line.entity_id, to_change=True)
    if task is None:
        return False
    await drop_next(unit, task, back.now)
    reopened = await unit.tasks.reopen(line.entity_id, Status(str(_before(line, "status") or "not_started")))
    await unit.reminders.restore_for_task(line.entity_id, DONE, back.now)
    return reopened


async def restore_task(unit: Unit, line: Line, back: Back) -> bool:
    task = await unit.tasks.by_id(line.entity_id, to_change=True)
    if task is None:
        return False
    before = restored(task, line.changes)
    moved = await move_to(unit, back.actor, back.arrival, task, before.status, back.now)
    again = await unit.tasks.change(replace(before, completed_at=moved.task.completed_at))
    if not again.is_closed:
        await set_reminders(unit, again, back.actor, replace(back.arrival, sent_at=back.now))
    return True


async def bring_back_task(unit: Unit, line: Line, back: Back) -> bool:
    if not await unit.tasks.restore(line.entity_id):
        return False
    await unit.reminders.restore_for_task(line.entity_id, TAKEN_BACK, back.now)
    return True


async def forget_contact(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.contacts.delete(line.entity_id, back.now)


async def restore_contact(unit: Unit, line: Line, back: Back) -> bool:
    contact = await unit.contacts.find(line.entity_id, to_change=True)
    if contact is None:
        return False
    before = restored_contact(contact, line.changes)
    added = _after(line, "phone")
    if added is not None:
        before = replace(before, phones=tuple(phone for phone in before.phones if phone != added))
    await apply_to_contact(unit, contact, before)
    return True


async def bring_back_contact(unit: Unit, line: Line, back: Back) -> bool:
    phones = _before(line, "phones")
    return await unit.contacts.restore(line.entity_id, phones if isinstance(phones, list) else [])


async def forget_note(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.contacts.delete_note(int(str(line.changes["note_id"])), back.now)


async def unmerge_contact(unit: Unit, line: Line, back: Back) -> bool:
    kept = await unit.contacts.find(line.entity_id, to_change=True)
    moved = line.changes["moved"]
    gone_id = int(str(line.changes["merged_id"]))
    if kept is None or not isinstance(moved, Mapping):
        return False
    if not await unit.contacts.unmerge(gone_id, kept.id, moved):
        return False
    now = await unit.contacts.by_id(kept.id)
    await apply_to_contact(unit, now, restored_contact(now, line.changes))
    return True


async def forget_call(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.calls.delete(line.entity_id, back.now)


async def bring_back_call(unit: Unit, line: Line, back: Back) -> bool:
    return await revive(unit, line.entity_id)


async def restore_call(unit: Unit, line: Line, back: Back) -> bool:
    """A contact that went when the call was moved away from it comes back, with its number."""
    call = await unit.calls.by_id(line.entity_id, to_change=True)
    if call is None:
        return False
    before = restored_call(call, line.changes)
    if (contact_id := _before(line, "contact_id")) is not None:
        if before.made_contact:
            if before.phone is not None and not call.made_contact:
                await unit.contacts.remove_phone(call.contact.id, before.phone)
            await unit.calls.revive_contact(int(str(contact_id)), before.phone)
        contact = await unit.calls.contact(int(str(contact_id)))
        if contact is None:
            return False
        before = replace(before, contact=contact)
    await unit.calls.change(before)
    return True


async def forget_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.delete(line.entity_id, back.now)


async def bring_back_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.restore(line.entity_id, back.now)


async def restore_reminder(unit: Unit, line: Line, back: Back) -> bool:
    """A time that has passed meanwhile is not made up for."""
    reminder = await unit.reminders.by_id(line.entity_id)
    if reminder is None:
        return False
    old = as_it_was(reminder, line.changes)
    ahead = old.due.at is not None and old.due.at > back.now
    await unit.reminders.change(reminder.id, old, pending=ahead)
    return True


async def unsee_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminders.forget_acknowledgement(line.entity_id)


async def call_reminder_back(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.presses.call_back(line.entity_id)


async def resume_reminder(unit: Unit, line: Line, back: Back) -> bool:
    paused = await unit.reminder_lists.one(line.entity_id, to_change=True)
    return paused is not None and await go_on_with(unit, paused, back.now)


async def pause_reminder(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.reminder_lists.pause(line.entity_id, back.now)


async def restore_visibility(unit: Unit, line: Line, back: Back) -> bool:
    return await unit.visibility.set(Sight(str(_before(line, "visibility"))))


async def restore_binding(unit: Unit, line: Line, back: Back) -> bool:
    """An agent that is gone by now answers nowhere again."""
    elsewhere = back.actor.chat_id != line.entity_id and back.actor.role not in (Role.OWNER, Role.MANAGER)
    if elsewhere or not may_bind(back.actor):
        return False
    field = "default_agent" if "default_agent" in line.changes else "agent"
    slug, thread_id = _before(line, field), line.changes.get("thread_id")
    ids = {agent.slug: agent.id for agent in await unit.agents.active()}
    agent_id = ids.get(str(slug)) if slug is not None else None
    if field == "default_agent":
        await unit.picking.set_default(line.entity_id, agent_id)
    else:
        await unit.picking.bind(line.entity_id, thread_id if isinstance(thread_id, int) else None, agent_id)
    return True


async def restore_assistants(unit: Unit, line: Line, back: Back) -> bool:
    if back.actor.role not in (Role.OWNER, Role.MANAGER):
        return False
    await unit.privacy.set_off(off=bool(_before(line, "assistants_off")))
    return True


async def restore_name(unit: Unit, line: Line, back: Back) -> bool:
    if back.actor.role not in (Role.OWNER, Role.MANAGER):
        return False
    await unit.teams.rename(str(_before(line, "name")))
    return True


async def restore_region(unit: Unit, line: Line, back: Back) -> bool:
    if back.actor.role not in (Role.OWNER, Role.MANAGER):
        return False
    before = _before(line, "region")
    await unit.teams.set_region(None if before is None else str(before))
    return True


async def restore_settings(unit: Unit, line: Line, back: Back) -> bool:
    now = await unit.people.settings(back.actor.person_id, to_change=True)
    await unit.people.set_settings(back.actor.person_id, restored_settings(now, line.changes))
    await move_clocks_back(unit, line, back)
    return True


async def move_clocks_back(unit: Unit, line: Line, back: Back) -> bool:
    """What a change of zone moved, or moved back, and is still to come by that clock."""
    if ids := ids_of(line.changes):
        zone, to = str(_after(line, "timezone")), str(_before(line, "timezone"))
        await move_back(unit, ids, zone, to, back.now)
    return True


async def take_import_back(unit: Unit, line: Line, back: Back) -> bool:
    await unit.imports.take_back(line.entity_id, line.id, back.now)
    return True


UNDOABLE: Mapping[tuple[str, str], TakeBack] = {
    ("task", "created"): forget_task,
    ("task", "changed"): restore_task,
    ("task", "completed"): reopen_task,
    ("task", "deleted"): bring_back_task,
    ("task", "commented"): forget_comment,
    ("task", "attached"): forget_file,
    ("task", "watched"): stop_watching,
    ("task", "unwatched"): watch_again,
    ("task", "items_added"): forget_items,
    ("task", "item_removed"): bring_back_items,
    ("task", "item_ticked"): untick_item,
    ("task", "item_unticked"): tick_item,
    ("contact", "created"): forget_contact,
    ("contact", "updated"): restore_contact,
    ("contact", "deleted"): bring_back_contact,
    ("contact", "noted"): forget_note,
    ("contact", "merged"): unmerge_contact,
    ("call", "created"): forget_call,
    ("call", "changed"): restore_call,
    ("call", "deleted"): bring_back_call,
    ("reminder", "created"): forget_reminder,
    ("reminder", "deleted"): bring_back_reminder,
    ("reminder", "changed"): restore_reminder,
    ("reminder", "paused"): resume_reminder,
    ("reminder", "resumed"): pause_reminder,
    ("delivery", "acknowledged"): unsee_reminder,
    ("delivery", "snoozed"): call_reminder_back,
    ("workspace", "visibility"): restore_visibility,
    ("workspace", "assistants"): restore_assistants,
    ("workspace", "renamed"): restore_name,
    ("chat", "bound"): restore_binding,
    ("workspace", "region"): restore_region,
    ("settings", "changed"): restore_settings,
    ("settings", "clocks"): move_clocks_back,
    ("import", "created"): take_import_back,
    ("agent", "created"): forget_agent,
    ("agent", "changed"): restore_agent,
    ("agent", "deleted"): bring_back_agent,
    ("agent", "hidden"): show_agent,
    ("agent", "shown"): hide_agent,
}


def _before(line: Line, name: str) -> object:
    told = line.changes.get(name)
    return told[0] if isinstance(told, list) and is_pair(name, told) else None


def _after(line: Line, name: str) -> object:
    told = line.changes.get(name)
    return told[1] if isinstance(told, list) and is_pair(name, told) else told
