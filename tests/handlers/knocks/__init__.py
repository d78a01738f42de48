"""Every handler, and the update that knocks at it; a new handler needs a line here, or test_doors.py fails."""

from collections.abc import Mapping

from tests.handlers.doors import (
    THEIRS,
    Knock,
    asks_inline,
    chooses,
    confirmed,
    edits,
    presses,
    says,
    shares,
    stops,
)
from tests.handlers.knocks.agents import OF_AGENTS, OF_PICKING
from tests.handlers.knocks.calls import OF_CALLS
from tests.handlers.knocks.contacts import OF_CONTACTS
from tests.handlers.knocks.conversations import OF_ASSISTANTS
from tests.handlers.knocks.files import OF_FILES, TABLE
from tests.handlers.knocks.reminders import OF_REMINDERS
from tests.handlers.knocks.tasks import OF_TASKS
from tests.handlers.knocks.teams import OF_GROUPS, OF_TEAMS

__all__ = ["DEEP_LINKS", "KNOCKS", "TABLE"]
KNOCKS: Mapping[str, Knock] = {
    "start.start": Knock(says("/start")),
    "links.open_number": Knock(says("#103")),
    "links.open_named": Knock(says("/task 103")),
    "questions.drop_question": Knock(says("cancel"), first=says("/task")),
    "help.show_help": Knock(says("/help")),
    "help.say_unknown": Knock(says("/nonsense")),
    "help.open_topic": Knock(presses("help:tasks")),
    "start.type_timezone": Knock(says("Europe/Berlin"), changes=True),
    "start.choose_language": Knock(presses("language:ru"), changes=True),
    "start.choose_timezone": Knock(presses("zone:Europe/Paris"), changes=True),
    "settings.show_settings": Knock(says("/settings")),
    "settings.show_days_off": Knock(presses("set:{owner_user_id}:holidays:ahead")),
    "settings.press_settings": Knock(presses("set:{owner_user_id}:hours:10:00-19:00"), changes=True),
    "settings.type_setting": Knock(says("8:30"), changes=True, first=presses("set:{owner_user_id}:morning")),
    "health.show_health": Knock(says("/health"), managers=True),
    "health.retry_failed": Knock(presses("retry:1"), managers=True),
    "history.show_history": Knock(says("/history {task_number}")),
    "history.turn_history": Knock(presses("history:task:{task_id}:0")),
    **OF_CALLS,
    **OF_CONTACTS,
    **OF_REMINDERS,
    "reminders.create_reminder": Knock(says("/remind in 20 minutes tea"), changes=True),
    "reminders.reread_reminder": Knock(
        edits("/remind in 40 minutes tea", of="reminder_message_id"), changes=True
    ),
    "reminders.answer_reminder": Knock(says("in 20 minutes coffee"), changes=True, first=says("/remind")),
    "reminders.confirm_reminder": confirmed("remind", "/remind yesterday 10:00 tea"),
    "history.undo_last": Knock(says("/undo"), changes=True),
    "proposals.show_proposal": Knock(presses("p:{proposal_ids[0]}.1:show")),
    "proposals.confirm_proposal": Knock(presses("p:{proposal_ids[0]}.1:ok"), changes=True),
    "proposals.cancel_proposal": Knock(presses("p:{proposal_ids[1]}.1:no"), changes=True),
    "proposals.renew_proposal": Knock(presses("p:{proposal_ids[2]}.1:again"), changes=True),
    "proposals.ask_edit": Knock(presses("p:{proposal_ids[3]}.1:edit")),
    "proposals.edit_proposal": Knock(
        says("plant roses"), changes=True, first=presses("p:{proposal_ids[3]}.1:edit")
    ),
    "reminders.take_back_reminder": Knock(presses("r:{reminder_id}:undo"), changes=True),
    **OF_TASKS,
    **OF_FILES,
    "inline.show_ways": Knock(asks_inline("")),
    "inline.offer_task": Knock(asks_inline("task tomorrow buy paper")),
    "inline.find_tasks": Knock(asks_inline(f"tasks {THEIRS}")),
    "inline.find_contacts": Knock(asks_inline(f"contact {THEIRS}")),
    "inline.save_chosen": Knock(chooses("{inline_mark}:0"), changes=True),
    "links.open_help": Knock(says("/start help")),
    "links.open_card": Knock(says("/start task_{workspace_id}_{task_number}")),
    "links.open_here": Knock(presses("open:contact_{workspace_id}_{contact_id}")),
    "links.go_there": Knock(presses("go:call_{workspace_id}_{call_id}"), changes=True),
    "inline.save_task": Knock(presses("inline:{owner_user_id}:{inline_mark}"), changes=True),
    "conversations.ask_assistant": Knock(says("What is new?"), changes=True),
    "conversations.decline_other": Knock(shares(location={"latitude": 1.0, "longitude": 1.0})),
    "conversations.stop_answer": Knock(stops, changes=True),
    **OF_PICKING,
    "conversations.stop_all": Knock(says("/stop"), changes=True),
    "conversations.press_stop": Knock(presses("turn:stop:{turn_id}")),  # it was stopped by the one before
    "visibility.choose_visibility": Knock(presses("sees:{workspace_id}:own"), managers=True, changes=True),
    **OF_AGENTS,
    **OF_ASSISTANTS,
    **OF_TEAMS,
    **OF_GROUPS,
}

DEEP_LINKS = (
    "guessed-code",
    "x" * 64,
    "task_1_1",
    "contact_1_1",
    "call_1_1",
    "task_1_x",
    "help",
    "",
    "team-1",
    "t:1:undo",
    "../start",
    "да",
)  # what may follow /start
