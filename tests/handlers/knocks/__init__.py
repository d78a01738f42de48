"""Every handler, and the update that knocks at it; a new handler needs a line here, or test_doors.py fails."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.handlers.doors import (
    GUEST,
    THEIRS,
    Facts,
    Knock,
    adds_bot,
    asks_inline,
    bot_becomes,
    chooses,
    chosen,
    confirmed,
    edits,
    group_tells,
    guest_becomes,
    opens_link,
    presses,
    presses_in_group,
    replies_to_task,
    says,
    shares,
    stops,
    unblocks,
)
from tests.telegram import a_user

ZOE = {"type": "hidden_user", "date": 1, "sender_user_name": "Zoe"}
IN_A_WEEK = datetime.now(UTC) + timedelta(days=7)
CARD = "t:{task_id}.{task_version}:"
ANONYMOUS = 1087968824  # GroupAnonymousBot
TEAM = "team:{workspace_id}"
OF_TEAMS: Mapping[str, Knock] = {
    "teams.show_team": Knock(says("/team")),
    "teams.open_team": Knock(presses(TEAM)),
    "teams.list_members": Knock(presses(TEAM + ":all:0")),
    "teams.show_member": Knock(presses(TEAM + ":who:{clara}")),
    "teams.ask_name": Knock(presses(TEAM + ":name")),
    "teams.rename_team": Knock(says("Renamed"), managers=True, changes=True, first=presses(TEAM + ":name")),
    "regions.ask_region": Knock(presses(TEAM + ":region")),
    "regions.set_region": Knock(
        says("Germany"), managers=True, changes=True, first=presses(TEAM + ":region")
    ),
    "teams.list_teams": Knock(presses(TEAM + ":mine")),
    "teams.confirm_owner": Knock(presses(TEAM + ":sure:{dora}:owner")),
    "teams.change_role": Knock(presses(TEAM + ":role:{dora}:manager"), managers=True, changes=True),
    "teams.found_team": Knock(says("Another"), changes=True, first=presses(TEAM + ":found")),
    "teams.switch_team": Knock(presses(TEAM + ":go:{workspace_id}"), changes=True),
    "invites.open_link": Knock(opens_link, changes=True),
    "invites.choose_link": Knock(presses(TEAM + ":invite")),
    "invites.make_link": Knock(presses(TEAM + ":link:member:24:1"), managers=True, changes=True),
    "invites.list_links": Knock(presses(TEAM + ":links"), managers=True),
    "invites.revoke_link": Knock(presses(TEAM + ":stop:{invite_id}"), managers=True, changes=True),
    "invites.decide_account": Knock(presses("account:{account_invite_id}:no"), managers=True, changes=True),
    "invites.make_account_link": Knock(presses(TEAM + ":account:{dora}"), managers=True, changes=True),
    "removals.ask_heir": Knock(presses(TEAM + ":end:{dora}"), managers=True),
    "removals.end_membership": Knock(presses(TEAM + ":to:{dora}:0"), managers=True, changes=True),
    "requests.list_requests": Knock(says("/requests")),
    "requests.open_card": Knock(presses("ask:card:{group_id}"), managers=True),
    "requests.answer_one": Knock(presses("ask:yes:{group_id}:{asking_id}"), managers=True, changes=True),
    "requests.approve_all": Knock(presses("ask:all:{group_id}:{mark}"), managers=True, changes=True),
}
OF_GROUPS: Mapping[str, Knock] = {
    "groups.greet": Knock(adds_bot, changes=True),
    "groups.greet_unknown": Knock(bot_becomes("left", "member", by=ANONYMOUS), news=True),
    "groups.thank": Knock(bot_becomes("member", "administrator"), changes=True, news=True),
    "groups.lose_sight": Knock(bot_becomes("administrator", "member"), changes=True, news=True),
    "groups.see_off": Knock(guest_becomes("member", "left"), changes=True, news=True),
    "groups.see_back": Knock(guest_becomes("left", "member"), changes=True, news=True),
    "groups.read_departure": Knock(group_tells(left_chat_member=a_user(GUEST)), changes=True, news=True),
    "groups.read_arrivals": Knock(group_tells(new_chat_members=[a_user(GUEST)]), changes=True, news=True),
    "groups.lose_chat": Knock(bot_becomes("member", "left"), changes=True, news=True),
    "groups.find_chat": Knock(unblocks, news=True),
    "group_answers.show_choice": Knock(says("/answers")),
    "group_answers.choose": Knock(presses_in_group("answers:live"), managers=True, changes=True),
    "groups.separate": Knock(presses_in_group("group:own:{workspace_id}"), managers=True, changes=True),
    "groups.follow": Knock(group_tells(migrate_to_chat_id=-1001234567890), changes=True, news=True),
}
OF_TASKS: Mapping[str, Knock] = {
    "tasks.create_task": Knock(says("/task tomorrow 10:00 water the plants"), changes=True),
    "tasks.answer_task": Knock(says("water the roses"), changes=True, first=says("/task")),
    "tasks.confirm_task": confirmed("confirm", "/task yesterday 10:00 tea"),
    "tasks.reread_task": Knock(edits("/task tomorrow 11:00 another"), changes=True),
    "quick_adds.reread": Knock(edits("tomorrow 12:00 another"), changes=True),
    "quick_adds.save_at_once": Knock(says("water the lawn tomorrow 10:00"), changes=True),
    "task_lists.list_tasks": Knock(says("/tasks mine")),
    "task_lists.turn_list": Knock(presses("tl:-:>{task_id}:")),
    "task_lists.turn_old_list": Knock(presses("tasks:0")),
    "task_lists.open_picker": Knock(presses("tl:-:contact:")),
    "task_lists.open_task": Knock(presses("t:{task_id}:open")),
    "finishing.finish_tasks": Knock(says("/done 103"), changes=True),
    "finding.find_tasks": Knock(says("/find silverpea")),
    "agenda.show_agenda": Knock(says("/agenda")),
    "agenda.return_to_agenda": Knock(presses("ag:show")),
    "agenda.finish_on_agenda": Knock(presses("ag:done:{undone_task_id}.1"), changes=True),
    "overdue.offer_days": Knock(presses("od:m.o:move")),
    "overdue.offer_heirs": Knock(presses("od:m.o:who")),
    "overdue.hand_over_overdue": Knock(presses("od:o:give:{dora}"), changes=True),
    "overdue.move_overdue": Knock(presses("oa:o:to:t"), changes=True),
    "digests.put_off": Knock(presses("dg:{undone_task_id}")),
    "zone_changes.keep_clocks": Knock(presses("tz:clock")),
    "zone_changes.keep_moments": Knock(presses("tz:moment:Asia/Tokyo")),
    "away.go_away": Knock(says("/away")),
    "away.leave_for": Knock(presses("away:for:week"), changes=True),
    "away.ask_until": Knock(presses("away:ask")),
    "away.turn_month": Knock(presses("away:move:2099-01")),
    "away.choose_day": Knock(presses(f"away:day:{IN_A_WEEK:%Y-%m-%d}"), changes=True),
    "away.show_card": Knock(presses("away:card")),
    "away.answer_until": Knock(says("for two weeks"), changes=True, first=presses("away:ask")),
    "away.offer_colleagues": Knock(presses("away:who")),
    "away.choose_substitute": Knock(presses("away:in:{clara}"), changes=True),
    "away.press_back": Knock(presses("away:back"), changes=True),
    "away.come_back": Knock(says("/back")),
    "away.say_back": Knock(says("I am back")),
    "stats.show_stats": Knock(says("/stats")),
    "stats.turn_stats": Knock(presses("stats:month")),
    "task_menus.open_menu": Knock(presses(CARD + "more")),
    "task_menus.close_menu": Knock(presses(CARD + "card")),
    "task_menus.change_task": Knock(presses(CARD + "prio:high"), changes=True),
    "task_menus.set_status": Knock(presses(CARD + "status:deferred"), changes=True),
    "task_menus.complete_from_card": Knock(presses(CARD + "done"), changes=True),
    "task_menus.take_back": Knock(presses(CARD + "undo"), changes=True),
    "task_menus.bring_back": Knock(presses("t:{task_id}:back"), changes=True),
    "tasks.complete_task": Knock(
        presses("done:{task_id}"), changes=True, first=presses(CARD + "status:deferred")
    ),
    "task_moving.open_snooze": Knock(presses(CARD + "snooze")),
    "task_moving.snooze_task": Knock(presses(CARD + "snooze:hour"), changes=True),
    "task_moving.open_calendar": Knock(presses(CARD + "move:2087-01")),
    "task_moving.pick_day": Knock(presses(CARD + "day:2087-01-15"), changes=True),
    "task_moving.press_nothing": Knock(presses("·")),
    # the next two find no question open; what follows one is tested beside each
    "task_moving.confirm_moment": Knock(presses("when.{task_id}:yes:1")),
    "task_assignees.choose_assignee": Knock(presses("who:1:{clara}")),
    "task_checklists.show_checklist": Knock(presses(CARD + "list")),
    "task_checklists.tick_item": Knock(presses(CARD + "tick:{item_id}"), changes=True),
    "task_checklists.remove_item": Knock(presses(CARD + "drop:{item_id}"), changes=True),
    "task_questions.ask_about_task": Knock(presses(CARD + "say")),
    "task_questions.answer_about_task": Knock(says("noted"), changes=True, first=presses(CARD + "say")),
    "task_talk.show_comments": Knock(presses(CARD + "talk")),
    "task_talk.show_watchers": Knock(presses(CARD + "watch")),
    "task_talk.change_watcher": Knock(presses(CARD + "watch:{anna}"), changes=True),
    "task_talk.show_files": Knock(presses(CARD + "files")),
    "task_talk.send_file": Knock(presses(CARD + "file:0")),
    "task_replies.add_to_task": Knock(replies_to_task, changes=True),
    "forwards.take_message": Knock(shares(text="what do you think", forward_origin=ZOE)),
    "forwards.decide_forward": Knock(presses("fwd:{forward_mark}:task"), changes=True),
    "task_menus.take_message_back": Knock(presses("m:{task_message_id}:undo"), changes=True),
}
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

CONTACT_CARD = "k:{contact_ids[0]}."  # and the version that was shown
A_FILE = {"file_id": "cards", "file_unique_id": "cards", "file_name": "cards.vcf", "file_size": 100}


def saves_file() -> Knock:
    """Yes to what a file of contacts asks; its button names the update that brought it."""
    sent: list[int] = []

    def send(user_id: int, facts: Facts) -> dict[str, Any]:
        update = shares(document=A_FILE)(user_id, facts)
        sent.append(update["update_id"])
        return update

    def agree(user_id: int, facts: Facts) -> dict[str, Any]:
        return presses(f"vcf:yes:{sent[-1]}")(user_id, facts)

    return Knock(agree, changes=True, first=send)


OF_CONTACTS: Mapping[str, Knock] = {
    "contacts.saving.save_contact": Knock(says("/contact Ivanov +7 999 111-22-33"), changes=True),
    "contacts.saving.create_contact": Knock(presses("knew:Zaitsev"), changes=True),
    "contacts.saving.save_shared_contact": Knock(
        shares(contact={"phone_number": "79990001122", "first_name": "Zoe"}), changes=True
    ),
    "contacts.lists.list_contacts": Knock(says("/contacts")),
    "contacts.lists.turn_contacts": Knock(presses("contacts:all:+{contact_ids[0]}")),
    "contacts.lists.open_contact": Knock(presses("contact:{contact_ids[0]}")),
    "contacts.editing.open_menu": Knock(presses(CONTACT_CARD + "1:edit")),
    "contacts.editing.ask_field": Knock(presses(CONTACT_CARD + "1:ask:note")),
    "contacts.editing.type_field": Knock(
        says("asked for the price"), changes=True, first=presses(CONTACT_CARD + "1:ask:note")
    ),
    "contacts.vcards.send_vcard": Knock(presses(CONTACT_CARD + "1:vcf")),
    "contacts.vcards.read_vcards": Knock(shares(document=A_FILE)),
    "contacts.vcards.save_vcards": saves_file(),
    "contacts.merging.offer_merge": Knock(presses(CONTACT_CARD + "1:merge")),
    "contacts.merging.compare_contacts": Knock(presses(CONTACT_CARD + "1:into:{contact_ids[1]}")),
    "contacts.merging.merge_contacts": Knock(
        presses("k:{contact_ids[1]}.1:join:{contact_ids[0]}"), changes=True
    ),
    "contacts.editing.change_contact": Knock(presses("k:{contact_ids[2]}.1:stage:won"), changes=True),
    "contacts.editing.delete_contact": Knock(presses("k:{contact_ids[3]}.1:del"), changes=True),
    "contacts.editing.bring_back": Knock(presses("k:{contact_ids[3]}.2:back"), changes=True),
}


def with_table(step: str, changes: bool = False) -> Knock:
    """A button of the import that the same person's document opens; it names the update that opened it."""
    opened: list[int] = []

    def send(user_id: int, facts: Facts) -> dict[str, Any]:
        update = shares(document=TABLE, caption="/import")(user_id, facts)
        opened.append(update["update_id"])
        return update

    def press(user_id: int, facts: Facts) -> dict[str, Any]:
        return presses(f"im:{opened[-1]}:{step}")(user_id, facts)

    return Knock(press, changes=changes, first=send)


