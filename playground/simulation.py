"""The simulation side: users, chats, and what the whole playground is told."""

from urllib.parse import quote

from aiohttp import web

from playground.comings import Comings
from playground.members import status_of, tell_change
from playground.presses import Presses
from playground.requests import json_of, wrong
from playground.talk import Talk, post
from playground.world import World


class Simulation:
    """Routes under /sim. JSON in, JSON out; a wrong request is 400 with a sentence."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        talk, presses, comings = Talk(self._world), Presses(self._world), Comings(self._world)
        chat = "/sim/chats/{chat_id:-?\\d+}"
        return [
            web.post("/sim/users", self.add_user),
            web.post("/sim/chats", self.add_chat),
            web.get("/sim/state", self.state),
            web.post(chat + "/messages", talk.say),
            web.patch(chat + "/messages/{message_id}", talk.edit),
            web.post(chat + "/messages/{message_id}/press", presses.press),
            web.get(chat + "/messages", talk.messages),
            web.get(chat + "/draft", talk.draft),
            web.post(chat + "/drafts/{draft_id}/stop", talk.stop),
            web.post(chat + "/members", comings.change),
            web.post(chat + "/migrate", comings.migrate),
            web.post(chat + "/block", comings.block),
            web.post("/sim/inline", presses.inline),
            web.get("/sim/files/{name:[0-9a-f]{16}}", self.file),
            web.get("/sim/calls", self.calls),
            web.get("/sim/faults", self.faults),
            web.post("/sim/faults", self.fault),
            web.post("/sim/settings", self.settings),
            web.post("/sim/sample", self.sample),
            web.post("/sim/reset", self.reset),
        ]

    async def add_user(self, request: web.Request) -> web.Response:
        given = await json_of(request)
        name = str(given.get("first_name") or "").strip()
        if not name:
            raise wrong("first_name is needed")
        user = self._world.add_user(name, given.get("username"), given.get("language_code"))
        return web.json_response({"id": user["id"]})

    async def add_chat(self, request: web.Request) -> web.Response:
        given = await json_of(request)
        kind, user_ids = given.get("type"), list(given.get("user_ids") or [])
        if kind not in ("private", "group", "supergroup") or not user_ids:
            raise wrong("type is private, group or supergroup, and user_ids names at least one user")
        if any(user_id not in self._world.users for user_id in user_ids):
            raise wrong("there is no such user")
        chat = self._world.add_chat(kind, given.get("title"), user_ids, is_forum=bool(given.get("is_forum")))
        if kind != "private":
            self._add_bots(chat["id"], with_bot=given.get("with_bot") is not False)
        await self._world.tell()
        return web.json_response({"id": chat["id"]})

    def _add_bots(self, chat_id: int, *, with_bot: bool) -> None:
        """The one who made the group has added the bots to it, or not."""
        world, place = self._world, self._world.chats[chat_id]
        place["with_bot"] = with_bot
        world.keep_chat(chat_id)
        for bot_id in world.bots if with_bot else ():
            tell_change(world, place, bot_id, "left", "member", world.users[place["creator"]])

    async def state(self, request: web.Request) -> web.Response:
        world = self._world
        chats = [
            place["chat"]
            | {
                "members": place["members"],
                "keyboard": place.get("keyboard"),
                "blocked": place["blocked"],
                "bots": {bot_id: status_of(world, place, bot_id) for bot_id in world.bots},
            }
            for place in world.chats.values()
            if not place.get("migrated_to")
        ]
        bots = [{key: bot[key] for key in ("id", "username", "first_name")} for bot in world.bots.values()]
        return web.json_response(
            {"users": list(world.users.values()), "chats": chats, "bots": bots, "settings": world.settings}
        )

    async def file(self, request: web.Request) -> web.StreamResponse:
        """What somebody sent, by its file_unique_id, to be looked at or saved."""
        unique = request.match_info["name"]
        path, known = self._world.folder / "files" / unique, self._world.files.get(f"file-{unique}")
        if known is None or not path.is_file():
            raise web.HTTPNotFound
        name = quote(str(known["name"]))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.FileResponse(path, headers=headers)

    async def calls(self, request: web.Request) -> web.Response:
        wanted, after = request.query.get("method"), int(request.query.get("after", 0))
        return web.json_response(
            [call for call in self._world.calls if call["id"] > after and wanted in (None, call["method"])]
        )

    async def faults(self, request: web.Request) -> web.Response:
        """Those that no call has met yet."""
        return web.json_response(self._world.faults)

    async def fault(self, request: web.Request) -> web.Response:
        given = await json_of(request)
        if not given.get("method"):
            raise wrong("method is needed, or * for all")
        self._world.faults.append({"count": 1} | given)
        return web.json_response({})

    async def settings(self, request: web.Request) -> web.Response:
        for name, value in (await json_of(request)).items():
            if name not in self._world.settings:
                raise wrong(f"there is no setting {name}")
            self._world.settings[name] = bool(value)
            self._world.keep("setting", name, bool(value))
        return web.json_response(self._world.settings)

    async def sample(self, request: web.Request) -> web.Response:
        """A small team: three people, their private chats, a group, and a few lines they typed."""
        world = self._world
        team = [
            world.add_user(name, None, code)
            for name, code in (("Анна", "ru"), ("Борис", "ru"), ("Clara", "en"))
        ]
        for user in team:
            world.add_chat("private", None, [user["id"]])
        group = world.add_chat("group", "Отдел продаж", [user["id"] for user in team])
        self._add_bots(group["id"], with_bot=True)
        lines = (
            (team[0], team[0]["id"], "/start"),
            (team[0], team[0]["id"], "/task завтра 10:00 отправить счёт"),
            (team[0], team[0]["id"], "/call Ромашка +7 999 123-45-67 5 минут: ждут новую цену"),
            (team[2], team[2]["id"], "/start"),
            (team[2], team[2]["id"], "/task in 1 minute call the printer"),
            (team[0], group["id"], "/task через 2 часа собрать предложения"),
        )
        for user, chat_id, text in lines:
            post(self._world, world.chats[chat_id], user, {"text": text})
        await world.tell()
        return web.json_response({"users": [user["id"] for user in team], "group": group["id"]})

    async def reset(self, request: web.Request) -> web.Response:
        self._world.reset()
        await self._world.tell()
        return web.json_response({})
