"""The question to the owner of a grown team: a message owed like a reminder, with words and buttons of its own."""

from datetime import timedelta

from crm.deliveries import Delivery
from crm.visibility import Sight
from handlers.reminder_messages import reminder_message
from handlers.texts import speaking
from handlers.visibility import chosen_visibility
from tests.fakes import MONDAY, an_actor


def test_the_question_names_the_team_in_its_buttons_and_never_says_that_it_is_late() -> None:
    owed = Delivery(
        id=1,
        lease="x",
        attempts=1,
        due_at=MONDAY,
        text="",
        actor=an_actor(workspace_id=77),
        thread_id=None,
        task_number=None,
        notice="visibility",
    )
    answer = reminder_message(owed, MONDAY + timedelta(days=1))
    assert [button.data for row in answer.buttons for button in row] == ["sees:77:everyone", "sees:77:own"]
    assert "Nothing changes until you choose" in answer.text
    assert "late" not in answer.text
    with speaking("ru"):
        assert "одиннадцать участников" in reminder_message(owed, MONDAY).text
        assert "видят всё" in chosen_visibility(Sight.EVERYONE).text
