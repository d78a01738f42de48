"""Calls by dialogue: a line, the buttons that ask, next steps, lists, and what a group is told."""

import re
from datetime import timedelta
from typing import Any

import pytest

from crm.answers import Answer
from crm.calls import Outcome
from tests.handlers.desk import Desk

GROUP = -7


def labels(answer: Answer) -> list[str]:
    return [button.text for row in answer.buttons for button in row]


def data_of(answer: Answer, label: str) -> str:
    """The data of the one button whose text is, or begins with, that."""
    found = [button.data for row in answer.buttons for button in row if button.text.startswith(label)]
    assert found, labels(answer)
    return str(found[0])


async def press(desk: Desk, answer: Answer, label: str, **more: Any) -> Any:
    return await desk.presses(data_of(answer, label), **more)


async def edit(desk: Desk, message_id: int, text: str) -> Any:
    said = desk._message(1001, None, text=text) | {"message_id": message_id}
    return await desk.fed("edited_message", said | {"edit_date": said["date"]})


def all_data(answer: Answer) -> list[str]:
    return [str(button.data) for row in answer.buttons for button in row if button.data]


async def test_a_line_with_all_in_it_is_saved_and_its_clause_is_one_tap(desk: Desk) -> None:
    card = await desk.says("/call Anna out 12m connected, call back Thu 10:00: wants pricing by Friday")
    lines = card.text.split("\n")
    assert lines[:2] == ["New contact: Anna", "☎ Anna"]
    assert re.fullmatch(r"outgoing · talked · .* · 12 min", lines[2])
    assert lines[3:] == ["wants pricing by Friday", "→ #1 call back 📅 Thu, 5 Mar, 10:00"]
    assert labels(card)[0] == "Make a task: wants pricing · Fri, 6 Mar"
    assert {"Undo", "Merge"} <= set(labels(card))
    after = await press(desk, card, "Make a task")
    assert desk.titles == ["call back", "wants pricing"]
    assert not any(label.startswith("Make a task") for label in labels(after))


async def test_a_press_twice_shows_the_card_as_it_is_now(desk: Desk) -> None:
    card = await desk.says("/call Anna out 12m connected: wants pricing by Friday")
    await press(desk, card, "Make a task")
    again = await press(desk, card, "Make a task")
    assert again.text.startswith("Changed since, here it is now\n\n")
    assert again.edit
    assert desk.titles == ["wants pricing"]
    await desk.presses("language:ru")
    again = await press(desk, card, "Make a task")
    assert again.text.startswith("Изменилось с тех пор, вот как сейчас\n\n")


async def test_what_was_not_said_is_asked_button_by_button(desk: Desk) -> None:
    await desk.says("/contact Bob +7 999 100-00-01")
    asked = await desk.says("/call")
    assert "Who was it with" in asked.text
    card = await press(desk, asked, "Bob")
    for question, button in (
        ("Which way was it?", "Incoming"),
        ("How did it end?", "Talked"),
        ("How long was it?", "5 min"),
        ("What comes next?", "In 3 days"),
    ):
        assert card.text.endswith(question)
        card = await press(desk, card, button)
    assert re.search(r"☎ Bob\nincoming · talked · .* · 5 min\n→ #1 Call Bob 📅 Thu, 5 Mar$", card.text)


@pytest.mark.parametrize("skipped", ["Which way", "How did it end", "How long"])
async def test_a_question_may_be_skipped(desk: Desk, skipped: str) -> None:
    card = await desk.says("/call Bob")
    while skipped not in card.text:
        card = await press(desk, card, "Skip")
    assert skipped not in (await press(desk, card, "Skip")).text


async def test_no_next_step_is_an_answer_too(desk: Desk) -> None:
    card = await desk.says("/call Bob out 5m talked")
    assert card.text.endswith("What comes next?")
    card = await press(desk, card, "Nothing")
    assert "?" not in card.text
    assert desk.titles == []
    card = await press(desk, await press(desk, card, "Next step"), "Next week")
    assert desk.titles == ["Call Bob"]


