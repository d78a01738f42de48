"""Places: which line of an edited message is which of the tasks it made before."""

from collections.abc import Mapping, Sequence

from crm.grammar.letters import storable
from crm.tasks.entities import Task


def places(before: Mapping[int, Task | None], lines: Sequence[str]) -> list[int]:
    """The number of each line: that of a task of before, or a new one past them all.

    A line that stands as it stood keeps its task, wherever it moved to; the others take the tasks that are left, in
    order, one that was taken back (None) among them. What no line takes is no longer in the message.
    """
    found: dict[int, int] = {}
    free = dict(sorted(before.items()))
    for at, line in enumerate(lines):
        same = next((n for n, task in free.items() if task and task.raw_input == storable(line)), None)
        if same is not None:
            found[at] = same
            del free[same]
    rest, following = list(free), max(before, default=-1) + 1
    for at in range(len(lines)):
        if at not in found and rest:
            found[at] = rest.pop(0)
        elif at not in found:
            found[at] = following
            following += 1
    return [found[at] for at in range(len(lines))]
