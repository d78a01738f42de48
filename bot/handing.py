"""Handing over: an assistant passes a message on, and its own answer is the line that says to whom."""

from dataclasses import replace

from bot.answering import Assistant
from crm.errors import N_, BadInput
from crm.handoffs import Handoff, Handoffs
from crm.turns import Listener, ModelAnswer, Turn
from handlers.picking.cards import handoff_line

TOLD = "Passed on. The other assistant answers; write nothing more."  # to the model, whose words nobody reads now


class Handing:
    """Stands before the assistant within; `hand_over` is what that one's tool calls meanwhile."""

    def __init__(self, handoffs: Handoffs) -> None:
        self._handoffs = handoffs
        self._passed: dict[int, Handoff] = {}  # by turn, while it is answered

    async def hand_over(self, turn: Turn, slug: str, why: str) -> str:
        """What the model is told. Raises NotFound and BadInput, which it may mend."""
        if not turn.id:
            raise BadInput(N_("This is a trial: answer yourself."))
        self._passed[turn.id] = await self._handoffs.hand_over(turn, slug, why)
        return TOLD

    def over(self, within: Assistant) -> Assistant:
        """The assistant as the turns' worker asks it."""
        return _Passing(self._passed, self._handoffs, within)


class _Passing:
    def __init__(self, passed: dict[int, Handoff], handoffs: Handoffs, within: Assistant) -> None:
        self._passed = passed
        self._handoffs = handoffs
        self._within = within

    async def answer(self, turn: Turn, listener: Listener) -> ModelAnswer:
        if turn.progress.messages and (before := await self._handoffs.passed(turn)) is not None:
            self._passed[turn.id] = before  # by a process that died before it could say so
        try:
            answer = await self._within.answer(turn, listener)
            handoff = self._passed.get(turn.id)
        finally:
            self._passed.pop(turn.id, None)
        if handoff is None:
            return answer
        return replace(answer, text=handoff_line(handoff, turn.actor.language))
