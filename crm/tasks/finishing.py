"""Finishing: several tasks done at once, by their numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crm.errors import N_, BadInput
from crm.people import Actor
from crm.storage import Unit
from crm.tasks.entities import Status, Task
from crm.tasks.writing import Completed, complete_task
from crm.updates import Arrival

AT_ONCE = 50  # tasks done by one message
_NUMBER = re.compile(r"[#№]?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of several: done now, done before, numbers that are nobody's, and tasks that are not theirs."""

    done: Sequence[Completed]
    before: Sequence[Task]
    unknown: Sequence[int]
    refused: Sequence[int]


def numbers_in(text: str) -> list[int]:
    """Numbers of tasks: 42 43, #42, with commas or without. Raises BadInput for anything else, and for too many."""
    pieces = text.replace(",", " ").replace(";", " ").split()
    found = [_NUMBER.fullmatch(piece) for piece in pieces if piece.casefold() not in ("and", "и")]
    if not found or not all(found):
        raise BadInput(N_("Type the numbers of the tasks, for example: /done 42 43"))
    numbers = list(dict.fromkeys(int(one[1]) for one in found if one))
    if len(numbers) > AT_ONCE:
        raise BadInput(
            N_("That is {count} tasks. Send up to {limit} at a time."), count=len(numbers), limit=AT_ONCE
        )
    return numbers


async def finish_numbers(
    unit: Unit, actor: Actor, arrival: Arrival, numbers: Sequence[int], now: datetime
) -> Finished:
    """By number, in the order of ids, so that two who do the same at once wait for each other and don't lock up."""
    done, before, unknown, refused = [], [], [], []
    seen = {number: await unit.tasks.by_number(number) for number in numbers}
    batch = arrival.update_id if len(numbers) > 1 else None
    for number, found in sorted(seen.items(), key=lambda one: one[1].id if one[1] else 0):
        if found is None:
            unknown.append(number)
            continue
        task = await unit.tasks.by_id(found.id, to_change=True)
        if task is None:
            refused.append(number)
        elif task.status is Status.COMPLETED:
            before.append(task)
        else:
            done.append(await complete_task(unit, actor, arrival, task, now, batch=batch))
    return Finished(done, before, sorted(unknown), refused)
