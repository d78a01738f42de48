"""The playground's world: users, chats, messages and what bots were told, kept over restarts."""

import asyncio
import json
import sqlite3
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playground.entities import entities_of

Json = dict[str, Any]
FIRST_USER = 1001
FIRST_GROUP = -5001
FIRST_SUPERGROUP = -1000000005001  # Telegram's supergroups and channels begin with -100
KEPT_CALLS = 5000
SETTINGS = {
    "privacy_mode": True, "inline_feedback": False, "rate_limits": False, "token_revoked": False, "redeliver": False,
}  # fmt: skip


class World:
    """State in memory, each change written to SQLite before it is acknowledged, so that kill -9 loses nothing.

    `clock` gives Unix seconds. Ids only ever grow, over restarts and resets too.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.clock = clock
        self.changed = asyncio.Condition()
        self._db = sqlite3.connect(folder / "world.sqlite", isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")  # survives the process, which is all that is promised
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS things (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key))"
        )
        self.users: dict[int, Json] = {}
        self.bots: dict[int, Json] = {}
        self.chats: dict[int, Json] = {}
        self.messages: dict[int, dict[int, Json]] = {}
        self.updates: dict[int, list[Json]] = {}
        self.drafts: dict[int, Json] = {}
        self.files: dict[str, Json] = {}
        self.counters: dict[str, int] = {}
        self.settings: Json = dict(SETTINGS)
        self.calls: deque[Json] = deque(maxlen=KEPT_CALLS)
        self.faults: list[Json] = []
        self.queries: dict[str, Query] = {}
        self._load()

    def close(self) -> None:
        self._db.close()

    def now(self) -> int:
        return int(self.clock())

    def next_id(self, name: str, first: int = 1, step: int = 1) -> int:
        value = self.counters.get(name, first - step) + step
        self.counters[name] = value
        self.keep("counter", name, value)
        return value

    def keep(self, kind: str, key: object, body: object) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO things VALUES (?, ?, ?)",
            (kind, str(key), json.dumps(body, ensure_ascii=False)),
        )

    def forget(self, kind: str, key: object) -> None:
        self._db.execute("DELETE FROM things WHERE kind = ? AND key = ?", (kind, str(key)))

    async def tell(self) -> None:
        """Wake whoever waits for something to happen."""
        async with self.changed:
            self.changed.notify_all()

    async def wait(self, seconds: float) -> None:
        """Until something happens, at most so long."""
        try:
            async with asyncio.timeout(max(seconds, 0)):
                async with self.changed:
                    await self.changed.wait()
        except TimeoutError:
            return

    def reset(self) -> None:
        """Forget everything but the counters and the bots' names."""
        self._db.execute("DELETE FROM things WHERE kind NOT IN ('counter', 'bot')")
        for state in (
            self.users,
            self.chats,
            self.messages,
            self.updates,
            self.drafts,
            self.files,
            self.queries,
        ):
            state.clear()
        self.calls.clear()
        self.faults.clear()
        self.settings.update(SETTINGS)

    def bot(self, bot_id: int) -> Json:
        """The bot of a token; known from its first call on."""
        if bot_id not in self.bots:
            self.bots[bot_id] = {
                "id": bot_id,
                "is_bot": True,
                "first_name": "Switchboard",
                "username": "switchboard_bot" if not self.bots else f"switchboard{bot_id}_bot",
                "webhook": {"url": ""},
                "commands": {},
                "texts": {},
            }
            self.keep("bot", bot_id, self.bots[bot_id])
        return self.bots[bot_id]

    def add_user(self, first_name: str, username: str | None, language_code: str | None) -> Json:
        user: Json = {"id": self.next_id("user", FIRST_USER), "is_bot": False, "first_name": first_name}
        user |= {
            key: value for key, value in (("username", username), ("language_code", language_code)) if value
        }
        self.users[user["id"]] = user
        self.keep("user", user["id"], user)
        return user

    def add_chat(self, kind: str, title: str | None, user_ids: list[int], *, is_forum: bool = False) -> Json:
        if kind == "private":
            user = self.users[user_ids[0]]
            chat: Json = {"id": user["id"], "type": "private", "first_name": user["first_name"]}
            if "username" in user:
                chat["username"] = user["username"]
        else:
            name, first = (
                ("supergroup", FIRST_SUPERGROUP)
                if is_forum or kind == "supergroup"
                else ("group", FIRST_GROUP)
            )
            chat = {"id": self.next_id(name, first, -1), "type": name, "title": title or "Group"}
            if is_forum:
                chat |= {"is_forum": True}
        if chat["id"] not in self.chats:
            self.chats[chat["id"]] = {"chat": chat, "members": list(user_ids), "started": [], "blocked": []}
            if kind != "private":
                self.chats[chat["id"]]["creator"] = user_ids[0]
            self.keep_chat(chat["id"])
        return chat

    def keep_chat(self, chat_id: int) -> None:
        self.keep("chat", chat_id, self.chats[chat_id])

    def add_message(self, chat_id: int, sender: Json, body: Json) -> Json:
        """A new message of the chat; ids count within the chat."""
        message: Json = {
            "message_id": self.next_id(f"message:{chat_id}"),
            "from": {
                key: value
                for key, value in sender.items()
                if key not in ("webhook", "commands", "texts", "allowed_updates")
            },
            "chat": self.chats[chat_id]["chat"],
            "date": self.now(),
            **body,
        }
        if "text" in message and "entities" not in message and not sender["is_bot"]:
            found = entities_of(message["text"])
            if found:
                message["entities"] = found
        self.keep_message(message)
        return message

    def keep_message(self, message: Json) -> None:
        chat_id = message["chat"]["id"]
        self.messages.setdefault(chat_id, {})[message["message_id"]] = message
        self.keep("message", f"{chat_id}:{message['message_id']}", message)

    def push(self, bot_id: int, kind: str, body: Json) -> None:
        """Queue an update for a bot, unless it said that it doesn't want that kind (by default, chat_member)."""
        wanted = self.bots[bot_id].get("allowed_updates") or []
        if kind not in wanted if wanted else kind == "chat_member":
            return
        update = {"update_id": self.next_id(f"update:{bot_id}", 1000), kind: body}
        self.updates.setdefault(bot_id, []).append(update)
        self.keep("update", f"{bot_id}:{update['update_id']}", update)

    def confirm(self, bot_id: int, below: int) -> None:
        """Forget the updates a bot has acknowledged by its offset."""
        queue = self.updates.get(bot_id, [])
        for update in [update for update in queue if update["update_id"] < below]:
            queue.remove(update)
            self.forget("update", f"{bot_id}:{update['update_id']}")

    def forget_update(self, bot_id: int, update_id: int) -> None:
        """It was brought to the bot's webhook."""
        if self.is_waiting(bot_id, update_id):
            del self.updates[bot_id][self.place_after(bot_id, update_id - 1)]
            self.forget("update", f"{bot_id}:{update_id}")

    def is_waiting(self, bot_id: int, update_id: int) -> bool:
        queue, at = self.updates.get(bot_id, []), self.place_after(bot_id, update_id - 1)
        return at < len(queue) and bool(queue[at]["update_id"] == update_id)

    def place_after(self, bot_id: int, update_id: int) -> int:
        """Where in a bot's queue what is newer begins."""
        return bisect_right(
            self.updates.get(bot_id, []), update_id, key=lambda update: int(update["update_id"])
        )

    def _load(self) -> None:
        for kind, key, text in self._db.execute("SELECT kind, key, body FROM things ORDER BY rowid"):
            body = json.loads(text)
            if kind == "counter":
                self.counters[key] = body
            elif kind == "setting":
                self.settings[key] = body
            elif kind == "message":
                self.messages.setdefault(body["chat"]["id"], {})[body["message_id"]] = body
            elif kind == "update":
                self.updates.setdefault(int(key.split(":")[0]), []).append(body)
            elif kind == "file":
                self.files[key] = body
            else:
                {"user": self.users, "bot": self.bots, "chat": self.chats}[kind][int(key)] = body
        for queue in self.updates.values():
            queue.sort(key=lambda update: update["update_id"])


@dataclass(slots=True)
class Query:
    """A pressed button or an inline query that waits for the bot; answered once."""

    bot_id: int
    user_id: int
    answer: asyncio.Future[Json] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
