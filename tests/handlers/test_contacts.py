"""Contacts in the chat: saved, found, shown, changed by presses and answers, merged, deleted; a group reads little."""

from typing import Any

import pytest

from tests.handlers.buttons import data_of, labels
from tests.handlers.desk import Desk

GROUP = -5001


async def an_open_card(desk: Desk, line: str = "Anna Petrova +7 999 123-45-67") -> Any:
    saved = await desk.says(f"/contact {line}")
    return await desk.presses(data_of(saved, "Open"))


async def test_a_line_saves_and_offers_a_call(desk: Desk) -> None:
    saved = await desk.says("/contact Anna Petrova +7 999 123-45-67 Acme Ltd anna@x.ru #vip")
    assert saved.text.splitlines()[:2] == ["New contact", "Anna Petrova"]
    assert data_of(saved, "Log a call").startswith("callfor:")
    again = await desk.says("контакт Anna Petrova +7 999 123-45-68")
    assert again.text.startswith("Contact\nAnna Petrova")
    assert "+79991234568" in again.text


async def test_a_name_or_digits_alone_open_the_card(desk: Desk) -> None:
    await desk.says("/contact Анна Петрова +7 999 123-45-67")
    for words in ("Анне Петровой", "анна", "4567", "8 999 123 45 67"):
        assert (await desk.says(f"/contact {words}")).text.startswith("Анна Петрова\n☎ +79991234567")


async def test_several_are_a_choice_and_none_is_made_by_a_press(desk: Desk) -> None:
    for name in ("Anna Petrova", "Anna Ivanova"):
        await desk.says(f"/contact {name} #vip")
    choice = await desk.says("/contact Anna")
    assert choice.text == "Which one?"
    opened = await desk.presses(data_of(choice, "Anna Ivanova"))
    assert opened.text.startswith("Anna Ivanova")
    unknown = await desk.says("/contact Anna Petrowa")
    assert unknown.text == "There is no contact “Anna Petrowa”. Did you mean one of these?"
    made = await desk.presses(data_of(unknown, "New contact"))
    assert made.text.startswith("New contact\nAnna Petrowa")
    assert "Is it one of these?" in made.text
    assert (await desk.says("/contact 9999")).text.startswith("No contact has this number")


@pytest.mark.parametrize(
    ("words", "english", "russian"),
    [
        ("Anna 8 999 123", "8 999 123 doesn't look like a phone number", "8 999 123 не похоже на номер телефона"),
        ("Anna anna@x", "anna@x doesn't look like an e-mail", "anna@x не похоже на адрес почты"),
        ("Я" * 201, "That is 201 characters", "Здесь 201 знаков"),
        ("x" * 1001, "That is 1001 characters", "Здесь 1001 знаков"),
        ("12", "Type four digits", "Напишите хотя бы четыре цифры"),
        ("#vip", "Who is it?", "Кто это?"),
    ],
)  # fmt: skip
async def test_what_can_not_be_taken_is_said(desk: Desk, words: str, english: str, russian: str) -> None:
    assert (await desk.says(f"/contact {words}")).text.startswith(english)
    await desk.presses("language:ru")
    assert (await desk.says(f"/contact {words}")).text.startswith(russian)
    assert not desk.storage.state.contacts


@pytest.mark.parametrize(
    ("field", "typed", "shown", "wrong"),
    [
        ("name", "Anna Ivanova", "Anna Ivanova\n", None),
        ("company", "Acme", "🏢 Acme", "x" * 201),
        ("phone", "+7 999 765-43-21", "☎ +79997654321", "12345"),
        ("email", "b@example.com", "✉ b@example.com", "b@example"),
        ("telegram", "@Anna_P", "Telegram: @anna_p", "@анна"),
        ("zone", "Berlin", "Time zone: Berlin", "Nowhere"),
        ("labels", "#vip retail", "🏷 #vip #retail", "#a!b"),
        ("note", "likes tea", "likes tea", "x" * 2001),
    ],
)
async def test_an_answer_changes_a_field_and_a_slip_leaves_the_question_open(
    desk: Desk, field: str, typed: str, shown: str, wrong: str | None
) -> None:
    card = await an_open_card(desk)
    mark = data_of(card, "Stage").removesuffix("stage")
    asked = await desk.presses(f"{mark}ask:{field}")
    assert asked.question
    assert "Anna Petrova" in asked.text
    if wrong is not None:
        assert shown not in (await desk.says(wrong)).text
    assert shown in (await desk.says(typed)).text
    assert await desk.says("hello") is None  # the question is closed
    if field not in ("name", "phone", "note"):
        await desk.presses(f"{mark}ask:{field}")
        assert shown not in (await desk.says("-")).text