async def test_a_missed_call_is_tried_again_within_the_contacts_hours(desk: Desk) -> None:
    await desk.says("/call Bob talked")
    (contact_id,) = desk.storage.state.contacts
    desk.storage.state.contact_zones[contact_id] = "Asia/Yekaterinburg"  # five hours ahead of the desk's UTC
    card = await desk.says("/call Bob no answer")
    assert card.text.endswith("When to try again?")
    assert labels(card)[:2] == ["Retry today 16:00 (11:00 for you)", "Retry tomorrow 10:00 (05:00 for you)"]
    card = await press(desk, card, "Retry today")
    assert "→ #1 Call Bob 📅 Mon, 2 Mar, 11:00" in card.text


async def test_a_try_in_ones_own_zone_says_one_clock(desk: Desk) -> None:
    card = await desk.says("/call Bob busy")
    assert labels(card)[:2] == ["Retry today 09:15", "Retry tomorrow 10:00"]


async def test_a_try_whose_time_has_passed_is_refused(desk: Desk) -> None:
    card = await desk.says("/call Bob busy")
    desk.clock.now += timedelta(days=1)
    assert "has passed" in (await press(desk, card, "Retry today")).toast
    assert desk.titles == []


async def test_whoever_asked_not_to_be_called_is_warned_of_and_not_tried_again(desk: Desk) -> None:
    await desk.says("/call Bob talked")
    desk.storage.state.not_to_call.update(desk.storage.state.contacts)
    card = await desk.says("/call Bob no answer")
    assert "⚠ This contact asked not to be called." in card.text
    assert not any(label.startswith(("Retry", "Tomorrow")) for label in labels(card))
    card = await desk.says("/call Bob incoming 5m talked")
    assert "⚠" not in card.text


async def test_a_button_drawn_before_that_wish_makes_no_task(desk: Desk) -> None:
    card = await desk.says("/call Bob busy")
    desk.storage.state.not_to_call.update(desk.storage.state.contacts)
    assert "asked not to be called" in (await press(desk, card, "Retry")).toast
    assert desk.titles == []


async def test_another_time_that_was_meant_is_offered(desk: Desk) -> None:
    desk.clock.now += timedelta(hours=9)
    card = await desk.says("/call Bob out busy at 5")
    (other,) = [label for label in labels(card) if label.startswith("No, at")]
    after = await press(desk, card, other)
    assert not any(label.startswith("No, at") for label in labels(after))


@pytest.mark.parametrize(
    ("chip", "button", "shown"),
    [
        ("→ incoming", None, "incoming"),
        ("Result", "Busy", "busy"),
        ("How long", "15 min", "15 min"),
        ("When", "1 h ago", "08:00"),
    ],
)
async def test_each_field_changes_by_a_press(desk: Desk, chip: str, button: str | None, shown: str) -> None:
    card = await press(desk, await desk.says("/call Bob out 5m talked"), chip)
    if button is not None:
        card = await press(desk, card, button)
    assert shown in card.text
    assert "Taken back" in (await desk.says("/undo")).text


@pytest.mark.parametrize(
    ("chip", "typed", "shown"),
    [("Notes", "likes it", "likes it"), ("Next step", "Friday 10:00 send the offer", "→ #1 send the offer")],
)
async def test_a_field_may_be_typed(desk: Desk, chip: str, typed: str, shown: str) -> None:
    asked = await press(desk, await desk.says("/call Bob out 5m talked"), chip)
    if chip != "Notes":
        asked = await press(desk, asked, "Type it")
    assert asked.question
    assert shown in (await desk.says(typed)).text


async def test_what_can_not_be_read_may_be_typed_again_and_a_command_ends_it(desk: Desk) -> None:
    card = await press(desk, await desk.says("/call Bob out talked"), "How long")
    await press(desk, card, "Type it")
    assert "can't last" in (await desk.says("30 h")).text
    assert "can't read a length" in (await desk.says("long")).text
    assert "20 min" in (await desk.says("20")).text
    await press(desk, card, "Type it")
    await desk.says("/tasks")
    await desk.says("20")
    assert desk.questions == ["20"]


async def test_back_from_a_menu_is_the_card(desk: Desk) -> None:
    card = await desk.says("/call Bob busy, send it on Friday")
    for chip in ("Result", "When", "Contact", "Next step"):
        menu = await press(desk, card, chip)
        assert (await press(desk, menu, "‹ Back")).text == card.text


