"""Tasks of a team of two, in one line each."""

from crm.answers import Answer
from crm.people import Role
from crm.tasks import Tasks
from tests.fakes import FakeStorage, an_actor, an_arrival

ANNA = an_actor()
BORIS = an_actor(person_id=2, member_id=2, telegram_user_id=1002, display_name="Boris", role=Role.MEMBER)


def ok(_result: object) -> Answer:
    return Answer("ok")


def of_two() -> FakeStorage:
    storage = FakeStorage()
    storage.seat(ANNA, BORIS)
    return storage


async def write(storage: FakeStorage, *lines: str) -> None:
    """Each line a task of Anna's."""
    for line in lines:
        number = 1000 + len(storage.state.tasks)
        await Tasks(storage).create(ANNA, an_arrival(number), line, ok, confirmed=True)
