"""A flood in one chat is slowed down to one sentence, and leaves others unharmed."""

import asyncio
import time

from tests.flows.stage import Stage


async def test_a_flood_in_a_group_leaves_a_private_chat_unharmed(stage: Stage) -> None:
    flooder, anna = await stage.person("Flooder"), await stage.person("Anna")
    for person in (flooder, anna):
        await person.asks("/start", "language")
    group = await stage.group("Noise", [flooder])

    async def took(said: str, heard: str) -> float:
        began = time.monotonic()
        await anna.asks(said, heard)
        return time.monotonic() - began

    alone = await took("/task tomorrow 9:00 early work", "early work")
    flood = [flooder.say(f"/task noise {number}", chat_id=group) for number in range(150)]
    await asyncio.gather(*flood)
    meanwhile = await took("/task tomorrow 10:00 quiet work", "quiet work")
    assert meanwhile < 5 + 10 * alone  # a busy machine is slow before the flood too
    await flooder.hears("faster than I can follow", chat_id=group, patience=60)
    answers = [
        message["text"]
        for message in await stage.messages(group)
        if message["from"] == stage.bot_id and "faster than" in str(message.get("text"))
    ]
    assert len(answers) == 1
    await anna.asks("/tasks", "quiet work")
