"""Questions: a bare command asks, and the next message is the answer; any command ends the question."""

from aiogram.fsm.context import FSMContext

from crm.answers import Answer

TASK, CALL, CONTACT, REMIND = (f"ask:{about}" for about in ("task", "call", "contact", "remind"))
ZONE = "ask:zone"  # asked with buttons; other text passes it by, as no question of the first minute blocks anything


async def ask(state: FSMContext, about: str, question: str) -> Answer:
    """Remember what was asked: TASK, CALL, CONTACT or REMIND."""
    await state.set_state(about)
    return Answer(question, question=True)
