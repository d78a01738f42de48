"""Assistants: keeping them, and choosing among them."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, answers_own, presses, says, shares

AGENTS = {"file_id": "agents", "file_unique_id": "agents", "file_name": "team.yaml", "file_size": 60}


def with_agents(step: str, *, changes: bool = False) -> Knock:
    """A button of what a file of assistants asks."""
    return answers_own(shares(document=AGENTS), f"af:{step}", managers=True, changes=changes)


AGENT = "as:{agent_id}."  # and the version, which each change counts up, so that these are in order; what is
# typed into a question that a member can't open is refused with the question
OF_AGENTS: Mapping[str, Knock] = {
    "agents.list_agents": Knock(says("/agents")),
    "agents.turn_list": Knock(presses("asl:0")),
    "agents.ask_new": Knock(presses("asl:new")),
    "agents.new_agent": Knock(says("/agent_new Accountant: counts"), managers=True, changes=True),
    "agents.keeping.open_agent": Knock(presses(AGENT + "1:card")),
    "agents.editing.open_edit": Knock(presses(AGENT + "1:edit"), managers=True),
    "agents.editing.ask_field": Knock(presses(AGENT + "1:ask:names"), managers=True),
    "agents.editing.type_field": Knock(says("Renamed"), changes=True, first=presses(AGENT + "1:ask:names")),
    "agents.editing.type_file": Knock(
        shares(document=AGENTS), changes=True, first=presses(AGENT + "2:ask:instructions")
    ),
    "agents.editing.save_mine": Knock(presses(AGENT + "3:mine"), managers=True),
    "agents.editing.open_choices": Knock(presses(AGENT + "3:pick:tools"), managers=True),
    "agents.editing.choose": Knock(presses(AGENT + "3:set:is_default"), managers=True, changes=True),
    "agents.keeping.show_versions": Knock(presses(AGENT + "4:log:0"), managers=True),
    "agents.keeping.show_version": Knock(presses(AGENT + "4:ver:2"), managers=True),
    "agents.keeping.roll_back": Knock(presses(AGENT + "4:back:1"), managers=True, changes=True),
    "agents.keeping.copy_agent": Knock(presses(AGENT + "5:copy:here"), managers=True, changes=True),
    "agents.keeping.hide_agent": Knock(presses("as:{shared_agent_id}.1:hide"), managers=True, changes=True),
    "agents.keeping.replace_agent": Knock(presses("as:{shared_agent_id}.1:own"), managers=True, changes=True),
    "agents.trials.ask_trial": Knock(presses(AGENT + "5:try"), managers=True),
    "agents.trials.try_agent": Knock(says("What is a risk?"), first=presses(AGENT + "5:try")),
    "agents.keeping.ask_deletion": Knock(presses(AGENT + "5:del"), managers=True),
    "agents.files.send_file": Knock(presses("af:export:own"), managers=True),
    "agents.files.ask_file": Knock(presses("af:import")),
    "agents.files.read_file": Knock(shares(document=AGENTS), managers=True),
    "agents.files.look_at_file": with_agents("look:{of}:own"),
    "agents.files.take_file": with_agents("save:{of}:own", changes=True),
    "agents.files.drop_file": with_agents("no:{of}"),
    "agents.keeping.delete_agent": Knock(presses(AGENT + "5:gone"), managers=True, changes=True),
}
OF_PICKING: Mapping[str, Knock] = {
    "picking.choose_agent": Knock(says("/agent")),
    "picking.press_pick": Knock(presses("pick:{owner_user_id}:off")),
    "picking.ask_once": Knock(says("/ask")),
    "picking.press_ask": Knock(presses("ask1:1")),
    "picking.ask_named": Knock(says("What is new?"), changes=True, first=says("/ask assistant")),
    "picking.explain": Knock(says("/why")),
    "picking.open_binding": Knock(presses("bind:all")),
    "picking.press_binding": Knock(presses("bind:all:off")),
    "picking.ask_held": Knock(presses("held:1:1")),
}
