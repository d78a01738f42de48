"""Meetings are known by how their title opens."""

import pytest

from crm.tasks.meetings import is_meeting


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("meeting with Bob", True),
        ("weekly meeting", True),
        ("Meet Anna at the station", True),
        ("Встреча с Анной", True),
        ("планёрка", True),
        ("созвониться с Олегом", True),
        ("общее собрание жильцов", True),
        ("prepare meeting notes", False),
        ("подготовить совещание", False),
        ("send the offer", False),
        ("notes for the meeting", False),
        ("", False),
    ],
)
def test_what_opens_with_a_meeting_is_one(title: str, expected: bool) -> None:
    assert is_meeting(title) is expected
