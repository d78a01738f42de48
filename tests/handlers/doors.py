"""Every handler, and how it is knocked at. A new handler needs a line here, or tests/handlers/test_doors.py fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.telegram import ME, a_change, a_group, a_message, a_press, a_user, an_update, private

THEIRS = "silverpear"  # in every text of the team that is knocked at
PHONE = "+79991234567"
OWNER, STRANGER, OTHER, REMOVED, MEMBER, DORA, GUEST, ASKING, NEW_ACCOUNT = range(501, 510)
Update = Callable[[int, "Facts"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Ids of the team that is knocked at, as a knock may name them. `code` is of a link that works, `group_id` our
    row of the team's group and `telegram_group` Telegram's id of it; `mark` stands for those who ask but the first."""

    workspace_id: int
    task_number: int
    task_id: int
    task_message_id: int
    call_id: int
    contact_id: int
    reminder_id: int
    reminder_message_id: int
    delivery_id: int
    turn_id: int
    owner_user_id: int
    inline_mark: str
    invite_id: int
    account_invite_id: int
    code: str
    group_id: int
    telegram_group: int
    asking_id: int
    mark: str
    members: Mapping[str, int]  # member_id by name: anna, boris, clara, dora


@dataclass(frozen=True, slots=True)
class Knock:
    """One update that reaches the handler, when it comes from `user_id`, after `first`. Of `managers` only, a plain
    member is tried too; `changes` says that it changes the team when its owner knocks, so that a refusal can be
    seen. `news` is told by Telegram of a chat and by nobody: of the team's for its owner, of another for others."""

    update: Update
    managers: bool = False
    changes: bool = False
    first: Update | None = None
    news: bool = False


def says(text: str) -> Update:
    """`text` may name {facts}."""
    return lambda user_id, facts: an_update(message=a_message(user_id, text=filled(text, facts)))


def edits(text: str, of: str = "task_message_id") -> Update:
    """The message that made the team's task or reminder, or one of the same number in another chat."""

    def update(user_id: int, facts: Facts) -> dict[str, Any]:
        said = a_message(user_id, text=text, message_id=getattr(facts, of))
        return an_update(edited_message=said | {"edit_date": said["date"]})

    return update


def shares(**what: Any) -> Update:
    return lambda user_id, facts: an_update(message=a_message(user_id, **what))


def presses(data: str) -> Update:
    return lambda user_id, facts: an_update(callback_query=a_press(user_id, filled(data, facts)))


def confirmed(about: str, line: str) -> Knock:
    """Yes to the question that a line opens; its button names the update that asked."""
    asked: list[int] = []

    def ask(user_id: int, facts: Facts) -> dict[str, Any]:
        update = says(line)(user_id, facts)
        asked.append(update["update_id"])
        return update

    def agree(user_id: int, facts: Facts) -> dict[str, Any]:
        return presses(f"{about}:yes:{asked[-1]}")(user_id, facts)

    return Knock(agree, changes=True, first=ask)


def presses_in_group(data: str) -> Update:
    """The team's own people press in the team's group; others have no way into it."""

    def update(user_id: int, facts: Facts) -> dict[str, Any]:
        is_theirs = user_id in (facts.owner_user_id, MEMBER)
        where = {"chat": a_group(facts.telegram_group)} if is_theirs else {}
        return an_update(callback_query=a_press(user_id, filled(data, facts), **where))

    return update


def opens_link(user_id: int, facts: Facts) -> dict[str, Any]:
    """A link that works is the owner's alone to open: it lets in whoever has it."""
    code = facts.code if user_id == facts.owner_user_id else "guessed-code"
    return an_update(message=a_message(user_id, text=f"/start {code}"))


def asks_inline(query: str) -> Update:
    return lambda user_id, facts: an_update(
        inline_query={"id": "1", "from": a_user(user_id), "query": query, "offset": ""}
    )


