"""History in words: who, what, and each field from old to new, in both languages; groups read less."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiogram.types import Chat, Message, User

from crm.activity import About, Line, Scope
from crm.history import HistoryPage
from crm.people import ChatKind
from crm.undo import UNDOABLE
from handlers.changes import action_words, change_words, entity_words
from handlers.history import history_page, task_of_reply, undone
from handlers.texts import speaking
from tests.fakes import MONDAY, an_actor

ANNA = an_actor()
CREWS = an_actor(chat_kind=ChatKind.GROUP, chat_id=5, telegram_chat_id=-5)
ROOT = Path(__file__).parent.parent.parent
NOT_UNDOABLE: set[tuple[str, str]] = set()  # what nobody should take back with one word: name it here


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


def test_every_kind_of_change_has_words_and_is_taken_back_unless_on_purpose() -> None:
    written = set(written_activities())
    assert ("task", "completed") in written
    for entity, action in written:
        assert action_words(entity, action) != f"{entity} {action}", f"no words for {entity} {action}"
        assert (entity, action) in set(UNDOABLE) | NOT_UNDOABLE, f"is {entity} {action} taken back?"
        with speaking("ru"):
            assert entity_words(entity) != entity, f"no word for {entity}"
