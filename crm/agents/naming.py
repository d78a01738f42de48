"""Naming: what a line says of a new assistant."""

import re

from crm.errors import N_, BadInput
from crm.grammar.letters import says_nothing


def named(words: str) -> tuple[str, str]:
    """Name and purpose of "name: what it is for"; a dash with spaces divides too, and a name alone is its purpose.

    Raises BadInput where there is no name.
    """
    name, _mark, what = (*re.split(r"\s*(:|\s[—–-]\s)\s*", words.strip(), maxsplit=1), "", "")[:3]
    if says_nothing(name):
        raise BadInput(N_("Give it a name first. For example: Lawyer: reads contracts and finds risks"))
    return name, name if says_nothing(what) else what