def chooses(result_id: str) -> Update:
    """What was posted, told by Telegram."""
    return lambda user_id, facts: an_update(
        chosen_inline_result={
            "result_id": filled(result_id, facts),
            "from": a_user(user_id),
            "query": "",
            "inline_message_id": f"posted-by-{user_id}",
        }
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


def group_of(user_id: int, facts: Facts) -> dict[str, Any]:
    return a_group(facts.telegram_group if user_id == facts.owner_user_id else -user_id)


def bot_becomes(old: str, new: str, by: int | None = None) -> Update:
    """The bot in a group, by whoever knocks, or by `by`."""

    def update(user_id: int, facts: Facts) -> dict[str, Any]:
        who = a_user(by, is_bot=True, username="GroupAnonymousBot") if by else a_user(user_id)
        return an_update(
            my_chat_member=a_change(group_of(user_id, facts), who, ME.model_dump(exclude_none=True), old, new)
        )

    return update


def adds_bot(user_id: int, facts: Facts) -> dict[str, Any]:
    """To a group of their own."""
    me = ME.model_dump(exclude_none=True)
    return an_update(my_chat_member=a_change(a_group(-user_id), a_user(user_id), me, "left", "member"))


def unblocks(user_id: int, facts: Facts) -> dict[str, Any]:
    me = ME.model_dump(exclude_none=True)
    return an_update(my_chat_member=a_change(private(user_id), a_user(user_id), me, "kicked", "member"))


def guest_becomes(old: str, new: str) -> Update:
    def update(user_id: int, facts: Facts) -> dict[str, Any]:
        guest = a_user(GUEST)
        return an_update(chat_member=a_change(group_of(user_id, facts), guest, guest, old, new))

    return update


def group_tells(**what: Any) -> Update:
    """A service message of a group."""
    return lambda user_id, facts: an_update(message=a_message(user_id, chat=group_of(user_id, facts), **what))


def filled(text: str, facts: Facts) -> str:
    names = {name: getattr(facts, name) for name in facts.__dataclass_fields__ if name != "members"}
    return text.format(**names, **facts.members)


ANONYMOUS = 1087968824  # GroupAnonymousBot
TEAM = "team:{workspace_id}"
OF_TEAMS: Mapping[str, Knock] = {
    "teams.show_team": Knock(says("/team")),
    "teams.open_team": Knock(presses(TEAM)),
    "teams.list_members": Knock(presses(TEAM + ":all:0")),
    "teams.show_member": Knock(presses(TEAM + ":who:{clara}")),
    "teams.ask_name": Knock(presses(TEAM + ":name")),
    "teams.rename_team": Knock(says("Renamed"), managers=True, changes=True, first=presses(TEAM + ":name")),
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
    "tasks.list_tasks": Knock(says("/tasks")),
    "tasks.turn_page": Knock(presses("tasks:0")),
    "task_menus.open_menu": Knock(presses("t:{task_id}:date")),
    "task_menus.close_menu": Knock(presses("t:{task_id}:card")),
    "task_menus.change_task": Knock(presses("t:{task_id}:prio:high"), changes=True),
    "task_menus.take_back": Knock(presses("t:{task_id}:undo"), changes=True),
    "task_menus.bring_back": Knock(presses("t:{task_id}:back"), changes=True),
    "tasks.complete_task": Knock(presses("done:{task_id}"), changes=True),
    "task_menus.take_message_back": Knock(presses("m:{task_message_id}:undo"), changes=True),
}

KNOCKS: Mapping[str, Knock] = {
    "start.start": Knock(says("/start")),
    "help.show_help": Knock(says("/help")),
    "help.open_topic": Knock(presses("help:tasks")),
    "start.type_timezone": Knock(says("Europe/Berlin"), changes=True),
    "start.choose_language": Knock(presses("language:ru"), changes=True),
    "start.choose_timezone": Knock(presses("zone:Europe/Berlin"), changes=True),
    "settings.show_settings": Knock(says("/settings")),
    "settings.press_settings": Knock(presses("set:{owner_user_id}:hours:10:00-19:00"), changes=True),
    "settings.type_setting": Knock(says("8:30"), changes=True, first=presses("set:{owner_user_id}:morning")),
    "history.show_history": Knock(says("/history {task_number}")),
    "history.turn_history": Knock(presses("history:task:{task_id}:0")),
    "calls.log_call": Knock(says("/call Petrov +7 999 765-43-21 no answer"), changes=True),
    "calls.list_calls": Knock(says("/calls")),
    "calls.take_back_call": Knock(presses("c:{call_id}:undo"), changes=True),
    "contacts.save_contact": Knock(says("/contact Ivanov +7 999 111-22-33"), changes=True),
    "contacts.save_shared_contact": Knock(
        shares(contact={"phone_number": "79990001122", "first_name": "Zoe"}), changes=True
    ),
    "reminders.create_reminder": Knock(says("/remind in 20 minutes tea"), changes=True),
    "reminders.reread_reminder": Knock(
        edits("/remind in 40 minutes tea", of="reminder_message_id"), changes=True
    ),
    "reminders.answer_reminder": Knock(says("in 20 minutes coffee"), changes=True, first=says("/remind")),
    "reminders.confirm_reminder": confirmed("remind", "/remind yesterday 10:00 tea"),
    "reminders.acknowledge_reminder": Knock(presses("ack:{delivery_id}"), changes=True),
    "history.undo_last": Knock(says("/undo"), changes=True),
    "reminders.take_back_reminder": Knock(presses("r:{reminder_id}:undo"), changes=True),
    **OF_TASKS,
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
    "visibility.choose_visibility": Knock(presses("sees:{workspace_id}:own"), managers=True, changes=True),
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
