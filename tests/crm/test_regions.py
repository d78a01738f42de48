"""Regions: a team's country for phones without a code, by name or letters, for managers to choose."""

import pytest

from crm.answers import Answer
from crm.contacts import Contacts
from crm.errors import BadInput, NotAllowed
from crm.people import Role
from crm.regions import Regions, find_region, region_name
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from tests.fakes import MONDAY, FakeStorage, an_actor, an_arrival

ANNA = an_actor(timezone="UTC")  # a zone of no country
BORIS = an_actor(person_id=2, telegram_user_id=1002, member_id=2, role=Role.MEMBER)


def ok(_result: object) -> Answer:
    return Answer("ok")


@pytest.fixture
def storage() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(ANNA, BORIS)
    return storage


def test_a_country_is_known_by_name_in_both_languages_and_by_letters() -> None:
    assert [find_region(text) for text in ("Germany", " германия", "de", "RU", "Нарния", "")] == [
        "DE", "DE", "DE", "RU", None, None,
    ]  # fmt: skip
    assert region_name("DE", "ru") == "Германия"


async def test_phones_are_read_by_the_teams_country_where_the_zone_tells_none(storage: FakeStorage) -> None:
    contacts, regions = Contacts(storage), Regions(storage)
    with pytest.raises(BadInput):
        await contacts.save(ANNA, an_arrival(1), "Peter 8 999 123-45-67", ok)
    await regions.change(ANNA, an_arrival(2), "Россия", ok)
    await contacts.save(ANNA, an_arrival(3), "Peter 8 999 123-45-67", ok)
    (row,) = storage.state.contacts.values()
    assert row.contact.phones == ("+79991234567",)


async def test_it_is_for_managers_is_told_once_and_is_taken_back(storage: FakeStorage) -> None:
    regions = Regions(storage)
    with pytest.raises(NotAllowed):
        await regions.change(BORIS, an_arrival(1), "RU", ok)
    with pytest.raises(BadInput):
        await regions.change(ANNA, an_arrival(1), "Нарния", ok)
    for number in (2, 3):
        await regions.change(ANNA, an_arrival(number), "RU", ok)
    assert [line.changes for line in storage.state.activity] == [{"region": [None, "RU"]}]
    await Undo(storage, UNDOABLE).last(ANNA, an_arrival(4), MONDAY, ok)
    assert await regions.show(ANNA) is None
