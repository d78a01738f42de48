"""Contacts: one line with a name and a phone makes one contact, and completes one that was there."""

import pytest

from crm.answers import Answer
from crm.contacts import NAME_LIMIT, Contact, Contacts, SavedContact
from crm.errors import BadInput
from tests.fakes import ContactRow, FakeStorage, an_actor, an_arrival

ANNA = an_actor()
PHONE, OTHER = "+79991234567", "+442079460958"


def say(saved: SavedContact) -> Answer:
    return Answer(f"{'new' if saved.is_new else 'known'}: {saved.contact.full_name}")


@pytest.fixture
def contacts(storage: FakeStorage) -> Contacts:
    return Contacts(storage)


def known(storage: FakeStorage, name: str, *phones: str, workspace_id: int = 1) -> Contact:
    contact = Contact(storage.state.next_id(), name, phones)
    storage.state.contacts[contact.id] = ContactRow(contact, workspace_id)
    return contact


def all_of(storage: FakeStorage) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.contact.full_name, tuple(row.contact.phones)) for row in storage.state.contacts.values()]


async def test_a_name_and_a_phone_in_either_order(contacts: Contacts, storage: FakeStorage) -> None:
    answer = await contacts.save(ANNA, an_arrival(1), "Анна Петрова +7 999 123-45-67", say)
    assert answer == Answer("new: Анна Петрова")
    await contacts.save(ANNA, an_arrival(2), "+44 20 7946 0958 Bob", say)
    assert all_of(storage) == [("Анна Петрова", (PHONE,)), ("Bob", (OTHER,))]
    assert storage.state.handled[42, 1] == answer


async def test_a_known_name_gets_the_phone_it_lacked(contacts: Contacts, storage: FakeStorage) -> None:
    known(storage, "Алёна")
    answer = await contacts.save(ANNA, an_arrival(), f"алена {PHONE}", say)
    assert answer == Answer("known: Алёна")
    assert all_of(storage) == [("Алёна", (PHONE,))]


async def test_a_known_phone_is_that_contact_whatever_name_is_typed(
    contacts: Contacts, storage: FakeStorage
) -> None:
    known(storage, "Anna Petrova", PHONE)
    assert await contacts.save(ANNA, an_arrival(), f"Anna P. {PHONE}", say) == Answer("known: Anna Petrova")
    assert all_of(storage) == [("Anna Petrova", (PHONE,))]


async def test_a_number_that_had_no_name_takes_the_first_one_given(
    contacts: Contacts, storage: FakeStorage
) -> None:
    known(storage, PHONE, PHONE)
    assert await contacts.save(ANNA, an_arrival(), f"Anna {PHONE}", say) == Answer("known: Anna")
    assert all_of(storage) == [("Anna", (PHONE,))]


async def test_another_teams_contacts_are_never_completed(contacts: Contacts, storage: FakeStorage) -> None:
    known(storage, "Anna", PHONE, workspace_id=2)
    assert await contacts.save(ANNA, an_arrival(), f"Anna {PHONE}", say) == Answer("new: Anna")


@pytest.mark.parametrize("line", ["", "   ", PHONE, "\0", ", - ;"])
async def test_a_contact_needs_a_name(contacts: Contacts, storage: FakeStorage, line: str) -> None:
    with pytest.raises(BadInput, match="Who is it"):
        await contacts.save(ANNA, an_arrival(), line, say)
    assert not storage.state.handled


@pytest.mark.parametrize("typed", ["+7 999 123", "8 999 123-45", "1234567"])
async def test_a_phone_that_is_none_saves_nothing(
    contacts: Contacts, storage: FakeStorage, typed: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await contacts.save(ANNA, an_arrival(), f"Anna {typed}", say)
    assert refused.value.fields == {"phone": typed}
    assert not storage.state.contacts


async def test_a_name_over_the_limit_is_refused(contacts: Contacts) -> None:
    with pytest.raises(BadInput) as refused:
        await contacts.save(ANNA, an_arrival(), "А" * (NAME_LIMIT + 1), say)
    assert refused.value.fields == {"length": NAME_LIMIT + 1, "limit": NAME_LIMIT}


async def test_a_failure_in_the_middle_leaves_nothing(contacts: Contacts, storage: FakeStorage) -> None:
    def fail(saved: SavedContact) -> Answer:
        raise RuntimeError("the texts are broken")

    known(storage, "Anna")
    with pytest.raises(RuntimeError):
        await contacts.save(ANNA, an_arrival(), f"Anna {PHONE}", fail)
    assert all_of(storage) == [("Anna", ())]
    assert not storage.state.activity
