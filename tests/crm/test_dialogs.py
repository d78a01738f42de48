"""Dialogs: a question waits a day for its answer and is then forgotten."""

from crm.dialogs import LIFETIME, Dialog, DialogKey, DialogStore
from tests.fakes import FakeClock, FakeDialogs, FakeStorage

KEY = DialogKey(bot_id=42, chat_id=1001, thread_id=None, user_id=1001)
WAITING = Dialog("task", {"text": "call"})


async def test_a_question_waits_a_day() -> None:
    store: DialogStore = FakeDialogs(FakeStorage())
    clock = FakeClock()
    await store.put(KEY, WAITING, clock())
    assert await store.get(KEY, clock.move(hours=23)) == WAITING
    assert await store.get(KEY, clock.move(hours=1)) == Dialog()
    assert LIFETIME.days == 1


async def test_an_empty_dialog_leaves_no_row() -> None:
    store, clock = FakeDialogs(FakeStorage()), FakeClock()
    await store.put(KEY, WAITING, clock())
    await store.put(KEY, Dialog(), clock())
    assert not store.rows
