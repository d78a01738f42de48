"""History in words: who, what, and each field from old to new, in both languages; groups read less."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import Chat, Message, User

from crm.activity import About, Line, Scope
from crm.history import HistoryPage
from crm.people import ChatKind
from crm.settings import PersonSettings
from crm.tasks.use_cases import NEW_WORDS
from crm.undo_ways import UNDOABLE
from handlers.changes import HIDDEN, action_words, change_words, entity_words, field_words
from handlers.history import history_page, task_of_reply, undone
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor

ANNA = an_actor()
CREWS = an_actor(chat_kind=ChatKind.GROUP, chat_id=5, telegram_chat_id=-5)
ROOT = Path(__file__).parent.parent.parent
# what nobody should take back with one word, and why
NOT_UNDOABLE = {
    ("task", "restored"): "its card takes it back again",
    ("contact", "restored"): "its card deletes it again",
    ("call", "restored"): "its card takes it back again",
    ("workspace", "created"): "people may be in it by now; one leaves a team",
    ("member", "joined"): "one leaves a team, and hands over what one holds",
    ("member", "left"): "it is for the team to let somebody in again",
    ("member", "left_group"): "Telegram said so",
    ("member", "removed"): "their work is another's by now; a new link lets them in",
    ("member", "role_changed"): "they were told; rights are given and taken by name",
    ("member", "approved"): "they were let in; a manager removes them by name",
    ("member", "declined"): "they ask again, and are let in then",
    ("member", "account_link"): "a link ends by itself, and an owner has to confirm it",
    ("member", "taken_over"): "the old account is out, for good",
    ("member", "takeover_refused"): "a new link asks again",
    ("invite", "created"): "a link is ended in the list of links, where it is seen who may come by it",
    ("invite", "revoked"): "a link that was ended must not work again",
    ("chat", "added_bot"): "Telegram removes a bot from a group",
    ("workspace", "budget"): "money; a sum is set where it is seen who spends what",
    ("chat", "kept_for"): "words that were erased don't come back; it is chosen again in /memory",
    ("feed", "created"): "an address is ended by its button, at once and for good",
    ("feed", "ended"): "an address that was ended must not work again",
    ("settings", "away"): "/back ends it",
    ("settings", "back"): "one goes away again by /away",
    ("chat", "separated"): "two teams are two by then",
    ("chat", "answers"): "the other button is beside it",
}


def a_line(**changes: Any) -> Line:
    line = Line(
        id=1,
        at=MONDAY,
        actor_kind="member",
        actor_member_id=1,
        who="Anna",
        action="completed",
        entity="task",
        entity_id=7,
        changes={"status": ["in_progress", "completed"]},
        number=12,
        title="send the invoice",
        chat_id=1,
    )
    return replace(line, **changes)


def test_a_line_says_who_what_and_from_what_to_what() -> None:
    text = history_page(HistoryPage([a_line()], Scope(), 0, has_more=False), ANNA).text
    assert "Anna\ntask done #12 send the invoice\nstatus: in progress → done" in text
    with speaking("ru"):
        text = history_page(HistoryPage([a_line()], Scope(), 0, has_more=False), ANNA).text
    assert "задача выполнена #12 send the invoice\nсостояние: в работе → выполнена" in text


def test_a_table_that_was_taken_back_counts_nothing() -> None:
    line = a_line(
        entity="import", action="undone", changes={"file": ["a.csv", None], "made": [2, None]}, title=None
    )
    text = history_page(HistoryPage([line], Scope(), 0, has_more=False), ANNA).text
    assert text.endswith("taken back: table taken in #12")


def test_a_first_title_is_not_said_twice() -> None:
    line = a_line(action="created", changes={"title": "send the invoice", "priority": "high"})
    text = undone(line, ANNA).text
    assert text.count("send the invoice") == 1
    assert "priority: high priority" in text


def test_what_was_typed_is_never_translated() -> None:
    assert change_words("title", ["other", "own"]) == "title: other → own"
    assert change_words("phone", [None, "+79991234567"]) == "phone: — → +79991234567"


def test_a_group_is_told_no_titles_and_no_fields_of_what_arose_elsewhere() -> None:
    private = a_line(changes={"title": "fire Bob", "phone": "+79991234567"}, title="fire Bob")
    text = undone(private, CREWS).text
    assert "#12" in text
    assert "Bob" not in text
    assert "+7" not in text
    assert "fire Bob" in undone(replace(private, chat_id=5), CREWS).text


def test_pages_have_steps_that_fit_a_button() -> None:
    scope = Scope(About.CONTACT, 10**17)
    answer = history_page(HistoryPage([a_line()], scope, 9998, has_more=True), ANNA)
    datas = [button.data for row in answer.buttons for button in row]
    assert datas == [f"history:contact:{10**17}:9997", f"history:contact:{10**17}:9999"]
    assert all(len(str(data).encode()) <= 64 for data in datas)


def test_whoever_is_not_a_person_is_named_too() -> None:
    assert "the bot" in undone(a_line(who=None, actor_kind="system"), ANNA).text
    assert "an assistant" in undone(a_line(who=None, actor_kind="agent"), ANNA).text


@pytest.mark.parametrize(
    ("text", "number"),
    [("#12 send the invoice", "12"), ("⏰ #3 tea", "3"), ("1 open task\n#1 a\n#2 b", ""), ("hello", "")],
)
def test_a_reply_to_a_card_means_its_task(text: str, number: str) -> None:
    def a_message(text: str, *, is_bot: bool, reply: Message | None = None) -> Message:
        return Message(
            message_id=1,
            date=datetime(2026, 1, 1, tzinfo=UTC),
            chat=Chat(id=1, type="private"),
            from_user=User(id=1, is_bot=is_bot, first_name="x"),
            text=text,
            reply_to_message=reply,
        )

    assert task_of_reply(a_message("/history", is_bot=False, reply=a_message(text, is_bot=True))) == number
    assert task_of_reply(a_message("/history", is_bot=False, reply=a_message(text, is_bot=False))) == ""
    assert task_of_reply(a_message("/history", is_bot=False)) == ""


def written_activities() -> Iterator[tuple[str, str]]:
    """(entity, action) of each Activity(…) in the use cases whose two words are written out there."""
    for path in (ROOT / "crm").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Activity" and call.args):
                continue
            entity = call.args[1]
            for action in ast.walk(call.args[0]):
                if isinstance(entity, ast.Constant) and isinstance(action, ast.Constant):
                    yield str(entity.value), str(action.value)


def activities_of_doors() -> Iterator[tuple[str, str]]:
    """The same of the doors, which write (kind of actor, action or actions, entity) as words in quotes."""
    for path in (ROOT / "migrations" / "sql").glob("*.sql"):
        for told in re.findall(
            r"INSERT INTO activity_logs.*?VALUES(.*?)(?:jsonb|;)", path.read_text(encoding="utf-8"), re.DOTALL
        ):
            _kind, *actions, entity = re.findall(r"'(\w+)'", told)
            yield from ((entity, action) for action in actions)


def test_every_kind_of_change_has_words_and_is_taken_back_unless_on_purpose() -> None:
    doors = set(activities_of_doors())
    assert {("member", "taken_over"), ("workspace", "created"), ("member", "left_group")} <= doors
    written = set(written_activities()) | doors
    assert {("task", "completed"), ("task", "changed"), ("member", "left")} <= written
    assert not set(UNDOABLE) & set(NOT_UNDOABLE)
    for entity, action in written:
        assert (entity, action) in set(UNDOABLE) | set(NOT_UNDOABLE), f"is {entity} {action} taken back?"
        with speaking("ru"):
            assert entity_words(entity) != entity, f"no word for {entity}"
            assert re.search("[а-я]", action_words(entity, action)), f"no Russian for {entity} {action}"


def test_every_field_that_changes_tell_of_has_a_name_or_is_hidden() -> None:
    settings = {one.name for one in fields(PersonSettings)}
    of_tasks = {*NEW_WORDS, "status", "assignee", "contact"} - {
        "readings",
        "raw_input",
    }  # which are not history's
    for field in {*of_tasks, *settings, "heir", "role", "uses", "for_hours", "visibility"}:
        if field not in HIDDEN:
            with speaking("ru"):
                assert field_words(field) != field, f"no name for {field}"


@pytest.mark.parametrize(
    ("field", "told", "english", "russian"),
    [
        ("due", ["2026-11-25 09:00 Europe/Moscow", "2026-11-26 Europe/Moscow"],
         "due: Wed, 25 Nov, 09:00 → Thu, 26 Nov", "срок: ср, 25 нояб., 09:00 → чт, 26 нояб."),
        ("due", [None, "2027-01-02 09:00 Europe/Berlin"],
         "due: — → Sat, 2 Jan 2027, 09:00 (Europe/Berlin)", "срок: — → сб, 2 янв. 2027, 09:00 (Europe/Berlin)"),
        ("due", "2026-11-25 09:00", "due: Wed, 25 Nov, 09:00", "срок: ср, 25 нояб., 09:00"),
        ("labels", ["b2b", "office"], "labels: #b2b #office", "метки: #b2b #office"),
        ("labels", [[], ["b2b"]], "labels: — → #b2b", "метки: — → #b2b"),
        ("reminders", [3600.0, 900.0], "reminders: 1 hour before, 15 minutes before",
         "напоминания: за 1 час, за 15 минут"),
        ("reminders", [[86400.0], []], "reminders: 1 day before → —", "напоминания: за 1 день → —"),
        ("rrule", [None, "FREQ=WEEKLY;BYDAY=FR"], "repeats: — → every week (Fri)", "повтор: — → каждую неделю (пт)"),
        ("quiet", [None, ["22:00", "08:00"]], "quiet hours: — → 22:00–08:00", "тихие часы: — → 22:00–08:00"),
        ("workdays", [[1, 2], [6]], "working days: Mon Tue → Sat", "рабочие дни: пн вт → сб"),
        ("task_type", ["todo", "call"], "kind: task → call", "вид: задача → звонок"),
        ("role", ["member", "manager"], "role: member → manager", "роль: участник → руководитель"),
        ("language", ["en", "ru"], "language: English → Русский", "язык: English → Русский"),
        ("notes", ["10 %", "15 %"], "notes: 10 % → 15 %", "заметки: 10 % → 15 %"),
        ("notes", ["likes tea"], "notes: likes tea", "заметки: likes tea"),
        ("notes", [["tea"], ["tea", "milk"]], "notes: tea → tea; milk", "заметки: tea → tea; milk"),
        ("email", [None, "a@x.ru"], "e-mail address: — → a@x.ru", "эл. почта: — → a@x.ru"),
        ("start_date", [None, "2026-11-25"], "begins: — → Wed, 25 Nov", "начало: — → ср, 25 нояб."),
    ],
)  # fmt: skip
def test_values_are_told_as_people_say_them(field: str, told: object, english: str, russian: str) -> None:
    assert change_words(field, told, year=2026, zone="Europe/Moscow") == english
    with speaking("ru"):
        assert change_words(field, told, year=2026, zone="Europe/Moscow") == russian


def test_people_are_told_by_name_and_ids_not_at_all() -> None:
    told = {
        "assignee_id": [7, 8],
        "assignee": ["Anna", "Boris"],
        "contact_id": [None, 5],
        "contact": [None, "Zoe"],
    }
    text = undone(a_line(action="changed", changes=told), ANNA).text
    assert text.endswith("task changed #12 send the invoice\nfor whom: Anna → Boris\ncontact: — → Zoe")


def test_a_group_is_told_no_phone_even_of_what_arose_in_it() -> None:
    line = a_line(action="created", changes={"title": "send the invoice", "phone": "+79991234567"}, chat_id=5)
    assert "+7" in undone(line, ANNA).text
    assert "+7" not in undone(line, CREWS).text
