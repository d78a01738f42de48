"""Every handler, and how it is knocked at. A new handler needs a line here, or tests/handlers/test_doors.py fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.telegram import a_message, a_press, a_user, an_update, private

THEIRS = "silverpear"  # in every text of the team that is knocked at
PHONE = "+79991234567"


@dataclass(frozen=True, slots=True)
class Facts:
    """Ids of the team that is knocked at, as a knock may name them."""

    workspace_id: int
    task_number: int
    task_id: int
    delivery_id: int
    turn_id: int
    owner_user_id: int
    inline_mark: str
    members: Mapping[str, int]  # member_id by name: anna, boris, clara


@dataclass(frozen=True, slots=True)
class Knock:
    """One update that reaches the handler, when it comes from `user_id`. Of `managers` only, a plain member is
    tried too; `changes` says that it changes the team when its owner knocks, so that a refusal can be seen."""

    update: Callable[[int, Facts], dict[str, Any]]
    managers: bool = False
    changes: bool = False


def says(text: str) -> Callable[[int, Facts], dict[str, Any]]:
    """`text` may name {facts}."""

    def update(user_id: int, facts: Facts) -> dict[str, Any]:
        return an_update(message=a_message(user_id, text=filled(text, facts)))

    return update


def shares(**what: Any) -> Callable[[int, Facts], dict[str, Any]]:
    return lambda user_id, facts: an_update(message=a_message(user_id, **what))


def presses(data: str) -> Callable[[int, Facts], dict[str, Any]]:
    return lambda user_id, facts: an_update(callback_query=a_press(user_id, filled(data, facts)))


def asks_inline(query: str) -> Callable[[int, Facts], dict[str, Any]]:
    return lambda user_id, facts: an_update(
        inline_query={"id": "1", "from": a_user(user_id), "query": query, "offset": ""}
    )


def stops(user_id: int, facts: Facts) -> dict[str, Any]:
    return an_update(
        stopped_message_generation={
            "chat": private(user_id),
            "draft_id": facts.turn_id,
            "message_id": 1,
            "text": "x",
            "is_final": False,
        }
    )


def filled(text: str, facts: Facts) -> str:
    names = {name: getattr(facts, name) for name in facts.__dataclass_fields__ if name != "members"}
    return text.format(**names, **facts.members)


KNOCKS: Mapping[str, Knock] = {
    "start.start": Knock(says("/start")),
    "start.show_help": Knock(says("/help")),
    "start.type_timezone": Knock(says("Europe/Berlin"), changes=True),
    "start.choose_language": Knock(presses("language:ru"), changes=True),
    "start.choose_timezone": Knock(presses("zone:Europe/Berlin"), changes=True),
    "tasks.create_task": Knock(says("/task tomorrow 10:00 water the plants"), changes=True),
    "tasks.list_tasks": Knock(says("/tasks")),
    "tasks.turn_page": Knock(presses("tasks:0")),
    "tasks.complete_task": Knock(presses("done:{task_number}"), changes=True),
    "calls.log_call": Knock(says("/call Petrov +7 999 765-43-21 no answer"), changes=True),
    "calls.list_calls": Knock(says("/calls")),
    "contacts.save_contact": Knock(says("/contact Ivanov +7 999 111-22-33"), changes=True),
    "contacts.save_shared_contact": Knock(
        shares(contact={"phone_number": "79990001122", "first_name": "Zoe"}), changes=True
    ),
    "reminders.create_reminder": Knock(says("/remind in 20 minutes tea"), changes=True),
    "reminders.acknowledge_reminder": Knock(presses("ack:{delivery_id}"), changes=True),
    "history.show_history": Knock(says("/history {task_number}")),
    "history.turn_history": Knock(presses("history:task:{task_id}:0")),
    "history.undo_last": Knock(says("/undo"), changes=True),
    "visibility.choose_visibility": Knock(presses("sees:{workspace_id}:own"), managers=True, changes=True),
    "inline.offer_task": Knock(asks_inline("task tomorrow buy paper")),
    "inline.save_task": Knock(presses("inline:{owner_user_id}:{inline_mark}"), changes=True),
    "conversations.ask_assistant": Knock(says("What is new?"), changes=True),
    "conversations.decline_other": Knock(
        shares(location={"latitude": 1.0, "longitude": 1.0}),
    ),
    "conversations.stop_answer": Knock(stops, changes=True),
}

DEEP_LINKS = ("guessed-code", "x" * 64, "")  # what may follow /start; none lets a stranger in
