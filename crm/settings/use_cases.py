"""Settings: shown, and one of them changed."""

import asyncio

from crm.activity import Activity
from crm.answers import Answer, Reply
from crm.grammar.readers import Reader
from crm.holidays import is_known
from crm.people import Actor
from crm.settings.changes import differences
from crm.settings.entities import PersonSettings, Section
from crm.settings.reading import changed
from crm.storage import Storage, Unit
from crm.updates import Arrival


async def reader_of(unit: Unit, actor: Actor) -> Reader:
    """Whose line is read, and so by which zone and habits."""
    settings = await unit.people.settings(actor.person_id)
    return Reader(
        zone=actor.zone,
        language=actor.language,
        team_region=await unit.teams.region(),
        date_order=settings.date_order,
        morning=settings.parts[0],
        afternoon=settings.parts[1],
        evening=settings.parts[2],
        workday_starts=settings.hours[0],
        workday_ends=settings.hours[1],
    )


class Settings:
    """The rules of a person's settings."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def show(self, actor: Actor) -> PersonSettings:
        async with self._storage.transaction(actor) as unit:
            return await unit.people.settings(actor.person_id)

    async def change(
        self, actor: Actor, arrival: Arrival, section: Section, value: str, reply: Reply[PersonSettings]
    ) -> Answer:
        """`value` is what a button carries or a person typed. Raises BadInput with what to type instead."""
        if section is Section.HOLIDAYS:
            await asyncio.to_thread(is_known, "")  # what it imports would hold up everybody
        async with self._storage.transaction(actor) as unit:
            _before, after = await put(unit, actor, section, value)
            answer = reply(after)
            await unit.updates.finish(arrival, answer)
        return answer


async def put(
    unit: Unit, actor: Actor, section: Section, value: str
) -> tuple[PersonSettings, PersonSettings]:
    """One setting read from text and kept, with its line of history: the settings before and after. Raises BadInput."""
    before = await unit.people.settings(actor.person_id, to_change=True)
    after = changed(before, section, value)
    if after != before:
        await unit.people.set_settings(actor.person_id, after)
        await unit.activity.add(
            Activity(
                "changed",
                "settings",
                actor.person_id,
                actor_member_id=actor.member_id,
                changes=differences(before, after),
            )
        )
    return before, after
