"""Files: tables in and out, and calendars."""

from collections.abc import Mapping

from tests.handlers.doors import Knock, answers_own, presses, says, shares

TABLE = {"file_id": "table", "file_unique_id": "table", "file_name": "people.csv", "file_size": 60}


def with_table(step: str, *, changes: bool = False) -> Knock:
    """A button of the import that a table opens."""
    return answers_own(shares(document=TABLE, caption="/import"), f"im:{{of}}:{step}", changes=changes)


OF_FILES: Mapping[str, Knock] = {
    "exports.choose_export": Knock(says("/export")),
    "exports.send_export": Knock(presses("export:tasks:json")),
    "imports.ask_file": Knock(says("/import")),
    "imports.take_document": Knock(shares(document=TABLE)),
    "imports.choose_kind": with_table("kind:contacts"),
    "imports.show_columns": with_table("cols:0"),
    "imports.ask_field": with_table("col:0"),
    "imports.set_field": with_table("set:0:name"),
    "imports.show_preview": with_table("try"),
    "imports.take_in": with_table("go", changes=True),
    "imports.cancel": with_table("no"),
    "imports.take_back": Knock(presses("imported:{import_id}:undo"), changes=True),
    "feeds.show_calendar": Knock(says("/calendar")),
    "feeds.make_address": Knock(presses("feed:{workspace_id}:new"), changes=True),
    "feeds.end_address": Knock(presses("feed:{workspace_id}:end"), changes=True),
    "feeds.send_calendar": Knock(presses("feed:{workspace_id}:file")),
}
