"""Dialogs: aiogram's memory of what was asked, over our own rows."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey

from crm.dialogs import DialogKey, DialogStore


class DialogStorage(BaseStorage):
    """State and data of a user in a chat or topic."""

    def __init__(self, dialogs: DialogStore, clock: Callable[[], datetime]) -> None:
        self._dialogs = dialogs
        self._clock = clock

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        now, where = self._clock(), key_of(key)
        name = state.state if isinstance(state, State) else state
        await self._dialogs.put(where, replace(await self._dialogs.get(where, now), state=name), now)

    async def get_state(self, key: StorageKey) -> str | None:
        return (await self._dialogs.get(key_of(key), self._clock())).state

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        now, where = self._clock(), key_of(key)
        await self._dialogs.put(where, replace(await self._dialogs.get(where, now), data=dict(data)), now)

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        return dict((await self._dialogs.get(key_of(key), self._clock())).data)

    async def close(self) -> None:
        """The rows stay."""


def key_of(key: StorageKey) -> DialogKey:
    return DialogKey(bot_id=key.bot_id, chat_id=key.chat_id, thread_id=key.thread_id, user_id=key.user_id)
