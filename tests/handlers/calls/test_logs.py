"""Calls by a line: what it says, what is asked then, and the next step; and what a group is told."""

import re
from datetime import timedelta

import pytest

from crm.calls import Outcome
from tests.handlers.buttons import labels
from tests.handlers.calls.pressing import GROUP, edit, press
from tests.handlers.desk import Desk


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
