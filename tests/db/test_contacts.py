"""Contacts over real rows: found by whatever is known of them, shown and listed by one SELECT each, however many."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from crm.contacts import ContactEdits, Filter, Stage, Step
from crm.contacts.changes import set_do_not_call, set_field, set_owner, set_stage
from crm.contacts.looks import PAGE
from crm.errors import BadInput, NotAllowed, NotFound, Stale
from crm.visibility import Sight
from tests.acting import NOW, a_visitor, an_arrival
from tests.db.team import Team, said

ANNA = "Анна Петрова +7 999 123-45-67 ООО «Ромашка» anna@x.ru @anna_p #vip"


@contextmanager
def selects(engine: AsyncEngine) -> Iterator[list[str]]:
    """The statements sent meanwhile, but for `enter`."""
    sent: list[str] = []

    def note(_link: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "enter(" not in statement:
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def names(team: Team, text: str) -> list[str]:
    return [one.full_name for one in (await team.contacts.find(team.anna, text)).contacts]


async def id_of(team: Team, name: str) -> int:
    found = await team.database.fetch("SELECT id FROM crm_contacts WHERE full_name = $1", name)
    return int(found[0][0])


@pytest.mark.parametrize(
    "text",
    [
        "Анна Петрова", "анне петровой", "Петровой", "Анной", "Аня", "петр", "4567", "+7 999 123-45-67",
        "8 (999) 123 45 67", "9991234567", "Ромашка", "ромашке", "ООО Ромашка", "anna@x.ru", "ANNA@X.RU", "@Anna_P",
    ],
)  # fmt: skip
async def test_a_contact_is_found_by_whatever_is_known_of_it(team: Team, text: str) -> None:
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    await team.contacts.save(team.anna, an_arrival(), "Борис Кузнецов +7 999 123-99-99 Acme Ltd", said)
    assert await names(team, text) == ["Анна Петрова"]


@pytest.mark.parametrize(
    "text", ["Анна Кузнецова", "1111", "+7 999 123-45-68", "%", "___", "b@x.ru", "@nobody"]
)
async def test_what_nobody_has_finds_nobody(team: Team, text: str) -> None:
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    assert await names(team, text) == []


async def test_exactly_so_called_is_the_one_and_several_are_a_choice(team: Team) -> None:
    for name in ("Анна", "Анна Петрова", "Анна Иванова"):
        await team.contacts.save(team.anna, an_arrival(), name, said)
    assert await names(team, "анна") == ["Анна"]
    assert await names(team, "Анне") == ["Анна", "Анна Иванова", "Анна Петрова"]


async def test_an_unknown_name_offers_the_nearest_three(team: Team) -> None:
    for name in ("Анна Петрова", "Анна Петровская", "Анна Петренко", "Анна Петрова-Водкина", "Zoe"):
        await team.contacts.save(team.anna, an_arrival(), name, said)
    found = await team.contacts.find(team.anna, "Анна Пктрова")
    assert not found.contacts
    assert len(found.nearest) == 3
    assert found.nearest[0].full_name == "Анна Петрова"


async def test_another_team_and_the_deleted_are_not_found(team: Team) -> None:
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    other = await team.doors.arrive(a_visitor(909), open_to_all=True)
    assert not (await team.contacts.find(other, "Петрова")).contacts
    assert not (await team.contacts.find(other, "Анна Пктрова")).nearest
    contact_id = await id_of(team, "Анна Петрова")
    await ContactEdits(team.storage).delete(team.anna, an_arrival(), contact_id, None, NOW, said)
    for text in ("Петрова", "4567", "Ромашка"):
        assert await names(team, text) == []


async def test_where_members_see_their_own_search_and_cards_do_too(team: Team) -> None:
    await team.visibility.choose(team.anna, an_arrival(), team.anna.workspace_id, Sight.OWN, said)
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    assert not (await team.contacts.find(team.boris, "Петрова")).contacts
    assert not (await team.contacts.list(team.boris, Filter())).contacts
    contact_id = await id_of(team, "Анна Петрова")
    with pytest.raises(NotFound):
        await team.contacts.show(team.boris, contact_id)
    with pytest.raises(NotFound):
        await ContactEdits(team.storage).note(team.boris, an_arrival(), contact_id, "x", said)
    await team.contacts.save(team.boris, an_arrival(), "Борис Кузнецов", said)
    mine = await id_of(team, "Борис Кузнецов")
    with pytest.raises(NotAllowed):  # a changed row must still be in sight of whoever changed it
        await ContactEdits(team.storage).change(
            team.boris, an_arrival(), mine, None, set_owner(team.anna.member_id), said
        )


async def test_a_card_tells_all_that_hangs_on_a_contact_by_one_select(
    team: Team, engine: AsyncEngine
) -> None:
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    contact_id = await id_of(team, "Анна Петрова")
    await team.tasks.create(team.anna, an_arrival(), "позвонить Анне Петровой завтра в 10:00", said)
    await team.tasks.create(team.anna, an_arrival(), "написать Анне Петровой", said)
    await team.calls.log(team.boris, an_arrival(), "Анна Петрова no answer", said)
    edits = ContactEdits(team.storage)
    await edits.note(team.boris, an_arrival(), contact_id, "любит звонки утром", said)
    with selects(engine) as sent:
        card = await team.contacts.show(team.anna, contact_id)
    assert len(sent) == 1
    one = card.contact
    assert (one.phones, one.company, one.email, one.telegram, one.labels) == (
        ("+79991234567",), "ООО «Ромашка»", "anna@x.ru", "anna_p", ("vip",),
    )  # fmt: skip
    assert (one.stage, one.owner_name, one.do_not_call) == (Stage.LEAD, "Анна", False)
    assert [task.due is None for task in card.tasks] == [False, True]
    assert [(call.direction, call.outcome) for call in card.calls] == [("outbound", "no_answer")]
    assert [(note.body, note.who) for note in card.notes] == [("любит звонки утром", "Борис")]
    assert (card.task_count, card.call_count) == (2, 1)
    assert card.last_at == card.notes[0].at


async def test_pages_go_on_and_back_by_one_select_each(team: Team, engine: AsyncEngine) -> None:
    for number in range(PAGE * 2 + 1):
        await team.contacts.save(team.anna, an_arrival(), f"Contact {number:02}", said)
    with selects(engine) as sent:
        first = await team.contacts.list(team.anna, Filter())
        second = await team.contacts.list(team.anna, Filter(), Step(first.contacts[-1].id))
        last = await team.contacts.list(team.anna, Filter(), Step(second.contacts[-1].id))
        back = await team.contacts.list(team.anna, Filter(), Step(last.contacts[0].id, is_back=True))
    assert len(sent) == 4
    shown = [one.full_name for page in (first, second, last) for one in page.contacts]
    assert shown == [f"Contact {number:02}" for number in range(PAGE * 2 + 1)]
    assert (first.has_before, first.has_after) == (False, True)
    assert (second.has_before, second.has_after) == (True, True)
    assert (last.has_before, last.has_after) == (True, False)
    assert back.contacts == second.contacts


async def test_lists_are_of_a_stage_of_ones_own_of_a_letter_and_of_a_label(
    team: Team, engine: AsyncEngine
) -> None:
    for line in ("Анна #vip won", "Ёжиков #vip", "Борис"):
        await team.contacts.save(team.anna, an_arrival(), line, said)
    await team.contacts.save(team.boris, an_arrival(), "Яна #other", said)

    async def listed(actor: Any, kind: str, value: str = "") -> list[str]:
        with selects(engine) as sent:
            page = await team.contacts.list(actor, Filter(kind, value))
        assert len(sent) == 1
        return [one.full_name for one in page.contacts]

    assert await listed(team.anna, "stage", "won") == ["Анна"]
    assert await listed(team.anna, "mine") == ["Анна", "Борис", "Ёжиков"]
    assert await listed(team.boris, "mine") == ["Яна"]
    assert await listed(team.anna, "letter", "е") == ["Ёжиков"]
    assert await listed(team.anna, "label", "vip") == ["Ёжиков", "Анна"]  # newest first
    page = await team.contacts.list(team.anna, Filter("label", "vip"), limit=1)
    by_button = Filter("label", f"={page.label_id}")
    older = await team.contacts.list(team.anna, by_button, Step(page.contacts[0].id), limit=1)
    assert [one.full_name for one in older.contacts] == ["Анна"]
    newer = await team.contacts.list(team.anna, by_button, Step(older.contacts[0].id, is_back=True), limit=1)
    assert [one.full_name for one in newer.contacts] == ["Ёжиков"]


async def test_a_press_on_an_older_version_changes_nothing(team: Team) -> None:
    await team.contacts.save(team.anna, an_arrival(), "Анна", said)
    contact_id, edits = await id_of(team, "Анна"), ContactEdits(team.storage)
    version = (await team.contacts.show(team.anna, contact_id)).contact.version
    await edits.change(team.anna, an_arrival(), contact_id, version, set_stage(Stage.WON), said)
    with pytest.raises(Stale):
        await edits.change(team.boris, an_arrival(), contact_id, version, set_stage(Stage.LOST), said)
    with pytest.raises(Stale):
        await edits.delete(team.boris, an_arrival(), contact_id, version, NOW, said)
    assert (await team.contacts.show(team.anna, contact_id)).contact.stage is Stage.WON


async def test_each_kind_of_change_is_taken_back(team: Team) -> None:
    await team.contacts.save(team.anna, an_arrival(), ANNA, said)
    contact_id, edits = await id_of(team, "Анна Петрова"), ContactEdits(team.storage)
    before = (await team.contacts.show(team.anna, contact_id)).contact
    for field, value in (
        ("full_name", "Анна Иванова"), ("company", None), ("email", "b@x.ru"), ("telegram", None),
        ("timezone", "Asia/Almaty"), ("labels", ("b2b",)), ("phones", ("+79991112233",)),
        ("owner_id", team.boris.member_id),
    ):  # fmt: skip
        await edits.change(team.anna, an_arrival(), contact_id, None, set_field(field, value), said)
    await edits.change(team.anna, an_arrival(), contact_id, None, set_do_not_call(True), said)
    await edits.note(team.anna, an_arrival(), contact_id, "a note", said)
    await edits.delete(team.anna, an_arrival(), contact_id, None, NOW, said)
    for _ in range(11):
        await team.undo(team.anna)
    card = await team.contacts.show(team.anna, contact_id)
    assert {
        name: getattr(card.contact, name) for name in before.__dataclass_fields__ if name != "version"
    } == {name: getattr(before, name) for name in before.__dataclass_fields__ if name != "version"}
    assert card.notes == []
    assert await names(team, "Петровой") == ["Анна Петрова"]


async def test_a_deleted_contact_comes_back_with_the_phones_that_are_still_free(team: Team) -> None:
    line = "Анна +7 999 123-45-67 +7 999 123-45-68"
    await team.contacts.save(team.anna, an_arrival(), line, said)
    contact_id, edits = await id_of(team, "Анна"), ContactEdits(team.storage)
    await edits.delete(team.anna, an_arrival(), contact_id, None, NOW, said)
    await team.contacts.save(team.anna, an_arrival(), "Борис +7 999 123-45-67", said)
    await edits.bring_back(team.anna, an_arrival(), contact_id, said)
    await edits.bring_back(team.anna, an_arrival(), contact_id, said)  # twice is once
    assert (await team.contacts.show(team.anna, contact_id)).contact.phones == ("+79991234568",)


async def test_a_phone_of_another_contact_is_refused_by_name(team: Team) -> None:
    await team.contacts.save(team.anna, an_arrival(), "Анна +7 999 123-45-67", said)
    await team.contacts.save(team.anna, an_arrival(), "Борис", said)
    edits, boris = ContactEdits(team.storage), await id_of(team, "Борис")
    with pytest.raises(BadInput) as refused:
        await edits.type(team.anna, an_arrival(), boris, "phone", "+7 999 123-45-67", said)
    assert refused.value.fields == {"phone": "+79991234567", "name": "Анна"}
