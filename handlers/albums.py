"""Albums in Telegram: photos and files sent as one come as messages of their own, the words with one of them."""

from datetime import datetime

from aiogram.types import Message

from crm.albums import LIFETIME, SETTLING, Album
from crm.groups import GroupDoors


def album_of(message: Message, now: datetime) -> Album | None:
    return Album(message.media_group_id, now + SETTLING) if message.media_group_id is not None else None


async def belongs_to_question(message: Message, doors: GroupDoors) -> bool:
    """In a group only the part with the words mentions the bot; those that follow it belong to it all the same, in
    whichever process they arrive: the question's row says so."""
    if message.media_group_id is None or message.from_user is None:
        return False
    return await doors.asked_with_album(
        message.chat.id, message.from_user.id, message.media_group_id, message.date - LIFETIME
    )