async def test_a_new_contact_is_undone_with_its_call_and_kept_after_all(desk: Desk) -> None:
    card = await desk.says("/звонок Мария занято")
    gone = await press(desk, card, "Undo")
    assert gone.text.startswith("Taken back")
    assert "Nothing" not in labels(gone)
    assert "no calls yet" in (await desk.says("/calls")).text
    back = await press(desk, gone, "Keep it after all")
    assert "☎ Мария" in back.text


async def test_a_new_contact_is_merged_with_the_one_that_was_meant(desk: Desk) -> None:
    await desk.says("/call Maria Orlova busy")
    card = await desk.says("/call Mariya busy")
    menu = await press(desk, card, "Merge")
    assert labels(menu)[0] == "Maria Orlova"
    merged = await press(desk, menu, "Maria Orlova")
    assert "☎ Maria Orlova" in merged.text
    assert "New contact" not in merged.text


async def test_a_contact_is_new_for_a_day(desk: Desk) -> None:
    await desk.says("/call Maria busy")
    (call_id,) = desk.storage.state.calls
    desk.clock.now += timedelta(days=2)
    card = await desk.presses(f"c:{call_id}:open")
    assert "New contact" not in card.text
    assert not {"Undo", "Merge"} & set(labels(card))
    await press(desk, card, "Take back")
    (contact_id,) = desk.storage.state.contacts
    assert contact_id not in desk.storage.state.deleted


async def test_a_name_that_several_have_becomes_buttons_and_the_line_is_kept(desk: Desk) -> None:
    await desk.says("/call Anna Petrova busy")
    await desk.says("/call Anna Ivanova busy")
    asked = await desk.says("/call Anna out 12m connected: wants pricing")
    assert asked.text == "Several are called that. Who is meant?"
    assert set(labels(asked)) == {"Anna Petrova", "Anna Ivanova"}
    card = await press(desk, asked, "Anna Ivanova")
    assert "☎ Anna Ivanova" in card.text
    assert "wants pricing" in card.text
    assert "no longer open" in (await press(desk, asked, "Anna Petrova")).toast
    assert len(desk.storage.state.calls) == 3


async def test_an_edit_rereads_the_call(desk: Desk) -> None:
    await desk.says("/call Bob out 12m connected, send it on Friday: likes it")
    card = await edit(desk, 1, "/call Bob in 5m busy, send the offer on Friday: no money")
    assert "incoming · busy" in card.text
    assert "no money" in card.text
    assert desk.titles == ["send the offer"]


async def test_an_edit_rereads_a_line_that_needed_no_command(desk: Desk) -> None:
    await desk.says("call Bob out 12m connected: likes it")
    card = await edit(desk, 1, "call Bob out 12m busy: no money")
    assert "outgoing · busy" in card.text
    (row,) = desk.storage.state.calls.values()
    assert row.call.outcome is Outcome.BUSY


BAD: list[tuple[str, str, str]] = [
    ("/call Bob -5 min", "A call can't last -5 min.", "Звонок не может длиться столько: -5 min."),
    ("/call Bob 25 h", "A call can't last 25 h.", "Звонок не может длиться столько: 25 h."),
    ("/call Bob 2 days", "A call can't last 2 days.", "Звонок не может длиться столько: 2 days."),
    ("/call Bob tomorrow 10:00", "That time is still ahead", "Это время ещё впереди"),
    ("/call Bob +7 999 123", "+7 999 123 doesn't look like a phone", "+7 999 123"),
    ("/call Bob: " + "x" * 2001, "That is too long.", "длинно"),
    ("/call", "Who was it with", "С кем"),
    ("/calls Zyx", "I know no contact or member called Zyx.", "Контакта или участника «Zyx» здесь нет."),
    ("/calls @zyx", "I know no contact or member called zyx.", "Контакта или участника «zyx» здесь нет."),
]


@pytest.mark.parametrize(("text", "english", "russian"), BAD)
async def test_what_can_not_be_meant_has_its_sentence_in_both_languages(
    desk: Desk, text: str, english: str, russian: str
) -> None:
    assert (await desk.says(text)).text.startswith(english)
    await desk.presses("language:ru")
    assert russian in (await desk.says(text)).text
    assert not desk.storage.state.calls


