"""Rereading: what an edited line makes of the call it made, of its contact and of the task that follows."""

from dataclasses import replace

from crm.activity import Activity
from crm.calls.changes import difference
from crm.calls.checks import unsaid
from crm.calls.clauses import still_to_offer
from crm.calls.entities import Call
from crm.calls.saving import Party, forget_follow_up, party_of, reread_follow_up, said, save_follow_up
from crm.contacts import Contact
from crm.grammar.fields import Draft
from crm.people import Actor
from crm.storage import Unit
from crm.tasks import Task
from crm.updates import Arrival


async def reread_call(unit: Unit, actor: Actor, arrival: Arrival, before: Call, draft: Draft) -> Call:
    """The call and its next task become what the line says by now."""
    party = await _party_now(unit, actor, before, draft)
    follow_up = await _follow_up_now(unit, actor, arrival, before, draft, party.contact)
    told = await said(unit, actor, arrival, draft)
    told["offers"] = still_to_offer(told["offers"], before.notes, before.offers)
    meant = replace(
        before,
        **{name: value for name, value in told.items() if name not in _left_alone(before, draft)},
        contact=party.contact,
        made_contact=party.is_new,
        next_task_id=follow_up.id if follow_up else None,
        asks=tuple(ask for ask in before.asks if ask in unsaid(draft)),
    )
    written = replace(await unit.calls.change(meant), follow_up=follow_up)
    changes = difference(before, written)
    if changes:
        await unit.activity.add(
            Activity("changed", "call", before.id, actor_member_id=actor.member_id, changes=changes)
        )
    if before.has_new_contact(arrival.sent_at) and before.contact.id != party.contact.id:
        await unit.calls.drop_contact(before.contact.id, arrival.sent_at)
    return written


def _left_alone(before: Call, draft: Draft) -> set[str]:
    """What the edited line says nothing of: a press on the card may have said it since. Notes are the line's own."""
    alone = {name for name in ("direction", "outcome") if name not in draft.spans}
    if draft.duration_seconds is None:
        alone.add("duration_seconds")
    if draft.phone is None and before.made_contact:
        alone.add("phone")  # the made contact has it
    if "started_at" not in draft.spans and draft.duration_seconds in (None, before.duration_seconds):
        alone.add("started_at")
    return alone


async def _party_now(unit: Unit, actor: Actor, before: Call, draft: Draft) -> Party:
    """Whose call it is by the edited line. A misspelt name that this call made known is mended, not made twice."""
    if draft.contact is not None and draft.contact.id == before.contact.id:
        return Party((await party_of(unit, actor, draft)).contact, before.made_contact)
    return await party_of(unit, actor, draft)


async def _follow_up_now(
    unit: Unit, actor: Actor, arrival: Arrival, before: Call, draft: Draft, contact: Contact
) -> Task | None:
    """The next task by the edited line: changed, made, or taken back where the line says nothing of it any more.

    One that a button made stays, and one that was taken back stays so.
    """
    made = await unit.tasks.by_message(actor, arrival.message_id or 0)
    if arrival.line not in made:
        return await save_follow_up(unit, actor, arrival, draft, contact) or before.follow_up
    task = made[arrival.line]
    if task is None:
        return before.follow_up
    if draft.follow_up is not None and draft.follow_up.title:
        return await reread_follow_up(unit, actor, arrival, task, draft.follow_up, contact)
    await forget_follow_up(unit, actor, task, arrival)
    return None
