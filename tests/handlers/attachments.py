"""What people send along, as Telegram tells it, and what their questions carry."""

from tests.handlers.desk import Desk

VOICE = {"file_id": "v", "file_unique_id": "v", "duration": 3, "file_size": 1000}
PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 1, "height": 1}]
PDF = {"file_id": "d", "file_unique_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf"}


def carried(desk: Desk) -> list[tuple[str, list[str]]]:
    """The words of each question, and the kinds of what came with them."""
    return [
        (row.turn.text, [one.kind for one in row.turn.attachments])
        for row in desk.storage.state.turns.values()
    ]
