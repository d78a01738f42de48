"""Handlers get by name what is provided: every parameter of every handler is known."""

import inspect
from collections.abc import Iterator

from aiogram import Router

from bot.app import build, make_bot
from crm.answers import Entity
from db.storage import create_engine
from db.urls import connection
from handlers.access import Defaults
from handlers.answers import LIMIT, split
from handlers.texts import gettext, ngettext, speaking
from llm.models import ModelConfig
from playground.server import PLAYGROUND_TOKEN
from tests.handlers.desk import Desk

FROM_UPDATES = {"actor", "arrival", "bot", "state", "words"}  # by the middlewares and filters, per update


def routers(root: Router) -> Iterator[Router]:
    yield root
    for sub in root.sub_routers:
        yield from routers(sub)


async def test_every_parameter_of_every_handler_is_provided() -> None:
    bot, gate = make_bot(PLAYGROUND_TOKEN, "http://127.0.0.1:1", None)
    engine = create_engine(connection("postgresql://nobody@127.0.0.1:1/none"))
    app = build(bot, gate, engine, open_to_all=True, defaults=Defaults("en", "UTC"), models=ModelConfig())
    provided = set(app.dispatcher.workflow_data) | FROM_UPDATES
    seen = 0
    for router in routers(app.dispatcher):
        for observer in router.observers.values():
            for handler in observer.handlers:
                if not handler.callback.__module__.startswith("handlers"):
                    continue
                _event, *names = inspect.signature(handler.callback).parameters
                assert set(names) <= provided, f"{handler.callback.__qualname__}: {set(names) - provided}"
                seen += 1
    assert seen > 15
    # what other tests stand on
    assert set(Desk().dispatcher.workflow_data) == set(app.dispatcher.workflow_data)
    await bot.session.close()
    await engine.dispose()


def test_long_text_is_cut_at_words_with_its_entities() -> None:
    text = "👋🏽 word " * 1200
    bold = (Entity("bold", 0, len(text.encode("utf-16-le")) // 2),)
    pieces = split(text, bold)
    assert "".join(piece for piece, _entities in pieces) == text
    for piece, entities in pieces:
        units = len(piece.encode("utf-16-le")) // 2
        assert units <= LIMIT
        assert [(one.offset, one.length) for one in entities] == [(0, units)]


def test_russian_counts_right() -> None:
    with speaking("ru"):
        words = [
            ngettext("{count} open task", "{count} open tasks", n).format(count=n) for n in (1, 2, 5, 21)
        ]
        assert gettext("Done") == "Готово"
    assert words == ["1 открытая задача", "2 открытые задачи", "5 открытых задач", "21 открытая задача"]
    assert gettext("Done") == "Done"
