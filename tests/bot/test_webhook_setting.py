"""Setting the webhook: only when it differs, never over somebody else's unasked, the same from every replica."""

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramBadRequest
from aiogram.methods import SetWebhook
from aiogram.types import WebhookInfo

from bot.webhook_secrets import LOOK, Secrets, hash_of, made_from
from bot.webhook_setting import WebhookRefused, rotate_secret, set_webhook
from db.webhooks import KeptWebhook, SqlWebhooks

URL, TOKEN = "https://bot.example.org/telegram", "42:token"


@dataclass
class Telegram:
    """Keeps what was set; `forgets` is one whose set webhook does not stay."""

    url: str = ""
    sets: list[dict[str, Any]] = field(default_factory=list)
    refuses: bool = False
    forgets: bool = False

    async def get_webhook_info(self) -> WebhookInfo:
        last = self.sets[-1] if self.sets else {}
        return WebhookInfo(
            url=self.url, has_custom_certificate=False, pending_update_count=0,
            max_connections=last.get("max_connections"), allowed_updates=last.get("allowed_updates"),
        )  # fmt: skip

    async def set_webhook(self, url: str, **more: Any) -> None:
        if self.refuses:
            raise TelegramBadRequest(SetWebhook(url=url), "bad webhook: no such host")
        self.url = "" if self.forgets else url
        self.sets.append(more)


@dataclass
class Rows:
    """SqlWebhooks in memory."""

    row: KeptWebhook = field(default_factory=KeptWebhook)
    looks: int = 0

    async def kept(self) -> KeptWebhook:
        self.looks += 1
        return self.row

    async def next_secret(self) -> int:
        self.row = replace(self.row, secret_number=self.row.secret_number + 1)
        return self.row.secret_number

    async def keep(self, url: str, secret_hash: bytes) -> None:
        before = self.row.previous_hash if self.row.hash == secret_hash else self.row.hash
        self.row = replace(self.row, url=url, hash=secret_hash, previous_hash=before)


class Place:
    """A Telegram, a database, and processes that start over them."""

    def __init__(self) -> None:
        self.telegram, self.rows = Telegram(), Rows()

    async def start(
        self, url: str = URL, given: str | None = None, *, take_over: bool = False
    ) -> tuple[bool, Secrets]:
        rows = cast(SqlWebhooks, self.rows)
        secrets = Secrets(rows, TOKEN, given, lambda: 0.0)
        done = await set_webhook(cast(Bot, self.telegram), url, rows, secrets, take_over=take_over)
        return done, secrets

    @property
    def secret(self) -> str:
        return str(self.telegram.sets[-1]["secret_token"])


@pytest.fixture
def place() -> Place:
    return Place()


async def test_it_is_set_once_for_all_replicas(place: Place) -> None:
    starts = [await place.start() for _ in range(3)]
    assert [done for done, _secrets in starts] == [True, False, False]
    assert [await secrets.know(place.secret) for _done, secrets in starts] == [True] * 3
    assert place.secret not in (TOKEN, "")
    assert place.rows.row.hash == hash_of(place.secret)


async def test_a_new_address_or_secret_is_set(place: Place) -> None:
    await place.start()
    assert (await place.start(f"{URL}/new"))[0]
    assert (await place.start(f"{URL}/new", "word"))[0]
    assert [place.secret] == ["word"]
    assert not (await place.start(f"{URL}/new", "word"))[0]


async def test_a_secret_that_is_changed_is_known_to_all_while_they_restart(place: Place) -> None:
    _done, old = await place.start(given="first")
    _done, new = await place.start(given="second")
    assert [await one.know("second") for one in (old, new)] == [True, True]
    assert [await one.know("first") for one in (old, new)] == [True, True]
    assert not await new.know("third")


async def test_a_wrong_secret_costs_one_look_a_second_at_most(place: Place) -> None:
    now = [0.0]
    secrets = Secrets(cast(SqlWebhooks, place.rows), TOKEN, "word", lambda: now[0])
    for _ in range(50):
        assert not await secrets.know("wrong")
    assert place.rows.looks == 1
    now[0] += LOOK
    assert not await secrets.know("wrong")
    assert place.rows.looks == 2


async def test_a_webhook_set_elsewhere_is_taken_over_only_when_asked(place: Place) -> None:
    place.telegram.url = "https://elsewhere.example.org/x"
    with pytest.raises(WebhookRefused, match=r"^BOT_TOKEN: a webhook is set elsewhere.*--take-over"):
        await place.start()
    assert place.telegram.sets == []
    assert (await place.start(take_over=True))[0]


async def test_what_telegram_refuses_is_said_with_the_variables_name(place: Place) -> None:
    place.telegram.refuses = True
    with pytest.raises(WebhookRefused, match=r"^WEBHOOK_URL: .*no such host"):
        await place.start()


async def test_one_that_does_not_stay_stops_the_start(place: Place) -> None:
    place.telegram.forgets = True
    with pytest.raises(WebhookRefused, match=r"^WEBHOOK_URL: "):
        await place.start()


def test_another_number_is_another_secret_that_telegram_takes() -> None:
    secrets = {made_from(TOKEN, number) for number in (1, 2)} | {made_from("43:token", 1)}
    assert len(secrets) == 3
    assert all(1 <= len(secret) <= 256 and secret.isalnum() for secret in secrets)


async def test_a_rotated_secret_is_known_at_once_and_the_one_before_stays_good(place: Place) -> None:
    _done, running = await place.start()
    old = place.secret
    rows = cast(SqlWebhooks, place.rows)
    await rotate_secret(cast(Bot, place.telegram), URL, rows, Secrets(rows, TOKEN, None, lambda: 0.0))
    assert place.secret != old
    assert [await running.know(one) for one in (place.secret, old)] == [True, True]
    assert not (await place.start())[0]  # a restart finds it set
    await rotate_secret(cast(Bot, place.telegram), URL, rows, Secrets(rows, TOKEN, None, lambda: 0.0))
    _done, fresh = await place.start()
    assert not await fresh.know(old)


async def test_a_rotation_that_ended_before_telegram_was_told_goes_on_at_the_next_start(place: Place) -> None:
    await place.start()
    old = place.secret
    await place.rows.next_secret()
    set_again, secrets = await place.start()
    assert set_again
    assert place.secret != old
    assert await secrets.know(old)
