"""Hearing: what other replicas tell through a channel of Redis, until it fails."""

from collections.abc import Callable

from redis.asyncio import Redis

LISTEN = 1.0  # seconds of silence after which a listener asks whether Redis is still there
PAUSE = 1.0  # seconds until a Redis that failed is listened to again


async def hear(
    redis: Redis, channel: str, told: Callable[[str], object], *, begun: Callable[[], None] = lambda: None
) -> None:
    """`told` gets each message; `begun` is called once nothing more is missed. A Redis that says nothing is asked,
    since a frozen one keeps its connections. Raises what the client does when Redis fails."""
    async with redis.pubsub() as ear:
        await ear.subscribe(channel)
        begun()
        asked = True  # the subscription is confirmed with a message
        while True:
            message = await ear.get_message(timeout=LISTEN)
            if message is None and asked:
                raise TimeoutError
            asked = message is None
            if message is None:
                await ear.ping()
            elif message["type"] == "message":
                told(text_of(message["data"]))


def text_of(value: bytes | str) -> str:
    """What Redis answers, whichever way its client decodes it."""
    return value.decode(errors="replace") if isinstance(value, bytes) else value
