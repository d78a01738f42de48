"""Conversations: plain text becomes a turn, a row that some process answers (DESIGN §2.2)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from crm.agents import RECENT, Agent, AgentDirectory, Choice, Doubt, Reason, answering
from crm.albums import Album, check_together
from crm.answers import Answer, Reply
from crm.attachments import Attachment
from crm.errors import N_, BadInput, NotAllowed
from crm.grammar.letters import storable
from crm.people import Actor, ChatKind, Role
from crm.picking import HELD, Held
from crm.preparing import prepare
from crm.privacy import OFF
from crm.routing import Classifier, LocalClassifier, choose
from crm.storage import Storage, Unit
from crm.turns import ATTEMPTS, LEASE, ModelAnswer, Progress, Turn, TurnDoors
from crm.updates import Arrival

__all__ = ["ATTEMPTS", "LEASE", "Conversations", "ModelAnswer", "Turn", "TurnDoors"]
QUESTION_LIMIT = 8000  # characters


class Conversations:
    """Questions to agents and what becomes of them."""

    def __init__(
        self,
        storage: Storage,
        doors: TurnDoors,
        directory: AgentDirectory,
        *,
        wake: Callable[[], None],
        cancel: Callable[[int], None],
        classifier: Classifier | None = None,
        lease: Callable[[], datetime | None] = lambda: None,
        take: Callable[[Turn], None] = lambda _turn: None,
    ) -> None:
        """`wake` says that there may be a turn to claim, `cancel` that one was asked to stop. `lease` says until when
        this process would hold a turn that begins as it is committed, which `take` is then given; None: it takes none
        so."""
        self._storage = storage
        self._doors = doors
        self._directory = directory
        self._wake = wake
        self._cancel = cancel
        self._lease = lease
        self._take = take
        self._classifier = classifier or LocalClassifier()

    async def ask(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        *,
        attachments: Sequence[Attachment] = (),
        album: Album | None = None,
    ) -> Choice:
        """Choose the agent, in doubt the likeliest, and commit the turn; the answer comes later, from the turn, which
        waits for the rest of its `album`. Raises BadInput, NotFound."""
        return (await self._ask(actor, arrival, text, attachments=attachments, album=album))[0]

    async def joins_album(
        self, actor: Actor, arrival: Arrival, album: Album, text: str, attachments: Sequence[Attachment]
    ) -> bool:
        """A part of an album that was asked about before belongs to that question; False when there is none. Raises
        BadInput for more than can be asked about at once."""
        async with self._storage.transaction(actor) as unit:
            together = await unit.albums.joins(
                actor, arrival, album, storable(text)[:QUESTION_LIMIT], attachments
            )
            if together is None:
                return False
            check_together(together)
            await unit.updates.finish(arrival, None)
        return True

    async def ask_or_hold(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        question: Reply[Held],
        *,
        asked: Agent | None = None,
        replied_to: int | None = None,
        attachments: Sequence[Attachment] = (),
        album: Album | None = None,
    ) -> Answer | None:
        """As `ask`; in doubt the message is held, unless something came with it, and the answer asks whom it is for.
        `asked` is whom /ask names, `replied_to` Telegram's id of our message that this one replies to."""
        asks = None if attachments else question
        return (await self._ask(actor, arrival, text, asks, asked, replied_to, attachments, album))[1]

    async def _ask(
        self,
        actor: Actor,
        arrival: Arrival,
        text: str,
        question: Reply[Held] | None = None,
        asked: Agent | None = None,
        replied_to: int | None = None,
        attachments: Sequence[Attachment] = (),
        album: Album | None = None,
    ) -> tuple[Choice, Answer | None]:
        if len(text) > QUESTION_LIMIT:
            raise BadInput(
                N_("That is {length} characters. Ask in up to {limit}."),
                length=len(text),
                limit=QUESTION_LIMIT,
            )
        text = storable(text)
        roster = await self._directory.roster(actor)
        rank = await self._classifier.ranker(roster)
        answer: Answer | None = None
        begun: Turn | None = None
        async with self._storage.transaction(actor) as unit:
            if await unit.privacy.is_off():
                raise NotAllowed(OFF)
            here = await unit.conversations.here(actor, arrival.thread_id, arrival.sent_at - RECENT)
            if replied_to is not None:
                wrote = await unit.conversations.answered_by(actor.chat_id, replied_to)
                here = replace(here, replied_agent_id=wrote)
            choice = choose(
                text,
                language=actor.language,
                chat_kind=actor.chat_kind,
                here=here,
                roster=roster,
                rank=rank,
                asked=asked,
            )
            if isinstance(choice, Doubt) and question is not None:
                held_id = await unit.picking.hold(actor, arrival, choice, arrival.sent_at + HELD)
                answer = question(Held(held_id, choice))
            if isinstance(choice, Doubt):
                choice = Choice(choice.options[0], Reason.CLASSIFIED, choice.text, choice.detail)
            if answer is None:
                if album is None:
                    begun = await self._add(unit, actor, arrival, choice, attachments)
                else:  # it waits for its other parts
                    turn = await unit.conversations.add_turn(actor, arrival, choice, attachments)
                    await unit.albums.begin(turn.id, album)
            await unit.updates.finish(arrival, answer)
        if begun is not None:
            self._take(begun)
        elif answer is None:
            self._wake()
        return choice, answer

    async def _add(
        self,
        unit: Unit,
        actor: Actor,
        arrival: Arrival,
        choice: Choice,
        attachments: Sequence[Attachment],
    ) -> Turn | None:
        """The turn, prepared, when it begins with the commit. In a group others may still join it, and whether somebody
        is there is asked before they are answered."""
        until = self._lease() if actor.chat_kind is ChatKind.PRIVATE and not actor.from_group else None
        turn = await unit.conversations.add_turn(actor, arrival, choice, attachments, until=until)
        return replace(turn, prepared=await prepare(unit, turn)) if turn.lease else None

    async def stop(
        self,
        actor: Actor,
        arrival: Arrival,
        reply: Callable[[bool], Answer | None],
        *,
        turn_id: int | None = None,
    ) -> Answer | None:
        """Stop a turn, or all that the actor's chat waits for, in a group those of one topic: whoever asked may, and
        who manages the team. `reply` is told whether there was any. Raises NotAllowed for what others asked."""
        everyones = actor.chat_kind is ChatKind.PRIVATE or actor.role in (Role.OWNER, Role.MANAGER)
        async with self._storage.transaction(actor) as unit:
            stopping = await unit.conversations.stop(
                actor, arrival.thread_id, turn_id, arrival.sent_at, everyones=everyones
            )
            if stopping.others and not stopping.turn_ids:
                raise NotAllowed(N_("Only whoever asked can stop that, or a manager of the team."))
            answer = reply(bool(stopping.turn_ids))
            await unit.updates.finish(arrival, answer)
        for one in stopping.turn_ids:
            self._cancel(one)
        return answer

    async def signature(self, turn: Turn) -> str | None:
        """The name that the answer bears; None where there is but one assistant, whose name says nothing."""
        roster = await self._directory.roster(turn.actor)
        named = answering(roster, turn.agent_id)
        return named.name(turn.actor.language) if named is not None and len(roster) > 1 else None

    async def claim(self, now: datetime, *, limit: int = 4) -> Sequence[Turn]:
        return await self._doors.claim(now, limit=limit, lease=LEASE)

    async def renew(self, turns: Sequence[Turn], now: datetime) -> dict[int, bool]:
        """See TurnDoors.renew."""
        return await self._doors.renew(turns, now + LEASE)

    async def release(self, turn: Turn, until: datetime | None = None) -> None:
        """Leave it to whoever claims it next, at once or from `until` on, instead of after the lease."""
        async with self._storage.transaction(turn.actor) as unit:
            await unit.conversations.release(turn, until)

    async def keep_progress(self, turn: Turn, progress: Progress) -> bool:
        """Write down how far the model has come, so that a crash costs no step twice."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.keep_progress(turn, progress)

    async def keep_shown(self, turn: Turn, telegram_message_id: int) -> bool:
        """The message that grows with the answer and becomes its first piece."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.keep_shown(turn, telegram_message_id)

    async def keep_answer(self, turn: Turn, answer: ModelAnswer) -> bool:
        """Write the answer down before it is sent, so that a crash in between costs no second model call."""
        async with self._storage.transaction(turn.actor) as unit:
            kept = await unit.conversations.keep_answer(turn, answer)
            if kept and answer.proposals:
                await unit.proposals.add(turn, answer.proposals)
            return kept

    async def keep_heard(self, turn: Turn) -> bool:
        """Write down what was heard, so that a crash before the answer costs no second hearing."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.keep_heard(turn)

    async def keep_pieces(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        """So many messages of the answer are sent; a crash costs none of them twice."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.keep_pieces(turn, telegram_message_ids)

    async def sent(self, turn: Turn, telegram_message_ids: Sequence[int]) -> bool:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.mark_sent(turn, telegram_message_ids)

    async def keep_apology(self, turn: Turn, reference: str, text: str) -> bool:
        """What is said in place of an answer is owed like one."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.keep_apology(turn, reference, text)

    async def failed(self, turn: Turn, reference: str) -> bool:
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.mark_failed(turn, reference)

    async def canceled(self, turn: Turn) -> bool:
        """Stopped before a word was said."""
        async with self._storage.transaction(turn.actor) as unit:
            return await unit.conversations.mark_canceled(turn)
