"""Errors: one tree, and each rule that was not met is a sentence."""

import pytest

from crm.errors import (
    AlreadyHandled,
    BadInput,
    CrmError,
    NotAllowed,
    NotFound,
    NotInvited,
    Removed,
    StorageAway,
)


@pytest.mark.parametrize("error", [BadInput, NotFound, NotAllowed, NotInvited, Removed])
def test_a_rule_that_was_not_met_is_for_the_person(error: type[CrmError]) -> None:
    assert issubclass(error, CrmError)


@pytest.mark.parametrize("fault", [AlreadyHandled, StorageAway])
def test_what_is_not_for_the_person_is_outside_the_tree(fault: type[Exception]) -> None:
    assert not issubclass(fault, CrmError)


def test_the_sentence_and_its_fields_stay_apart_for_translation() -> None:
    error = NotFound("There is no task {number} here.", number=9)
    assert str(error) == "There is no task 9 here."
    assert (error.text, error.fields) == ("There is no task {number} here.", {"number": 9})


def test_braces_in_what_was_typed_are_just_text() -> None:
    assert str(BadInput("{phone} is no phone.", phone="{0} {x}")) == "{0} {x} is no phone."