async def test_a_button_of_a_call_that_was_taken_back_says_so(desk: Desk) -> None:
    card = await desk.says("/call Bob out talked")
    await desk.presses(data_of(card, "Undo"))
    for label in ("Result", "5 min", "Undo", "Notes"):
        assert (await press(desk, card, label)).toast == "That call is no longer here. See the list: /calls"
    await desk.presses("language:ru")
    assert "Этого звонка больше нет" in (await press(desk, card, "5 min")).toast


async def test_a_button_that_no_card_offers_changes_nothing(desk: Desk) -> None:
    card = await desk.says("/call Bob out talked")
    mark = data_of(card, "Result").removesuffix(":menu:out")
    for data in (":out:gone", ":dir:up", ":dur:x", ":dur:999999", ":retry:20269999T9999", ":task:7", ":at:7"):
        assert "too old" in (await desk.presses(mark + data)).toast, data
    assert "too old" in (await desk.presses("calls:zzzz:f")).toast


async def test_a_list_is_narrowed_by_buttons_and_opens_cards(desk: Desk) -> None:
    await desk.says("/call Bob out busy")
    await desk.says("/call Zoe in 5m talked")
    listed = await desk.says("/calls")
    assert listed.text.split("\n")[0] == "Last calls"
    assert "1. " in listed.text
    filters = await press(desk, listed, "More filters")
    assert labels(filters)[:4] == ["By result", "By direction", "By contact", "By member"]
    busy = await press(desk, await press(desk, filters, "By result"), "Busy")
    assert busy.text.split("\n")[0] == "Calls · busy"
    assert "Bob" in busy.text
    assert "Zoe" not in busy.text
    assert labels(busy)[:1] == ["1"]
    assert "☎ Bob" in (await press(desk, busy, "1")).text
    both = await press(desk, await press(desk, busy, "More filters"), "By contact")
    assert "There are no such calls." in (await press(desk, both, "Zoe")).text
    today = await press(desk, await press(desk, listed, "Today"), "Mine")
    assert today.text.split("\n")[0] == "Calls · mine · today"
    assert {"✓ Mine", "✓ Today"} <= set(labels(today))


async def test_a_list_has_pages(desk: Desk) -> None:
    for number in range(12):
        await desk.says(f"/call Bob out {number + 1}m talked")
    first = await desk.says("/calls")
    second = await press(desk, first, "›")
    assert second.text.count("☎") + second.text.count("Bob") == 2
    assert (await press(desk, second, "‹")).text == first.text


async def test_a_name_nobody_has_offers_the_nearest_as_filters(desk: Desk) -> None:
    await desk.says("/call Boris Petrov busy")
    asked = await desk.says("/calls busy Borsi")
    assert "Was it one of these?" in asked.text
    assert "1. Boris Petrov · outgoing · busy" in (await press(desk, asked, "Boris Petrov")).text


async def test_a_group_is_told_no_number_no_notes_and_no_next_task(desk: Desk) -> None:
    line = "/call +7 999 123-45-67 out 5m talked, send the offer on Friday: secret"
    card = await desk.says(line, chat=GROUP)
    assert re.fullmatch(r"New contact: …4567\n☎ …4567\noutgoing · talked · .* · 5 min", card.text)
    starts = [button.start for row in card.buttons for button in row if button.start]
    (call_id,) = desk.storage.state.calls
    assert starts == [f"call_1_{call_id}"] or re.fullmatch(rf"call_\d+_{call_id}", starts[0])
    listed = await desk.says("/calls", chat=GROUP)
    for text in (listed.text, *labels(card), *labels(listed)):
        assert "999" not in text
        assert "secret" not in text
    assert all(button.start for button in listed.buttons[0])


async def test_every_button_fits_the_bot_api(desk: Desk) -> None:
    desk.storage.state.last_id = 10**17
    card = await desk.says("/call Bob: wants pricing by Friday")
    shown = [card, await desk.says("/calls"), await desk.says("/call")]
    for chip in ("Result", "How long", "When", "Contact", "Next step", "Merge"):
        shown.append(await press(desk, card, chip))
    while "Skip" in labels(card):
        card = await press(desk, card, "Skip")
        shown.append(card)
    assert all(len(data.encode()) <= 64 for answer in shown for data in all_data(answer))
