"""The model server of the tests: it streams, calls tools, and fails in each way a provider can."""

import asyncio
import time

import pytest
from openai import APIStatusError, AsyncOpenAI, RateLimitError

from tests.model_server import ModelServer, Reply, ToolCall, model_server


async def said(model: ModelServer, timeout: float = 5.0) -> str:
    """What streams until the end."""
    async with AsyncOpenAI(api_key="k", base_url=model.url, max_retries=0, timeout=timeout) as client:
        text = ""
        async for chunk in await client.chat.completions.create(
            model="stub", messages=[{"role": "user", "content": "hi"}], stream=True
        ):
            delta = chunk.choices[0].delta
            text += delta.content or ""
            for call in delta.tool_calls or ():
                assert call.function is not None
                text += f"<{call.function.name} {call.function.arguments}>"
        return text


async def test_it_streams_the_text_and_then_the_tools() -> None:
    async with model_server() as model:
        model.replies.append(Reply("One moment. ", [ToolCall("my_tasks", "{garbage")]))
        assert await said(model) == "One moment. <my_tasks {garbage>"
        assert await said(model) == "Let me see. Point 0. Point 1. Point 2. "
        assert model.keys == ["Bearer k"] * 2


async def test_it_fails_as_told() -> None:
    async with model_server() as model:
        model.replies += [Reply(status=429, retry_after=1), Reply(status=500), Reply(cut_after=2)]
        with pytest.raises(RateLimitError):
            await said(model)
        with pytest.raises(APIStatusError):
            await said(model)
        with pytest.raises(Exception, match=r"(?i)peer|incomplete|closed|connection"):
            await said(model)
        model.replies.append(Reply(hang_after=1))
        with pytest.raises(Exception, match=r"(?i)time"):
            await said(model, timeout=0.3)


async def test_it_knows_when_a_caller_hangs_up() -> None:
    async with model_server() as model:
        model.hold()
        asking = asyncio.create_task(said(model))
        while not model.streaming:  # noqa: ASYNC110 - until it is asked
            await asyncio.sleep(0.01)
        asking.cancel()
        left = time.monotonic()
        async with asyncio.timeout(2):
            while not model.left_at:  # noqa: ASYNC110 - it notices by itself
                await asyncio.sleep(0.005)
        assert model.left_at[0] - left < 0.5
