"""Words that work as commands: Latin names in the menu, Russian words as text, with or without the slash."""

import re
from typing import Any

from aiogram import Bot
from aiogram.filters import Filter
from aiogram.types import Message


class Words(Filter):
    """Matches /task, /task@bot, /задача, and in private chats задача; gives the rest of the line as `words`.

    `labels` are keyboard buttons, matched as the whole text. `alone` is for what takes no words: without a slash
    its Russian words count only as the whole text, so that «сегодня в 18 позвонить Анне» is not a list.
    """

    def __init__(
        self, command: str, *russian: str, labels: tuple[str, ...] = (), alone: bool = False
    ) -> None:
        self._slashed = {command, *russian}
        self._bare = set(russian)
        self._alone = alone
        self._labels = {label.casefold() for label in labels}

    async def __call__(self, message: Message, bot: Bot) -> dict[str, Any] | bool:
        text = (message.text or message.caption or "").strip()
        if text.casefold() in self._labels:
            return {"words": ""}
        first, rest = (*text.split(maxsplit=1), "", "")[:2]
        name = first.casefold().replace("ё", "е")
        if name.startswith("/"):
            name, _, addressee = name[1:].partition("@")
            if addressee and addressee != ((await bot.me()).username or "").lower():
                return False
            return {"words": rest.strip()} if name in self._slashed else False
        if message.chat.type == "private" and name in self._bare and not (rest and self._alone):
            return {"words": rest.strip()}
        return False


_STOP = re.compile(
    r"(?:@\w+[,:]?\s+)?(?:/(?:stop|стоп)\b.*|(?:stop|стоп)[\s.!…]*)", re.IGNORECASE | re.DOTALL
)


def asks_to_stop(text: str | None) -> bool:
    """/stop with whatever follows it; without the slash the word alone, also after the bot's name."""
    return _STOP.fullmatch((text or "").strip()) is not None


class AnswerTo(Filter):
    """Matches the text that answers a question; gives it as `words`."""

    def __init__(self, question: str) -> None:
        self._question = question

    async def __call__(self, message: Message, raw_state: str | None = None) -> dict[str, Any] | bool:
        text = (message.text or "").strip()
        return {"words": text} if raw_state == self._question and text and not text.startswith("/") else False
