"""In a row: the handlers of all features, asked one after the other where the update is handled.

aiogram asks router by router and hands every filter that is no coroutine, each `F.text` among them, to a thread. A
plain text passes ninety routers and dozens of filters on its way to the assistant: a third of what it costs until then,
and while answers stream each trip to a thread waits for the interpreter, up to Python's switch interval of 5 ms. Our
routers have nothing of their own that an update would have to pass, and none of our filters waits for anything.
"""

from collections.abc import Callable, Iterator
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.handler import FilterObject


def in_a_row(root: Router) -> Router:
    """A router with all handlers of `root` and those below it, in the order in which it would ask them. Raises
    ValueError for one with filters or middlewares of its own, which would get lost."""
    flat = Router(name=root.name)
    for router in root.chain_tail:
        for kind, observer in router.observers.items():
            if observer.outer_middleware or observer.middleware or observer._handler.filters:
                raise ValueError(
                    f"{router}: filters and middlewares belong to the handlers, or before all of them"
                )
            flat.observers[kind].handlers += observer.handlers
    for one in filters_of(flat):
        if not one.awaitable:
            one.callback, one.awaitable = _awaited(one.callback), True
    return flat


def filters_of(root: Router) -> Iterator[FilterObject]:
    """Of the handlers of this router, not of those below it."""
    for observer in root.observers.values():
        for handler in observer.handlers:
            yield from handler.filters or ()


def _awaited(ask: Callable[..., Any]) -> Callable[..., Any]:
    async def asked(*given: Any, **named: Any) -> Any:
        return ask(*given, **named)

    return asked
