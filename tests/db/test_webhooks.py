"""What is remembered of the webhook: where, and the last two secrets, hashed."""

from sqlalchemy.ext.asyncio import AsyncEngine

from db.people import SqlPeopleDoors
from db.webhooks import KeptWebhook, SqlWebhooks

URL = "https://bot.example.org/telegram"


async def test_at_first_there_is_nothing(engine: AsyncEngine) -> None:
    assert await SqlWebhooks(engine).kept() == KeptWebhook()


async def test_the_secret_before_the_last_stays_known(engine: AsyncEngine) -> None:
    await SqlPeopleDoors(engine).claim_database(1)
    webhooks = SqlWebhooks(engine)
    await webhooks.keep(URL, b"first")
    assert await webhooks.kept() == KeptWebhook(URL, b"first", None)
    await webhooks.keep(URL, b"second")
    assert await webhooks.kept() == KeptWebhook(URL, b"second", b"first")
    await webhooks.keep(f"{URL}/new", b"second")  # the same again, as another replica would
    assert await webhooks.kept() == KeptWebhook(f"{URL}/new", b"second", b"first")
