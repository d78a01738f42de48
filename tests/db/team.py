"""A team for tests over real rows: Anna owns it, Boris and Clara are members."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from crm.activity import Line
from crm.answers import Answer
from crm.calls import Calls
from crm.contacts import Contacts
from crm.deliveries import Deliveries
from crm.history import History
from crm.people import Actor, People, Role
from crm.reminders import Reminders
from crm.tasks import Tasks
from crm.undo import Undo
from crm.undo_ways import UNDOABLE
from crm.visibility import Visibility
from db.deliveries import SqlDeliveryDoors
from db.people import SqlPeopleDoors
from db.storage import SqlStorage
from tests.acting import NOW, a_visitor, an_arrival
from tests.databases import Database


def said(result: Any) -> Answer:
    return Answer(text=type(result).__name__)


class Team:
    """Anna owns it, Boris and Clara are members; what a test needs of the use cases."""

    def __init__(self, engine: AsyncEngine, database: Database) -> None:
        self.database, self.engine = database, engine
        self.storage = SqlStorage(engine)
        self.doors = SqlPeopleDoors(engine)
        self.tasks, self.calls, self.contacts = (
            Tasks(self.storage),
            Calls(self.storage),
            Contacts(self.storage),
        )
        self.reminders = Reminders(self.storage)
        self.deliveries = Deliveries(self.storage, SqlDeliveryDoors(engine))
        self.history = History(self.storage)
        self.visibility = Visibility(self.storage)

    async def gather(self) -> None:
        self.anna = await People(self.storage, self.doors, open_to_all=True).arrive(
            a_visitor(display_name="Анна")
        )
        self.boris = await self.join(102, "Борис")
        self.clara = await self.join(103, "Clara")

    async def join(self, user: int, name: str) -> Actor:
        own = await self.doors.arrive(a_visitor(user, display_name=name), open_to_all=True)
        (row,) = await self.database.fetch(
            "INSERT INTO members (workspace_id, person_id, role) VALUES ($1, $2, 'member') RETURNING id",
            self.anna.workspace_id,
            own.person_id,
        )
        await self.database.fetch(
            "UPDATE people SET current_workspace_id = $1 WHERE id = $2", self.anna.workspace_id, own.person_id
        )
        actor = await self.doors.arrive(a_visitor(user, display_name=name), open_to_all=False)
        assert (actor.member_id, actor.role) == (row[0], Role.MEMBER)
        return actor

    async def undo(self, actor: Actor, at: Any = NOW) -> Line:
        taken: list[Line] = []

        def keep(line: Line) -> Answer:
            taken.append(line)
            return Answer("ok")

        await Undo(self.storage, UNDOABLE).last(actor, an_arrival(), at, keep)
        return taken[0]

    async def told(self, actor: Actor, wanted: str = "") -> list[tuple[str | None, str, str]]:
        page = await self.history.show(actor, wanted)
        return [(line.who, line.entity, line.action) for line in page.lines]
