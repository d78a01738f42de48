"""Albums in Telegram: photos and files sent as one come as messages of their own, the words with one of them."""

from collections import OrderedDict
from datetime import datetime

from aiogram.types import Message

from crm.albums import SETTLING, Album

KNOWN = 500  # albums of groups that are remembered as addressed; their parts come within a second


def album_of(message: Message, now: datetime) -> Album | None:
    return Album(message.media_group_id, now + SETTLING) if message.media_group_id is not None else None


class AddressedAlbums:
    """In a group only the part with the words mentions the bot; those that follow it belong to it all the same. Kept in
    this process alone: where another one gets them, they are not seen."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, str, int], None] = OrderedDict()

    def add(self, message: Message) -> None:
        if (key := _key(message)) is not None:
            self._known[key] = None
            while len(self._known) > KNOWN:
                self._known.popitem(last=False)

    def has(self, message: Message) -> bool:
        return _key(message) in self._known


def _key(message: Message) -> tuple[int, str, int] | None:
    if message.media_group_id is None or message.from_user is None:
        return None
    return message.chat.id, message.media_group_id, message.from_user.id
