"""Conversations: what is sent to assistants, what they keep, and what they cost."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, presses, says, shares

MEMORY, MONEY = "mem:{owner_user_id}", "use:{workspace_id}"
SPOKEN = {"file_id": "v", "file_unique_id": "v", "duration": 2}
PICTURE = {"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}
OF_ASSISTANTS: Mapping[str, Knock] = {
    "media.hear": Knock(shares(voice=SPOKEN), changes=True),
    "media.show": Knock(shares(photo=[PICTURE], caption="What is this?"), changes=True),
    "memory.remember": Knock(says("Remember that I prefer tea"), changes=True),
    "memory.show_memory": Knock(says("/memory")),
    "memory.open_memory": Knock(presses(MEMORY)),
    "memory.ask_fact": Knock(presses(MEMORY + ":edit:1")),
    "memory.type_fact": Knock(says("coffee"), changes=True, first=presses(MEMORY + ":edit:1")),
    "memory.forget_fact": Knock(presses(MEMORY + ":drop:1"), changes=True),
    "memory.offer_days": Knock(presses(MEMORY + ":days")),
    "memory.keep_for": Knock(presses(MEMORY + ":keep:30"), changes=True),
    "memory.start_afresh": Knock(says("/new"), changes=True),
    "memory.offer_erasing": Knock(says("/forget")),
    "memory.ask_erasing": Knock(presses(MEMORY + ":forget")),
    "memory.confirm_erasing": Knock(presses(MEMORY + ":sure:here")),
    "memory.erase": Knock(presses(MEMORY + ":erase:here"), changes=True),
    "usage.show_usage": Knock(says("/usage")),
    "usage.open_usage": Knock(presses(MONEY)),
    "usage.open_budgets": Knock(presses(MONEY + ":b")),
    "usage.open_target": Knock(presses(MONEY + ":t:member.1")),
    "usage.ask_budget": Knock(presses(MONEY + ":member.0:day")),
    "usage.press_budget": Knock(presses(MONEY + ":member.0:day:2"), managers=True, changes=True),
    "usage.type_budget": Knock(
        says("3"), managers=True, changes=True, first=presses(MONEY + ":member.0:day")
    ),
    "privacy.switch_assistants": Knock(presses("ai:{workspace_id}:off"), managers=True, changes=True),
}
