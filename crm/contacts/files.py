"""Contacts as files: a .vcf read and saved at one go, a contact shared from an address book, and one sent out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from crm.answers import Answer, Reply
from crm.contacts.entities import Contact, SavedContact
from crm.contacts.saving import checked, members_only, save_line, write_down
from crm.contacts.use_cases import card_of
from crm.contacts.vcards import Cards, read_cards
from crm.errors import BadInput
from crm.grammar.contactlines import ContactLine, parse_contact_line
from crm.people import Actor
from crm.settings import reader_of
from crm.storage import MUCH, Storage, Unit
from crm.updates import Arrival


@dataclass(frozen=True, slots=True)
class Summary:
    """What reading a file makes, or would make: how many contacts are new, updated, or there as they are."""

    new: int
    updated: int
    same: int
    bad_phones: Sequence[str] = ()

    @property
    def total(self) -> int:
        return self.new + self.updated + self.same


class ContactFiles:
    """The rules of contacts that come and go as files."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def preview(self, actor: Actor, content: bytes) -> Summary:
        """What saving a file would make: it is saved, counted and undone. Raises BadInput."""
        members_only(actor)
        try:
            async with self._storage.transaction(actor, patience=MUCH) as unit:
                _take_back(await _save_all(unit, actor, content))
        except _NotYet as told:
            return told.summary

    async def save(self, actor: Actor, arrival: Arrival, content: bytes, reply: Reply[Summary]) -> Answer:
        """Save all contacts of a file, or none. Raises BadInput. The same file again changes nothing."""
        members_only(actor)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            answer = reply(await _save_all(unit, actor, content))
            await unit.updates.finish(arrival, answer)
        return answer

    async def save_shared(
        self, actor: Actor, arrival: Arrival, name: str, phone: str, card: str, reply: Reply[SavedContact]
    ) -> Answer:
        """Save a contact that was shared in Telegram; `card` is its vCard, '' for none. Raises BadInput."""
        members_only(actor)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            reader = await reader_of(unit, actor)
            line = parse_contact_line(f"+{phone.lstrip('+')}" if phone else "", reader=reader)
            line = replace(line, name=" ".join(name.split()) or None)
            try:
                more = read_cards(card.encode(), reader=reader).lines[0] if card else ContactLine()
            except BadInput:  # a phone's address book writes what it likes; the name and the phone are enough
                more = ContactLine()
            phones = tuple(dict.fromkeys((*line.phones, *more.phones)))
            saved = await save_line(
                unit.contacts,
                checked(replace(line, phones=phones, company=more.company, email=more.email)),
                actor,
            )
            await write_down(unit, saved, actor)
            answer = reply(saved)
            await unit.updates.finish(arrival, answer)
        return answer

    async def one(self, actor: Actor, contact_id: int) -> Contact:
        """The contact to be sent out. Raises NotFound."""
        members_only(actor)
        async with self._storage.transaction(actor, patience=MUCH) as unit:
            return (await card_of(unit, contact_id)).contact


class _NotYet(Exception):
    def __init__(self, summary: Summary) -> None:
        super().__init__()
        self.summary = summary


def _take_back(summary: Summary) -> NoReturn:
    raise _NotYet(summary)


async def _save_all(unit: Unit, actor: Actor, content: bytes) -> Summary:
    cards: Cards = read_cards(content, reader=await reader_of(unit, actor))
    made: Counter[str] = Counter()
    for line in cards.lines:
        saved = await save_line(unit.contacts, line, actor, with_others=False)
        await write_down(unit, saved, actor, actor_kind="import")
        made["new" if saved.is_new else "updated" if saved.changes else "same"] += 1
    return Summary(made["new"], made["updated"], made["same"], cards.bad_phones)