TABLE = {"file_id": "table", "file_unique_id": "table", "file_name": "people.csv", "file_size": 60}
OF_FILES: Mapping[str, Knock] = {
    "exports.choose_export": Knock(says("/export")),
    "exports.send_export": Knock(presses("export:tasks:json")),
    "imports.ask_file": Knock(says("/import")),
    "imports.take_document": Knock(shares(document=TABLE)),
    "imports.choose_kind": with_table("kind:contacts"),
    "imports.show_columns": with_table("cols:0"),
    "imports.ask_field": with_table("col:0"),
    "imports.set_field": with_table("set:0:name"),
    "imports.show_preview": with_table("try"),
    "imports.take_in": with_table("go", changes=True),
    "imports.cancel": with_table("no"),
    "imports.take_back": Knock(presses("imported:{import_id}:undo"), changes=True),
    "feeds.show_calendar": Knock(says("/calendar")),
    "feeds.make_address": Knock(presses("feed:{workspace_id}:new"), changes=True),
    "feeds.end_address": Knock(presses("feed:{workspace_id}:end"), changes=True),
    "feeds.send_calendar": Knock(presses("feed:{workspace_id}:file")),
}


def with_agents(step: str, *, changes: bool = False) -> Knock:
    """A button of the file that the same person sends; it names the update that brought it."""
    sent: list[int] = []

    def send(user_id: int, facts: Facts) -> dict[str, Any]:
        update = shares(document=AGENTS)(user_id, facts)
        sent.append(update["update_id"])
        return update

    def press(user_id: int, facts: Facts) -> dict[str, Any]:
        return presses(f"af:{step.format(of=sent[-1])}")(user_id, facts)

    return Knock(press, managers=True, changes=changes, first=send)


AGENTS = {"file_id": "agents", "file_unique_id": "agents", "file_name": "team.yaml", "file_size": 60}
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
KNOCKS: Mapping[str, Knock] = {
    "start.start": Knock(says("/start")),
    "links.open_number": Knock(says("#103")),
    "questions.drop_question": Knock(says("cancel"), first=says("/task")),
    "help.show_help": Knock(says("/help")),
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
