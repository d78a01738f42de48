"""Work: on whose behalf a tool works, over which use cases, and how what it found is shown to a model."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from pydantic_ai import ModelRetry

from crm.calls import CallLists, Calls
from crm.contacts import Contacts
from crm.people import Actor, ChatKind
from crm.proposals import Proposals
from crm.reminder_lists import ReminderLists
from crm.stats import Stats
from crm.tasks import TaskLists, Tasks
from crm.tasks.agenda import Agenda
from crm.turns import Turn
from llm.masking import Mask

LINES = 20  # of one tool's answer
LENGTH = 300  # characters of one line
BEGIN, END = "<data>", "</data>"
_TAGS = re.compile(r"<(?=\s*/?\s*data)", re.IGNORECASE)
HandOver = Callable[[Turn, str, str], Awaitable[str]]
"""Passes the conversation on to the assistant with a slug, and why; what the model is told of it."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The use cases that tools work through, the very ones of the commands. Without a `hand_over` no assistant passes a
    conversation on."""

    tasks: Tasks
    task_lists: TaskLists
    agenda: Agenda
    calls: Calls
    call_lists: CallLists
    contacts: Contacts
    reminder_lists: ReminderLists
    stats: Stats
    proposals: Proposals
    hand_over: HandOver | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """What a tool works with. `mask` hides phones and e-mails. `outcomes` are what became of earlier proposals, by the
    key of the call; `asked` counts the writes this run asked for."""

    turn: Turn
    desk: Desk
    clock: Callable[[], datetime]
    mask: Mask
    outcomes: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def actor(self) -> Actor:
        """Whose rights hold."""
        return self.turn.actor

    @property
    def is_private(self) -> bool:
        return self.actor.chat_kind is ChatKind.PRIVATE

    @property
    def reader(self) -> Actor:
        """Who looks: in a group nobody sees more than every member of it does, as all of them read the answer."""
        return self.actor if self.is_private else replace(self.actor, reads_along=True)

    def told(self, lines: Iterable[str], private: Collection[str] = ()) -> str:
        """What was found, for a model: a few lines, masked, marked as material; "none" for nothing. `private` is known
        to be so, however it looks."""
        shown: list[str] = []
        for line in lines:
            if len(shown) == LINES:
                shown.append("… there is more; narrow it down")
                break
            hidden = self.mask.hide(
                " ".join(line.split()), private
            )  # first: half a phone is not known for one
            shown.append(self.mask.cut(hidden, LENGTH))
        return as_data("\n".join(shown)) if shown else "none"

    def restored(self, text: str) -> str:
        """A tool's argument with what its placeholders stand for. Raises ModelRetry for one that stands for nothing."""
        if (invented := self.mask.invented(text)) is not None:
            raise ModelRetry(f"{invented} stands for nothing. Use only placeholders you were shown.")
        return self.mask.restore(text)


def as_data(text: str) -> str:
    """Marked as material that others wrote; what it holds can't end the mark early."""
    return f"{BEGIN}\n{_TAGS.sub('‹', text)}\n{END}"
