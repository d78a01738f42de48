"""Lists of calls: what is said where there is none."""

from dataclasses import replace

from crm.calls import CallFilter, CallPage
from crm.people import Role
from handlers.calls.lists import call_list
from tests.fakes import an_actor


def test_a_guest_is_not_shown_how_to_log_a_call() -> None:
    empty = CallPage([], CallFilter(), has_newer=False, has_older=False)
    guest = replace(an_actor(), role=Role.GUEST)
    assert "/call" in call_list(empty, an_actor()).text
    assert call_list(empty, guest).text == "There are no calls here that you may see."