async def test_a_new_task_is_about_the_contact_and_warns_where_no_call_is_wanted(desk: Desk) -> None:
    card = await an_open_card(desk)
    await desk.presses(data_of(card, "New task"))
    saved = await desk.says("call tomorrow 10:00")
    assert "📇 Anna Petrova" in saved.text
    assert "asked not to be called" not in saved.text
    card = await desk.presses(data_of(card, "Do not call"))
    assert "🚫 Do not call" in card.text
    assert "May be called" in labels(card)
    await desk.presses(data_of(card, "New task"))
    assert (await desk.says("call tomorrow 11:00")).text.endswith("🚫 Anna Petrova asked not to be called.")


async def test_a_typed_task_to_call_whoever_asked_not_to_be_called_says_so(desk: Desk) -> None:
    await desk.presses(data_of(await an_open_card(desk), "Do not call"))
    warning = "🚫 Anna Petrova asked not to be called."
    saved = await desk.says("/task call Anna tomorrow 10:00")
    assert saved.text.endswith(warning)
    assert (await desk.says("call Anna on Friday at 10:00")).text.endswith(warning)
    assert (await desk.says("/task call Anna on Monday\ncall Anna on Tuesday")).text.count(warning) == 1
    assert warning not in (await desk.says("/task write to Anna tomorrow")).text
    await desk.presses(data_of(saved, "Done"))
    assert warning not in (await desk.presses(f"t:{desk.storage.task_id(1)}:card")).text


async def test_stage_owner_and_phones_are_changed_by_presses(desk: Desk) -> None:
    card = await an_open_card(desk)
    card = await desk.presses(data_of(await desk.presses(data_of(card, "Stage")), "Won"))
    assert "Stage: won" in card.text
    menu = await desk.presses(data_of(card, "Edit"))
    assert "Which" not in menu.text
    phones = await desk.presses(data_of(menu, "Phones"))
    card = await desk.presses(data_of(phones, "Take away"))
    assert "☎" not in card.text
    menu = await desk.presses(data_of(card, "Edit"))
    owners = await desk.presses(data_of(menu, "Who looks after it"))
    assert "Looked after by Person 1001" in (await desk.presses(data_of(owners, "Person 1001"))).text
    mark = data_of(await desk.says("/contact Anna Petrova"), "Stage").removesuffix("stage")
    assert (await desk.presses(f"{mark}owner:999999")).toast == "That person is no longer in the team."


async def test_a_press_on_an_older_card_or_twice_shows_it_as_it_is(desk: Desk) -> None:
    card = await an_open_card(desk)
    mark = data_of(card, "Stage").removesuffix("stage")
    await desk.presses(f"{mark}stage:won")
    for late in (f"{mark}stage:won", f"{mark}stage:lost", f"{mark}edit", f"{mark}del", f"{mark}dnc:1"):
        stale = await desk.presses(late)
        assert stale.text.startswith("Changed since, here it is now\nAnna Petrova")
        assert "Stage: won" in stale.text
        assert stale.edit
    await desk.presses("language:ru")
    assert (await desk.presses(f"{mark}dnc:1")).text.startswith("Изменилось с тех пор, вот как сейчас\n")


async def test_a_deleted_contact_is_gone_and_can_be_kept(desk: Desk) -> None:
    card = await an_open_card(desk)
    gone = await desk.presses(data_of(card, "Delete"))
    assert gone.text == "Deleted: Anna Petrova"
    pressed = await desk.presses(data_of(card, "Stage"))
    assert pressed.toast.startswith("That contact is no longer here")
    back = await desk.presses(data_of(gone, "Keep it"))
    assert back.text.startswith("Anna Petrova\n☎ +79991234567")
    await desk.presses(data_of(back, "Delete"))
    await desk.says("/undo")
    assert (await desk.says("/contact 4567")).text.startswith("Anna Petrova")


async def test_two_are_merged_after_a_look_at_both(desk: Desk) -> None:
    await desk.says("/contact Anna Petrova +7 999 123-45-67")
    saved = await desk.says("/contact Anna Petrowa +7 999 123-45-68 anna@x.ru")
    both = await desk.presses(data_of(saved, "Merge with Anna Petrova"))
    assert both.text.index("Anna Petrowa") < both.text.index("+79991234567")
    merged = await desk.presses(data_of(both, "Merge into Anna Petrova ·"))
    assert merged.text.startswith("Merged: Anna Petrowa is here now.")
    assert all(part in merged.text for part in ("+79991234567", "+79991234568", "anna@x.ru"))
    assert (await desk.presses(data_of(both, "Merge into Anna Petrova ·"))).toast.startswith(
        "That contact is no"
    )
    await desk.says("/undo")
    assert "+79991234567" not in (await desk.says("/contact Petrowa")).text
    alone = await desk.presses(data_of(await desk.says("/contact Anna Petrova"), "Merge"))
    assert alone.text.startswith("Which one is the same contact?")


