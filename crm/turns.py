"""Turns: a message to an assistant, or several that came while it was busy, and what becomes of it (DESIGN §2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from crm.attachments import Attachment
from crm.people import Actor
from crm.proposals.entities import NewProposal
from crm.updates import Arrival

if TYPE_CHECKING:  # these features know of turns
    from crm.agents import Choice, Here
    from crm.preparing import Prepared

FIRST_LEASE = timedelta(
    seconds=10
)  # of a turn that its own process takes as it is committed; then it is renewed
LEASE = timedelta(seconds=30)  # renewed while the model speaks
OWN = "none"  # the model of an answer that is a sentence of the bot's own
ATTEMPTS = 3  # a turn that ended its process this often is given up with an apology


class ModelAway(Exception):
    """The provider can't be reached, refuses for now or broke off: asking again may help."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One message of a turn and who wrote it; several people may speak in a group's turn."""

    name: str
    text: str
    member_id: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a model has come: its messages as JSON of ModelMessagesTypeAdapter, the question among them, and what
    they cost so far."""

    messages: Sequence[Any] = ()
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One question to an agent and its answer, leased to us. `attempts` counts this one.

    `text` is what was asked, `sayings` the same by speaker, oldest first; the first speaker is the actor.
    `answer` is there when the model has spoken and only the sending is left; `pieces` are Telegram's ids of the
    messages of it that are sent. `shown_as` is the message that was edited while the model spoke. `progress` is where
    a process that died left off. `is_stopped`: a person asked to stop. `is_live`: the group wants to see answers grow.
    `is_own`: the answer is a sentence of the bot's own, which no assistant signs.
    `prepared` was read in the transaction that made the turn.
    """

    id: int
    conversation_id: int
    lease: str
    attempts: int
    agent_id: int
    actor: Actor
    thread_id: int | None
    message_id: int | None
    text: str
    asked_at: datetime
    answer: str | None = None
    sayings: tuple[Saying, ...] = ()
    pieces: tuple[int, ...] = ()
    shown_as: int | None = None
    progress: Progress = Progress()
    is_stopped: bool = False
    is_live: bool = False
    is_own: bool = False
    reference: str | None = None
    attachments: tuple[Attachment, ...] = ()
    resumes_turn_id: int | None = None  # this one goes on from that one, whose proposals are decided
    prepared: "Prepared | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What a model said: text (Markdown), its messages as JSON for the next turn, and what it used.

    `cost_micros` is millionths of a US dollar, None where no price is known. `is_partial`: somebody stopped it.
    `proposals` are the writes it asked for; with some of them the text may be empty.
    """

    text: str
    messages: Sequence[Any]
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int | None = None
    is_partial: bool = False
    proposals: Sequence[NewProposal] = ()


class Listener(Protocol):
    """Whoever watches an answer being written. Nothing here makes the model wait but `step_done`."""

    @property
    def wants_text(self) -> bool:
        """False: nobody watches, so the whole answer at once will do, at a tenth of the cost."""

    @property
    def is_stopped(self) -> bool:
        """True from the moment a person asked to stop; the task that asks the model is canceled right after."""

    def follow(self, said: Callable[[], str]) -> None:
        """`said` gives all that was said so far; called before the first word, once for each try."""

    def heard(self) -> None:
        """There is more of it."""

    async def step_done(self, progress: Progress) -> None:
        """A response is complete, or the tools it asked for have run: a process that dies now goes on from here."""


class Unwatched:
    """A Listener for an answer that is shown when it is whole and kept nowhere meanwhile."""

    wants_text = is_stopped = False

    def follow(self, said: Callable[[], str]) -> None: ...

    def heard(self) -> None: ...

    async def step_done(self, progress: Progress) -> None: ...


class TurnDoors(Protocol):
    async def claim(self, now: datetime, *, limit: int, lease: timedelta) -> Sequence[Turn]:
        """Lease the oldest unfinished turn of each conversation, skipping what others hold. What else waits in the
        conversation, said by people of the same role, joins it."""

    async def renew(self, turns: Sequence[Turn], until: datetime) -> dict[int, bool]:
        """The turns still ours, by id, and whether a person asked to stop them."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """Turns that were asked to stop, by id; `others` says that there are some which are not the actor's to stop."""

    turn_ids: Sequence[int] = ()
    others: bool = False


class ConversationStore(Protocol):
    async def here(self, actor: Actor, thread_id: int | None, since: datetime) -> "Here": ...

    async def add_turn(
        self,
        actor: Actor,
        arrival: Arrival,
        choice: "Choice",
        attachments: Sequence[Attachment] = (),
        *,
        until: datetime | None = None,
    ) -> Turn:
        """Open the conversation of chat, thread and agent if need be, and queue a turn in it, without a lease. With
        `until` and nothing before it in the conversation, it has begun, under a lease until then."""

    async def answered_by(self, chat_id: int, message_id: int) -> int | None:
        """The agent whose answer a message of ours is, or a piece of it. `chat_id` is our row in `chats`."""

    async def release(self, turn: Turn, until: datetime | None) -> None:
        """Give the lease back, as if the turn had not been claimed; nobody takes it before `until`."""

    async def keep_progress(self, turn: Turn, progress: Progress) -> bool: ...

    async def keep_shown(self, turn: Turn, telegram_message_id: int) -> bool: ...

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool: ...

    async def keep_heard(self, turn: Turn) -> bool:
        """The text and attachments of a turn whose recording was heard."""

    async def keep_pieces(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool: ...

    async def mark_sent(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        """The answer is there, whole or as far as it came: its state is done, or stopped."""

    async def keep_apology(self, turn: Turn, reference: str, text: str) -> bool:
        """An answer that ends the turn as failed once it is sent."""

    async def mark_failed(self, turn: Turn, reference: str) -> bool: ...

    async def mark_canceled(self, turn: Turn) -> bool: ...

    async def stop(
        self, actor: Actor, thread_id: int | None, turn_id: int | None, at: datetime, *, everyones: bool
    ) -> Stopping:
        """What waits is canceled, what runs is asked to stop: the turn, or all of the actor's chat, in a group those
        of one topic."""
