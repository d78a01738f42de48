"""Texts: what Russian says has the same fields as English, in every plural form."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from crm.grammar.dates import Due
from handlers.texts import due_words, formatted, gettext, moment_words, ngettext, speaking

CATALOGUE = Path(__file__).parent.parent.parent / "locales" / "ru" / "LC_MESSAGES" / "messages.po"


def texts() -> Iterator[tuple[str, str]]:
    """Every English text beside each of its Russian ones."""
    with CATALOGUE.open("rb") as file:
        for one in read_po(file, locale="ru"):
            if not one.id:
                continue
            if isinstance(one.id, str):
                yield one.id, str(one.string)
            else:
                forms = [str(form) for form in one.string or ()]
                assert len(forms) == 3, f"{one.id}: Russian has three forms"
                yield from ((str(one.id[1]), form) for form in forms)


ALL = list(texts())


def fields(text: str) -> set[str]:
    return {name for _text, name, _form, _conversion in Formatter().parse(text) if name is not None}


def in_code() -> Iterator[str]:
    """Every text that the sources mark, wherever it stands: the extractor does not look into f-strings."""
    root = CATALOGUE.parents[3]
    for path in (path for name in ("bot", "crm", "handlers") for path in (root / name).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                text = node.args[0]
                if node.func.id in ("_", "N_") and isinstance(text, ast.Constant):
                    yield str(text.value)


def test_every_text_in_the_code_has_its_russian() -> None:
    known = {english for english, _russian in ALL}
    assert {text for text in in_code() if text not in known} == set()


def test_there_are_texts() -> None:
    assert len(ALL) > 40


# Each of these looks at all texts at once and names those it finds: a test a text would be three thousand tests.
def test_a_russian_text_has_the_fields_and_commands_of_the_english() -> None:
    assert len(ALL) > 1000
    assert [pair for pair in ALL if fields(pair[0]) != fields(pair[1])] == []
    assert [pair for pair in ALL if commands(pair[0]) != commands(pair[1])] == []


def commands(text: str) -> list[str]:
    return sorted(re.findall(r"/[a-z]+\b", text))


def test_texts_are_calm_and_in_the_words_of_the_house() -> None:
    """No exclamation marks, but in the mark that says a reminder again."""
    assert [pair for pair in ALL if "!" in re.sub(r"!\d+[mм]", "", "".join(pair))] == []
    assert [ru for _, ru in ALL if re.search(r"\bагент|\bтаск|\bремайндер", ru, re.IGNORECASE)] == []
    assert [pair for pair in ALL if any(text.strip() != text for text in pair)] == []


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 открытых задач"), (1, "1 открытая задача"), (3, "3 открытые задачи"), (11, "11 открытых задач"),
     (22, "22 открытые задачи"), (101, "101 открытая задача"), (112, "112 открытых задач")],
)  # fmt: skip
def test_russian_counts_in_three_forms(count: int, words: str) -> None:
    with speaking("ru"):
        assert ngettext("{count} open task", "{count} open tasks", count).format(count=count) == words


@pytest.mark.parametrize(("count", "words"), [(0, "0 open tasks"), (1, "1 open task"), (21, "21 open tasks")])
def test_english_counts_in_two(count: int, words: str) -> None:
    assert ngettext("{count} open task", "{count} open tasks", count).format(count=count) == words


def test_a_language_without_a_catalogue_is_english_and_the_one_before_comes_back() -> None:
    with speaking("ru"):
        with speaking("de"):
            assert gettext("Done") == "Done"
        assert gettext("Done") == "Готово"
    assert gettext("Done") == "Done"


def test_dates_are_written_as_people_of_the_language_do() -> None:
    day, clock = date(2026, 3, 2), time(9, 5)
    due = Due(day, clock, "Europe/Moscow")
    assert due_words(due) == "Mon, 2 Mar, 09:05"
    assert due_words(Due(day, None, "Europe/Moscow")) == "Mon, 2 Mar"
    assert due_words(due, 2026) == "Mon, 2 Mar, 09:05"
    assert due_words(due, 2025) == "Mon, 2 Mar 2026, 09:05"
    assert moment_words(datetime(2026, 3, 2, 6, 5, tzinfo=UTC)) == "2 Mar, 06:05"
    with speaking("ru"):
        assert due_words(due) == "пн, 2 мар., 09:05"


def test_names_that_look_like_markup_stay_what_they_are() -> None:
    text, entities = formatted("<b>", "👋 *x*", "_y_")
    assert text == "<b>👋 *x*_y_"
    assert entities == ()


def test_a_dash_of_russian_sentences_is_the_long_one() -> None:
    """The short one is for ranges, between two values."""
    assert [said for _english, said in texts() if " – " in said.replace("} – {", "")] == []