async def test_lists_are_asked_for_by_words_and_buttons(desk: Desk) -> None:
    for line in ("Anna #vip won", "Boris", *(f"Client {number:02} #x" for number in range(9))):
        await desk.presses(f"knew:{line}")
    first = await desk.says("/contacts")
    assert first.text.splitlines()[:3] == ["Contacts", "Anna · won", "Boris"]
    second = await desk.presses(data_of(first, "›"))
    assert second.text.splitlines() == ["Contacts", "Client 06", "Client 07", "Client 08"]
    assert (await desk.presses(data_of(second, "‹"))).text == first.text
    assert (await desk.says("/contacts won")).text.splitlines() == ["Stage: won", "Anna · won"]
    assert (await desk.says("/contacts #vip")).text.splitlines() == ["#vip", "Anna · won"]
    assert (await desk.says("/contacts b")).text.splitlines() == ["B", "Boris"]
    assert (await desk.says("/contacts mine")).text.startswith("My contacts\n")
    assert (await desk.says("/contacts boris")).text.startswith("Boris\n")
    filters = await desk.presses(data_of(first, "Which contacts?"))
    assert (await desk.presses(data_of(filters, "Won"))).text.splitlines() == ["Stage: won", "Anna · won"]
    assert (await desk.presses("contacts:s-nonsense")).toast.startswith("This button is too old")


async def test_a_group_gets_no_phone_book(desk: Desk) -> None:
    await desk.says("/contact Anna +7 999 123-45-67")
    for words in ("/contacts", "/contacts a"):
        assert "Anna" not in (await desk.says(words, chat=GROUP)).text


async def test_a_shared_contact_is_saved_with_what_its_card_says(desk: Desk) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Zoe\nORG:Acme\nEMAIL:zoe@example.com\nEND:VCARD\n"
    shared = {"phone_number": "79990001122", "first_name": "Zoe", "last_name": "Ray", "vcard": card}
    saved = await desk.says(None, contact=shared)
    assert saved.text.startswith("New contact\nZoe Ray\n🏢 Acme\n☎ +79990001122\n✉ zoe@example.com")
    assert "Log a call" in labels(saved)
    bad = await desk.says(None, contact=shared | {"phone_number": "123", "vcard": "broken"})
    assert "doesn't look like a phone" in bad.text


def a_file(*names: str) -> bytes:
    cards = (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL:+7999000{place:04}\r\nEND:VCARD\r\n"
        for place, name in enumerate(names, 1111)
    )
    return "".join(cards).encode()


async def test_a_file_is_counted_first_and_saved_by_a_press_once(desk: Desk) -> None:
    await desk.says("/contact Anna #vip")
    asked = await desk.sends_file(a_file("Anna", "Boris", "Clara"))
    assert asked.text == "3 contacts: 2 new, 1 updated"
    assert [row.contact.full_name for row in desk.storage.state.contacts.values()] == ["Anna"]
    saved = await desk.presses(data_of(asked, "Save"))
    assert saved.text == "Saved. 3 contacts: 2 new, 1 updated"
    assert len(desk.storage.state.contacts) == 3
    assert (await desk.presses(data_of(asked, "Save"))).toast.startswith("This question is no longer open")
    again = await desk.sends_file(a_file("Anna", "Boris", "Clara"))
    assert (again.text, again.buttons) == ("3 contacts: 3 here already", ())


async def test_a_file_that_is_refused_or_declined_saves_nothing(desk: Desk) -> None:
    assert "can't be read as contacts" in (await desk.sends_file(b"hello")).text
    asked = await desk.sends_file(a_file("Anna"))
    assert (await desk.presses(data_of(asked, "Don't save"))).text == "Not saved."
    assert (await desk.presses(data_of(asked, "Save"))).toast.startswith("This question is no longer open")
    assert not desk.storage.state.contacts
    assert desk.faults == []


async def test_a_contact_is_sent_as_a_file(desk: Desk) -> None:
    card = await an_open_card(desk)
    sent = await desk.presses(data_of(card, "Send as a file"))
    assert sent.file.name == "Anna Petrova.vcf"
    assert b"TEL:+79991234567" in sent.file.content
