"""Task cards: a line for each field that is set, no phone in groups, and buttons that fit the Bot API."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from crm.answers import Answer
from crm.contacts import Contact
from crm.grammar.dates import Due
from crm.people import ChatKind, Role
from crm.tasks import Completed, Priority, Status, Task
from crm.tasks.checklists import Checklist
from crm.tasks.details import Comment, Item
from crm.tasks.sources import Attachment
from crm.tasks.talk import Comments, Files, Watching
from crm.tasks.use_cases import Choices
from crm.teams import Member
from handlers.task_cards import done_card, lead_words, saved_answer, taken_back_card, task_card
from handlers.task_checklists import checklist_card
from handlers.task_menus import menu
from handlers.task_moving import calendar_rows, snooze_rows, time_rows
from handlers.task_talk import comments_card, files_card, watchers_card
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor
from tests.handlers.buttons import fit_the_bot_api, labels

HUGE = 10**18 - 1
ANNA = an_actor()
GROUP = an_actor(chat_kind=ChatKind.GROUP, telegram_chat_id=-5)
BARE = Task(
    id=HUGE,
    number=1,
    version=10**9 - 1,
    title="send the offer",
    status=Status.NOT_STARTED,
    created_at=MONDAY,
    assignee_id=1,
)
FULL = replace(
    BARE,
    due=Due(date(2026, 3, 3), time(10), "Europe/Berlin"),
    rrule="FREQ=WEEKLY",
    reminders=(timedelta(hours=1), timedelta(days=2)),
    rings=(timedelta(0), timedelta(hours=1), timedelta(days=2)),
    assignee_id=2,
    assignee_name="Boris",
    contact_id=7,
    contact_name="Petrov",
    phone="+79991234567",
    priority=Priority.URGENT,
    labels=("sales", "spring"),
    duration_minutes=30,
    status=Status.IN_PROGRESS,
)


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            ["#1 send the offer", "📅 Tue, 3 Mar, 10:00 · 30 min (Europe/Berlin)", "🔁 every week",
             "⏰ 1 hour before, 2 days before", "👤 Boris", "📇 Petrov", "☎ +79991234567", "🚩 urgent",
             "🏷 #sales #spring", "in progress"],
        ),
        (
            "ru",
            ["#1 send the offer", "📅 вт, 3 мар., 10:00 · 30 мин (Europe/Berlin)", "🔁 каждую неделю",
             "⏰ за 1 час, за 2 дня", "👤 Boris", "📇 Petrov", "☎ +79991234567", "🚩 срочно",
             "🏷 #sales #spring", "в работе"],
        ),
    ],
)  # fmt: skip
def test_each_field_that_is_set_has_its_line(language: str, lines: list[str]) -> None:
    with speaking(language):
        assert task_card(FULL, ANNA).text.splitlines() == lines


def test_what_goes_without_saying_has_no_line() -> None:
    assert task_card(BARE, ANNA).text == "#1 send the offer"
    here = replace(BARE, due=Due(date(2026, 3, 3), time(10), ANNA.timezone))
    assert "(" not in task_card(here, ANNA).text


def test_a_range_and_another_year_are_told() -> None:
    span = replace(BARE, start_date=date(2027, 3, 1), due=Due(date(2027, 3, 5), None, ANNA.timezone))
    assert task_card(span, ANNA).text.splitlines()[1] == "📅 from Mon, 1 Mar 2027 to Fri, 5 Mar 2027"


def test_a_phone_stays_out_of_groups() -> None:
    for answer in (task_card(FULL, GROUP), saved_answer([replace(FULL, due=None, rrule=None)] * 2, GROUP)):
        assert "999" not in answer.text


def test_a_card_is_calm_and_the_rest_is_one_press_away() -> None:
    shown = {actor: labels(task_card(FULL, actor)) for actor in (GROUP, ANNA)}
    assert shown[GROUP] == ["Done", "Snooze", "Move", "More"]
    assert shown[ANNA] == ["Done", "Snooze", "Move", "More", "Take back"]


def test_other_readings_are_buttons_that_say_only_what_differs() -> None:
    readings = ({"due": "2026-03-03 22:00 Europe/Berlin"}, {"due": None}, {"contact": None}, {"rrule": None})
    card = task_card(replace(FULL, readings=readings), ANNA)
    assert card.text.endswith("Did you mean something else?")
    assert [row[0].text for row in card.buttons[:4]] == [
        "Tue, 3 Mar, 22:00 · 30 min (Europe/Berlin)", "no date", "No contact", "Does not repeat",
    ]  # fmt: skip


def test_a_length_of_hours_is_said_in_hours() -> None:
    assert "10:00 · 1 h 30 min (Europe/Berlin)" in task_card(replace(FULL, duration_minutes=90), ANNA).text
    assert "10:00 · 10 h (Europe/Berlin)" in task_card(replace(FULL, duration_minutes=600), ANNA).text


def test_what_comes_next_is_named_when_one_is_done() -> None:
    done = replace(BARE, status=Status.COMPLETED)
    following = replace(BARE, number=2, due=Due(date(2026, 3, 10), None, ANNA.timezone))
    assert done_card(Completed(done), ANNA).text == "✓ #1 send the offer\ndone"
    assert done_card(Completed(done, following), ANNA).text.endswith("\nNext: Tue, 10 Mar, task #2")


@pytest.mark.parametrize(
    ("minutes", "english", "russian"),
    [
        (1, "1 minute before", "за 1 минуту"),
        (15, "15 minutes before", "за 15 минут"),
        (90, "90 minutes before", "за 90 минут"),
        (120, "2 hours before", "за 2 часа"),
        (1500, "25 hours before", "за 25 часов"),
        (2880, "2 days before", "за 2 дня"),
        (7200, "5 days before", "за 5 дней"),
    ],
)
def test_a_lead_time_is_told_in_its_largest_whole_unit(minutes: int, english: str, russian: str) -> None:
    for language, words in (("en", english), ("ru", russian)):
        with speaking(language):
            assert lead_words(timedelta(minutes=minutes)) == words


def answers() -> Iterator[Answer]:
    task = replace(FULL, readings=({"title": "x"},) * 20)
    many = [replace(task, number=number) for number in range(1, 51)]
    people = [Member(HUGE - n, f"Member {n}", Role.MEMBER, MONDAY) for n in range(20)]
    contacts = [Contact(HUGE - n, f"Contact {n}") for n in range(8)]
    for actor in (ANNA, GROUP):
        yield task_card(task, actor)
        yield saved_answer(many, actor, HUGE)
        for what in ("more", "time", "rep", "rem", "who", "contact", "prio", "status"):
            rows = menu(Choices(task, people, contacts), what, actor)
            yield task_card(task, actor, buttons=rows)
        now = MONDAY.astimezone(actor.zone)
        for month in (date(2026, 3, 1), date(2027, 8, 1)):
            yield task_card(task, actor, buttons=calendar_rows(task, month, now.date()))
        yield task_card(task, actor, buttons=snooze_rows(task, now, time(18)))
        yield task_card(task, actor, buttons=time_rows(task))
        yield checklist_card(
            Checklist(task, [Item(HUGE - n, "step " * 20, is_ticked=False) for n in range(30)]), actor
        )
        yield watchers_card(Watching(task, [], people), actor)
        yield files_card(Files(task, [Attachment("photo", "x")] * 40), actor)
        yield comments_card(Comments(task, [Comment(HUGE, None, "x" * 2000, MONDAY)] * 5), ANNA)
        yield done_card(Completed(replace(task, status=Status.COMPLETED)), actor)
    yield taken_back_card(many, ANNA)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_buttons_fit_the_bot_api_with_the_longest_ids(language: str) -> None:
    with speaking(language):
        assert fit_the_bot_api(answers())


def test_no_button_is_left_in_english_for_a_russian() -> None:
    known = {"x", "step", "steps", "te", "s", "st", "Member", "Contact", "Europe", "Berlin"}
    with speaking("ru"):
        for answer in answers():
            said = " ".join(labels(answer))
            assert set(re.findall("[A-Za-z]+", said)) <= known, said
