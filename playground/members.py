"""Members: who is in a chat and as what, as the Bot API shows it, and what bots are told when that changes."""

from playground.world import Json, World

ANONYMOUS = {
    "id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot",
}  # fmt: skip
_RIGHTS = (
    "can_delete_messages", "can_manage_video_chats", "can_restrict_members", "can_promote_members",
    "can_change_info", "can_invite_users", "can_post_stories", "can_edit_stories", "can_delete_stories",
    "can_send_welcome_messages", "can_pin_messages", "can_manage_topics",
)  # fmt: skip
_SECRET = ("webhook", "commands", "texts", "allowed_updates")


def has_bot(place: Json, bot_id: int) -> bool:
    """Bots are in a group from its start, unless it was made without them, and until they go."""
    if bot_id in place.get("left", []):
        return False
    return bool(place.get("with_bot", True)) or bot_id in place.get("joined", [])


def status_of(world: World, place: Json, user_id: int) -> str:
    inside = has_bot(place, user_id) if user_id in world.bots else user_id in place["members"]
    if not inside:
        return "kicked" if user_id in place.get("kicked", []) else "left"
    if place.get("creator") == user_id:
        return "creator"
    return "administrator" if user_id in place.get("admins", []) else "member"


def member_of(world: World, user_id: int, status: str) -> Json:
    """ChatMember of the Bot API; an admin of this playground has no rights but to be one."""
    user = world.users.get(user_id) or world.bots[user_id]
    member: Json = {"user": {key: user[key] for key in user if key not in _SECRET}, "status": status}
    if status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True}
        member |= dict.fromkeys(_RIGHTS, False)
    if status == "creator":
        member["is_anonymous"] = False
    if status == "kicked":
        member["until_date"] = 0
    return member


def set_status(world: World, place: Json, user_id: int, status: str, by: Json) -> None:
    """Change what somebody is in a chat, and tell the bots: of themselves always, of others if they are admins."""
    before = status_of(world, place, user_id)
    is_bot = user_id in world.bots
    lists = {name: place.setdefault(name, []) for name in ("admins", "kicked", "left", "joined")}
    for name in ("admins", "kicked"):
        if user_id in lists[name]:
            lists[name].remove(user_id)
    inside = status in ("member", "administrator", "creator")
    if is_bot:
        _move(lists["left"], user_id, inside=not inside)
        _move(lists["joined"], user_id, inside=inside)
    else:
        _move(place["members"], user_id, inside=inside)
    if status == "administrator":
        lists["admins"].append(user_id)
    if status == "kicked":
        lists["kicked"].append(user_id)
    world.keep_chat(place["chat"]["id"])
    tell_change(world, place, user_id, before, status, by)


def tell_change(world: World, place: Json, user_id: int, before: str, after: str, by: Json) -> None:
    """The update my_chat_member of a bot, chat_member of anybody else."""
    body = {
        "chat": place["chat"],
        "from": {key: by[key] for key in by if key not in _SECRET},
        "date": world.now(),
        "old_chat_member": member_of(world, user_id, before),
        "new_chat_member": member_of(world, user_id, after),
    }
    for bot_id in world.bots:
        if bot_id == user_id:
            world.push(bot_id, "my_chat_member", body)
        elif user_id not in world.bots and status_of(world, place, bot_id) == "administrator":
            world.push(bot_id, "chat_member", body)


def post_service(world: World, place: Json, sender: Json, body: Json) -> Json:
    """A line of the chat itself, such as «Bob left the group»; bots hear those in any mode."""
    message = world.add_message(place["chat"]["id"], sender, body)
    for bot_id in world.bots:
        if has_bot(place, bot_id):
            world.push(bot_id, "message", message)
    return message


def _move(people: list[int], user_id: int, *, inside: bool) -> None:
    if inside and user_id not in people:
        people.append(user_id)
    if not inside and user_id in people:
        people.remove(user_id)
