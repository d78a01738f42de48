"""A fault nobody foresaw: one sentence with a reference, the same in the log, and nobody's words there."""

import re

from tests.databases import Database
from tests.flows.stage import Stage


async def test_a_fault_is_one_sentence_and_the_log_has_its_reference(
    stage: Stage, stage_rows: Database
) -> None:
    anna = await stage.person("Анна", "ru")
    await anna.asks("/start", "язык")
    await stage_rows.fetch("ALTER TABLE crm_calls RENAME TO crm_calls_elsewhere")
    try:
        told = await anna.asks("/call Незабудкин +7 999 765-43-21: ждёт скидку", "Код|reference|код")
        task = await anna.asks("/task купить бумагу", "купить бумагу")
    finally:
        await stage_rows.fetch("ALTER TABLE crm_calls_elsewhere RENAME TO crm_calls")
    assert task["text"].startswith("#1")  # everything else goes on
    reference = re.search(r"\b[0-9A-HJKMNP-TV-Z]{8}\b", told["text"])
    assert reference is not None
    line = stage.log()[stage.log().index(reference[0]) :]
    assert "ProgrammingError" in line
    for words in ("Незабудкин", "765-43-21", "9997654321", "скидку"):
        assert words not in stage.log()
    assert await stage_rows.count("crm_contacts WHERE full_name LIKE 'Незаб%'") == 0  # nothing half-saved
    await anna.asks("/call Незабудкин +7 999 765-43-21: ждёт скидку", "Незабудкин")
