"""What may be done with contacts: save one from a line, find, list and show."""

from crm.answers import Answer, Reply
from crm.contacts.entities import SavedContact
from crm.contacts.looks import (
    FOUND,
    NEAREST,
    PAGE,
    ContactCard,
    ContactPage,
    Filter,
    Found,
    Step,
    read_filter,
)
from crm.contacts.saving import checked, members_only, save_line, write_down
from crm.errors import N_, BadInput, NotFound
from crm.grammar.contactlines import ContactLine, parse_contact_line
from crm.grammar.letters import storable
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import Storage, Unit
from crm.updates import Arrival

TEXT_LIMIT = 1000  # characters of a line that saves or finds


class Contacts:
    """The rules of contacts."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def take(
        self, actor: Actor, arrival: Arrival, text: str, reply: Reply[SavedContact]
    ) -> Answer | Found:
        """A line that says more than a name is saved; a name, digits or a company alone are looked up.

        Raises BadInput.
        """
        members_only(actor)
        if is_digits(text):
            return await self.find(actor, text)
        async with self._storage.transaction(actor) as unit:
            line = await _read(unit, actor, text)
            if line.says_more or line.bad_phone or line.bad_email:
                return await _save(unit, actor, arrival, line, reply)
        return await self.find(actor, checked(line).name or "")

    async def save(self, actor: Actor, arrival: Arrival, text: str, reply: Reply[SavedContact]) -> Answer:
        """Create or complete the contact of one line, a name alone too. Raises BadInput."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return await _save(unit, actor, arrival, await _read(unit, actor, text), reply)

    async def find(self, actor: Actor, text: str) -> Found:
        """The contacts a text means; the nearest to it when there is none. Raises BadInput for too few digits."""
        members_only(actor)
        text = _short(text)
        if is_digits(text) and sum(letter.isdecimal() for letter in text) < 4:
            raise BadInput(N_("Type four digits of the phone or more, or a name."))
        async with self._storage.transaction(actor) as unit:
            hits = await unit.contact_looks.found(text, FOUND + 1)
            exact = [one for one in hits if _folded(one.full_name) == _folded(text)]
            if len(exact) == 1:
                return Found(text, exact)
            nearest = [] if hits or is_digits(text) else await unit.contact_looks.nearest(text, NEAREST)
        return Found(text, hits[:FOUND], nearest, has_more=len(hits) > FOUND)

    async def list(
        self, actor: Actor, wanted: Filter, step: Step | None = None, *, limit: int = PAGE
    ) -> ContactPage:
        """A page of the contacts the actor may see."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            rows, label_id = await unit.contact_looks.page(wanted, step, limit + 1, actor.member_id)
        is_back = step is not None and step.is_back
        more = len(rows) > limit
        rows = (rows[-limit:] if is_back else rows[:limit]) if more else rows
        return ContactPage(
            rows,
            wanted,
            has_before=more if is_back else step is not None,
            has_after=True if is_back else more,
            label_id=label_id,
        )

    async def look(self, actor: Actor, words: str) -> ContactPage | Found:
        """What /contacts is asked for: a list, or the contacts that the words mean."""
        wanted = read_filter(words)
        return await self.find(actor, words) if wanted is None else await self.list(actor, wanted)

    async def show(self, actor: Actor, contact_id: int) -> ContactCard:
        """Raises NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor) as unit:
            return await card_of(unit, contact_id)


def is_digits(text: str) -> bool:
    """Whether a text is a phone or a part of one, and nothing else."""
    return any(letter.isdecimal() for letter in text) and not set(text) - set("+-() .0123456789")


async def card_of(unit: Unit, contact_id: int) -> ContactCard:
    """Raises NotFound."""
    card = await unit.contact_looks.card(contact_id)
    if card is None:
        raise gone()
    return card


def gone() -> NotFound:
    return NotFound(
        N_("That contact is no longer here, or it is of another team of yours. See /contacts and /team")
    )


async def _read(unit: Unit, actor: Actor, text: str) -> ContactLine:
    return parse_contact_line(_short(text), reader=await reader_of(unit, actor))


async def _save(
    unit: Unit, actor: Actor, arrival: Arrival, line: ContactLine, reply: Reply[SavedContact]
) -> Answer:
    saved = await save_line(unit.contacts, checked(line), actor)
    await write_down(unit, saved, actor)
    answer = reply(saved)
    await unit.updates.finish(arrival, answer)
    return answer


def _short(text: str) -> str:
    """Raises BadInput for a text that no contact's line can be."""
    text = storable(text).strip()
    if len(text) > TEXT_LIMIT:
        raise BadInput(
            N_("That is {length} characters. A contact fits in {limit}: put the rest into a note."),
            length=len(text),
            limit=TEXT_LIMIT,
        )
    return text


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("ё", "е").split())
