"""Transcripts: what was spoken, as text, by any server that speaks OpenAI's /audio/transcriptions."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx2
import structlog
from openai import APIConnectionError, APIStatusError, AsyncOpenAI

from crm.usage import Meter, counted
from llm.estimates import tokens_of_text
from llm.models import host_of

log = structlog.get_logger()
TIME_LIMIT = 120.0  # seconds for one recording
# US dollars a minute; where no price is known the words that were heard count, as tokens
PRICES = {"whisper-1": 0.006, "gpt-4o-transcribe": 0.006, "gpt-4o-mini-transcribe": 0.003}
TOKENS_A_MINUTE = 400  # of fast speech, to set aside before anything is heard


class NotHeard(Exception):
    """The server did not make text of it."""


@dataclass(frozen=True, slots=True)
class TranscriptConfig:
    """Settings as plain strings (TRANSCRIBE_MODEL, …); `base_url` None means OpenAI's own."""

    model: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    proxy: str | None = None

    @property
    def is_there(self) -> bool:
        return self.model is not None


class Transcripts:
    """Makes text of recordings."""

    def __init__(
        self, config: TranscriptConfig, pause: Callable[[int], float | None] = lambda _failed: None
    ) -> None:
        self._config = config
        self._pause = pause
        self._client: AsyncOpenAI | None = None

    @property
    def provider(self) -> str | None:
        """Whose server hears it, None for one of our own."""
        return "OpenAI" if self._config.base_url is None else host_of(self._config.base_url)

    async def hear(self, content: bytes, name: str, seconds: int, meter: Meter) -> str:
        """The words. Raises NotHeard, BudgetSpent; `seconds` are Telegram's."""
        model = str(self._config.model)
        minutes = max(1, seconds) / 60
        dollars = PRICES[model] * minutes if model in PRICES else None
        guess = round(TOKENS_A_MINUTE * minutes)
        held = await meter.reserve(model, guess, counted(model, 0, guess, dollars).micros)
        failed, text = 0, None
        try:
            while text is None:
                try:
                    async with asyncio.timeout(TIME_LIMIT):
                        text = await self._ask(content, name)
                except (APIStatusError, APIConnectionError, TimeoutError) as fault:
                    failed += 1
                    pause = self._pause(failed) if _may_pass(fault) else None
                    log.warning("not_heard", reason=type(fault).__name__)
                    if pause is None:
                        raise NotHeard(type(fault).__name__) from fault
                    await asyncio.sleep(pause)
        finally:
            used = counted(model, 0, tokens_of_text(len(text or "")), dollars if text is not None else 0.0)
            await meter.settle(held, used)
        return text

    async def _ask(self, content: bytes, name: str) -> str:
        if self._client is None:
            self._client = AsyncOpenAI(
                api_key=self._config.api_key or "unused",
                base_url=self._config.base_url,
                max_retries=0,
                http_client=httpx2.AsyncClient(proxy=self._config.proxy, timeout=TIME_LIMIT)
                if self._config.proxy
                else None,
            )
        heard = await self._client.audio.transcriptions.create(
            file=(name, content), model=str(self._config.model)
        )
        return heard.text.strip()

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()


def _may_pass(fault: Exception) -> bool:
    return not isinstance(fault, APIStatusError) or fault.status_code == 429 or fault.status_code >= 500
