"""Reminders: what a reminder's own buttons do, and the list of them."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, presses, says

PRESSED, LISTED = "rd:{delivery_id}:", "rc:{reminder_id}"
UNDONE = presses(PRESSED + "undo")
OF_REMINDERS: Mapping[str, Knock] = {
    "reminder_presses.offer_moments": Knock(presses(PRESSED + "snooze")),
    "reminder_presses.offer_days": Knock(presses(PRESSED + "move:2087-01")),
    "reminder_presses.offer_hours": Knock(presses(PRESSED + "day:2087-01-15")),
    "reminder_presses.ask_moment": Knock(presses(PRESSED + "when")),
    "reminder_presses.show_reminder_again": Knock(presses(PRESSED + "show")),
    "reminder_presses.show_reminder_alone": Knock(presses(PRESSED + "alone")),
    "reminder_presses.put_reminder_off": Knock(presses(PRESSED + "by:week"), changes=True),
    "reminder_presses.put_reminder_off_to": Knock(
        presses(PRESSED + "at:2087-01-15T10:00"), changes=True, first=UNDONE
    ),
    "reminder_presses.take_press_back": Knock(UNDONE, changes=True),
    "reminder_presses.type_moment": Knock(
        says("tomorrow 15:00"), changes=True, first=presses(PRESSED + "when")
    ),
    "reminder_presses.see_reminder": Knock(presses("ack:{delivery_id}"), changes=True, first=UNDONE),
    "reminder_presses.log_call": Knock(presses("rd:{task_delivery_id}:called")),
    "reminder_presses.complete_reminded": Knock(presses("rd:{task_delivery_id}:done"), changes=True),
    "reminder_lists.list_reminders": Knock(says("/reminders"), first=presses("rd:{task_delivery_id}:undo")),
    "reminder_lists.turn_reminders": Knock(presses("rl:{owner_user_id}:0")),
    "reminder_lists.open_reminder": Knock(presses(LISTED)),
    "reminder_lists.edit_from_message": Knock(presses(PRESSED + "edit")),
    "reminder_lists.set_nag": Knock(presses(LISTED + ":nag:15:5"), changes=True),
    "reminder_lists.ask_reminder_field": Knock(presses(LISTED + ":time")),
    "reminder_lists.type_reminder_field": Knock(
        says("in 3 hours"), changes=True, first=presses(LISTED + ":time")
    ),
    "reminder_lists.pause_reminder": Knock(presses(LISTED + ":pause"), changes=True),
    "reminder_lists.resume_reminder": Knock(presses(LISTED + ":resume"), changes=True),
    "reminder_lists.delete_reminder": Knock(presses(LISTED + ":del"), changes=True),
    "reminder_lists.keep_reminder": Knock(presses(LISTED + ":back"), changes=True),
}
