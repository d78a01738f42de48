"""Every handler, and how it is knocked at. A new handler needs a line here, or tests/handlers/test_doors.py fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.telegram import ME, a_change, a_group, a_message, a_press, a_reply, a_user, an_update, private

THEIRS = "silverpear"  # in every text of the team that is knocked at
PHONE = "+79991234567"
OWNER, STRANGER, OTHER, REMOVED, MEMBER, DORA, GUEST, ASKING, NEW_ACCOUNT = range(501, 510)
Update = Callable[[int, "Facts"], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Facts:
    """Ids of the team that is knocked at, as a knock may name them. `undone_task_id` is touched by one knock alone.
    `code` is of a link that works, `group_id` our
    row of the team's group and `telegram_group` Telegram's id of it; `mark` stands for those who ask but the first."""

    workspace_id: int
    task_number: int
    task_id: int
    task_message_id: int
    undone_task_id: int
    task_version: int
    item_id: int
    forward_mark: str
    call_id: int
    contact_ids: tuple[int, ...]  # four; the first has a phone, a call and notes
    contact_id: int
    other_contact_id: int
    reminder_id: int
    reminder_message_id: int
    delivery_id: int
    task_delivery_id: int
    turn_id: int
    proposal_ids: tuple[int, ...]  # four of the owner's; the third has expired
    owner_user_id: int
    inline_mark: str
    invite_id: int
    account_invite_id: int
    code: str
    group_id: int
    telegram_group: int
    asking_id: int
    mark: str
    import_id: int
    agent_id: int  # the team's own
    shared_agent_id: int  # the bot's
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


def answers_own(first: Update, data: str, *, managers: bool = False, changes: bool = False) -> Knock:
    """A button that names the update which the same person sent first, `{of}` in its data."""
    sent: list[int] = []

    def send(user_id: int, facts: Facts) -> dict[str, Any]:
        update = first(user_id, facts)
        sent.append(update["update_id"])
        return update

    def press(user_id: int, facts: Facts) -> dict[str, Any]:
        return presses(data.replace("{of}", str(sent[-1])))(user_id, facts)

    return Knock(press, managers=managers, changes=changes, first=send)


def confirmed(about: str, line: str) -> Knock:
    """Yes to the question that a line opens."""
    return answers_own(says(line), f"{about}:yes:{{of}}", changes=True)


def chosen(line: str, contact_id: str) -> Knock:
    """Whom a line meant, which names several."""
    return answers_own(says(line), f"callwho:{{of}}:{contact_id}", changes=True)


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


def replies_to_task(user_id: int, facts: Facts) -> dict[str, Any]:
    return an_update(message=a_reply(user_id, "noted", f"done:{facts.task_id}"))
