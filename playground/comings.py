"""Comings and goings: people and bots join, leave and are promoted; groups grow; people block the bot."""

from aiohttp import web

from playground.members import has_bot, post_service, set_status, status_of, tell_change
from playground.requests import json_of, place_of, wrong
from playground.world import Json, World

ACTIONS = {
    "join": "member", "leave": "left", "kick": "kicked", "promote": "administrator", "demote": "member",
}  # fmt: skip


class Comings:
    """Routes of the simulation side that change who is where."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def change(self, request: web.Request) -> web.Response:
        """{user_id, action, by?, quiet?}: of a person or of the bot; `by` is the person who does it, `quiet` as in
        large supergroups, where no line tells who comes and goes."""
        world, given, place = self._world, await json_of(request), place_of(self._world, request)
        user_id, action = int(given.get("user_id") or 0), str(given.get("action"))
        if place["chat"]["type"] == "private" or action not in ACTIONS:
            raise wrong("action is join, leave, kick, promote or demote, and the chat is a group")
        who = world.users.get(user_id) or world.bots.get(user_id)
        by_whom = given.get("by") or (user_id if action in ("join", "leave") else place.get("creator"))
        by = world.users.get(int(by_whom or 0)) or (
            who if action == "leave" else world.users.get(place["creator"])
        )
        if who is None or by is None:
            raise wrong("there is no such user")
        before = status_of(world, place, user_id)
        if (before in ("left", "kicked")) != (action == "join") or before == ACTIONS[action]:
            raise wrong(f"that user is {before} here already")
        set_status(world, place, user_id, ACTIONS[action], by)
        if action in ("join", "leave", "kick") and not given.get("quiet"):
            post_service(world, place, by, _line(action, _bare(who)))
        await world.tell()
        return web.json_response({"status": ACTIONS[action]})

    async def migrate(self, request: web.Request) -> web.Response:
        """The group becomes a supergroup with another id; {by?} is who made it one."""
        world, given, place = self._world, await json_of(request), place_of(self._world, request)
        if place["chat"]["type"] != "group" or place.get("migrated_to"):
            raise wrong("only a group that is no supergroup yet can become one")
        by = world.users.get(given.get("by") or place["creator"]) or world.users[place["creator"]]
        chat = world.add_chat("supergroup", place["chat"]["title"], place["members"])
        new = world.chats[chat["id"]]
        new |= {key: place[key] for key in place if key not in ("chat", "members")}
        world.keep_chat(chat["id"])
        for bot_id in world.bots:  # told first, and as if the bot had just been added: so does Telegram
            if has_bot(new, bot_id):
                tell_change(world, new, bot_id, "left", status_of(world, new, bot_id), by)
        post_service(world, place, by, {"migrate_to_chat_id": chat["id"]})
        post_service(world, new, by, {"migrate_from_chat_id": place["chat"]["id"]})
        place["migrated_to"] = chat["id"]
        world.keep_chat(place["chat"]["id"])
        await world.tell()
        return web.json_response({"id": chat["id"]})

    async def block(self, request: web.Request) -> web.Response:
        """{user_id, blocked}: a person blocks the bot in private, or lets it write again."""
        world, given, place = self._world, await json_of(request), place_of(self._world, request)
        user = world.users.get(given.get("user_id") or 0)
        if user is None or place["chat"]["id"] != user["id"]:
            raise wrong("a bot is blocked in one's own private chat")
        blocked = bool(given.get("blocked"))
        for bot_id in world.bots:
            if (bot_id in place["blocked"]) == blocked:
                continue
            place["blocked"] = [*place["blocked"], bot_id] if blocked else []
            before, after = ("member", "kicked") if blocked else ("kicked", "member")
            tell_change(world, place, bot_id, before, after, user)
        world.keep_chat(place["chat"]["id"])
        await world.tell()
        return web.json_response({})


def _line(action: str, who: Json) -> Json:
    if action == "join":
        return {"new_chat_members": [who], "new_chat_member": who, "new_chat_participant": who}
    return {"left_chat_member": who, "left_chat_participant": who}


def _bare(user: Json) -> Json:
    kept = ("id", "is_bot", "first_name", "username", "language_code")
    return {key: user[key] for key in kept if key in user}
