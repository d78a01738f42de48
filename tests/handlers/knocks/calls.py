"""Calls: the line, the lists, and all that a card does."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, chosen, edits, presses, says

CALL = "c:{call_id}"  # each change counts its version up, so that these are in order
OF_CALLS: Mapping[str, Knock] = {
    "calls.logs.log_call": Knock(says("/call Petrov +7 999 765-43-21 no answer"), changes=True),
    "calls.logs.answer_call": Knock(says("Sidorov busy"), changes=True, first=says("/call")),
    "calls.logs.reread_call": Knock(edits("/call Orlov busy"), changes=True),
    "calls.logs.choose_who": chosen("/call Petrov Sidorov busy", "{contact_id}"),
    "calls.logs.start_call": Knock(presses("callfor:{contact_id}"), changes=True),
    "calls.lists.list_calls": Knock(says("/calls")),
    "calls.lists.turn_calls": Knock(presses("calls:a--.:f")),
    "calls.lists.open_filters": Knock(presses("calls:a--.:c")),
    "calls.menus.open_menu": Knock(presses(CALL + ".1:menu:who")),
    "calls.menus.show_call": Knock(presses(CALL + ":open")),
    "calls.menus.change_call": Knock(presses(CALL + ".1:out:busy"), changes=True),
    "calls.menus.choose_contact": Knock(presses(CALL + ".2:who:{other_contact_id}"), changes=True),
    "calls.steps.plan_next": Knock(presses(CALL + ".3:next:1"), changes=True),
    "calls.typed.type_field": Knock(
        says("wants it by Friday"), changes=True, first=presses(CALL + ".4:type:notes")
    ),
    "calls.steps.take_offer": Knock(presses(CALL + ".5:task:0"), changes=True),
    "calls.typed.ask_field": Knock(presses(CALL + ".6:type:notes")),
    "calls.menus.take_back_call": Knock(presses(CALL + ":undo"), changes=True),
    "calls.menus.bring_back_call": Knock(presses(CALL + ":back"), changes=True),
}
