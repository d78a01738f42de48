"""On the loop: filters are asked where the update is handled, not each in a thread of its own.

aiogram hands every filter that is no coroutine, each `F.text` among them, to a thread. A plain text passes dozens of
them on its way to the assistant, and while answers stream each such trip waits for the interpreter, up to Python's
switch interval of 5 ms. None of ours waits for anything, so that a thread earns nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any

from aiogram import Router
from aiogram.dispatcher.event.handler import FilterObject


def ask_on_the_loop(root: Router) -> None:
    """For all filters that are registered by now."""
    for one in filters_of(root):
        if not one.awaitable:
            one.callback, one.awaitable = _awaited(one.callback), True


def filters_of(root: Router) -> Iterator[FilterObject]:
    for router in root.chain_tail:
        for observer in router.observers.values():
            for handler in observer.handlers:
                yield from handler.filters or ()


def _awaited(ask: Callable[..., Any]) -> Callable[..., Any]:
    async def asked(*given: Any, **named: Any) -> Any:
        return ask(*given, **named)

    return asked
