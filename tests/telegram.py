"""Telegram for tests inside the process: a session that takes every call, and updates as Telegram writes them."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from itertools import count
from typing import Any

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.methods import EditMessageText, GetChatMember, GetFile, GetMe, SendMessage, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Chat, ChatMemberMember, File, Message, User

BOT_ID = 4200000001
TOKEN = f"{BOT_ID}:{'A' * 35}"
ME = User(id=BOT_ID, is_bot=True, first_name="Switchboard", username="switchboard_bot")
A_CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Yana Sergeeva\r\nTEL:+79995550101\r\nEND:VCARD\r\n"
_updates, _messages = count(1), count(1)


class Session(BaseSession):
    """Remembers what was called; messages get ids, everybody is in every group, all else is True."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[TelegramMethod[Any]] = []

    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        self.calls.append(method)
        answer: Any = True
        if isinstance(method, GetMe):
            answer = ME
        elif isinstance(method, GetFile):
            answer = File(file_id=method.file_id, file_unique_id=method.file_id, file_path="a file")
        elif isinstance(method, GetChatMember):
            user = User(id=method.user_id, is_bot=False, first_name=f"Person {method.user_id}")
            answer = ChatMemberMember(user=user)
        elif isinstance(method, SendMessage | EditMessageText):
            chat = Chat(id=int(method.chat_id or 1), type="private")
            answer = Message(message_id=next(_messages), date=datetime.now(UTC), chat=chat)
        return answer  # type: ignore[no-any-return]  # Any stands for whichever answer the method has

    async def stream_content(self, *_args: Any, **_kwargs: Any) -> AsyncGenerator[bytes, None]:
        """Every file is the same one, a contact."""
        yield A_CARD

    async def close(self) -> None:
        """Nothing is open."""


def a_user(user_id: int, **more: Any) -> dict[str, Any]:
    usual = {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}", "language_code": "en"}
    return usual | more


def private(user_id: int) -> dict[str, Any]:
    return {"id": user_id, "type": "private", "first_name": f"Person {user_id}"}


def a_message(user_id: int, **more: Any) -> dict[str, Any]:
    """A message of theirs in their private chat, unless `chat` says where."""
    usual = {
        "message_id": next(_messages),
        "date": int(datetime.now(UTC).timestamp()),
        "chat": private(user_id),
        "from": a_user(user_id),
    }
    return usual | more


def a_press(user_id: int, data: str, **more: Any) -> dict[str, Any]:
    """A button pressed in their private chat, unless `chat` says where."""
    shown = a_message(user_id, text="a card", **more) | {"from": ME.model_dump()}
    return {
        "id": str(next(_updates)),
        "from": a_user(user_id),
        "chat_instance": "1",
        "data": data,
        "message": shown,
    }


def a_reply(user_id: int, text: str, data: str) -> dict[str, Any]:
    """A reply in their private chat to a message of ours that has one button."""
    keys = {"inline_keyboard": [[{"text": "Done", "callback_data": data}]]}
    shown = a_message(user_id, text="#1 a card", reply_markup=keys) | {
        "from": ME.model_dump(exclude_none=True)
    }
    return a_message(user_id, text=text, reply_to_message=shown)


def a_group(chat_id: int) -> dict[str, Any]:
    return {"id": chat_id, "type": "group", "title": f"Group {chat_id}"}


def a_seat(user: dict[str, Any], status: str) -> dict[str, Any]:
    """A ChatMember: what somebody is in a chat. An administrator has no right but to be one."""
    rights = (
        "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
        "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users", "can_post_stories",
        "can_edit_stories", "can_delete_stories", "can_send_welcome_messages",
    )  # fmt: skip
    known: dict[str, dict[str, Any]] = {
        "administrator": dict.fromkeys(rights, False),
        "kicked": {"until_date": 0},
    }
    more = known.get(status, {})
    return {"user": user, "status": status, **more}


def a_change(
    chat: dict[str, Any], by: dict[str, Any], of: dict[str, Any], old: str, new: str
) -> dict[str, Any]:
    """A ChatMemberUpdated: what somebody was and is in a chat."""
    date = int(datetime.now(UTC).timestamp())
    return {
        "chat": chat,
        "from": by,
        "date": date,
        "old_chat_member": a_seat(of, old),
        "new_chat_member": a_seat(of, new),
    }


def an_update(**what: Any) -> dict[str, Any]:
    return {"update_id": next(_updates), **what}
