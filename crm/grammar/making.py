"""Making: "create a task to …", «создай задачу …»: words to the bot, and none of the title."""

from crm.grammar.clocks import clock_at
from crm.grammar.daywords import day_at
from crm.grammar.letters import words
from crm.grammar.pieces import Piece
from crm.grammar.tokens import Line

VERBS = words(
    "create add make new создай создайте добавь добавьте заведи заведите поставь поставьте запиши запишите новая"
)
TASK = words("task задачу задачку задача")
BESIDE = words("a an new новую еще одну мне нам , пожалуйста please")
OPENINGS = words("please пожалуйста and и а ну so ok okay хорошо слушай well")
# unless they say when
_PLACES = words("for in of from with into on out by at в во к ко на для из по от с со")
_NAMED = words("the my our this that his her their")  # "add a task to the board"
_COMPOUNDS = words("force forces list lists board manager management tracker bar group template runner queue")
_GIVEN = ("поставь", "поставьте")  # «поставь задачу Пете» gives it to somebody
_INFINITIVES = ("ть", "ти", "чь", "ться", "тись", "чься")


def make(line: Line, at: int, pieces: list[Piece]) -> Piece | None:
    """The words at the beginning of a line that say it is a task."""
    lows = line.lows
    if pieces or not all(low in OPENINGS or not low.isalnum() for low in lows[:at]):
        return None
    noun = at + 1
    while lows[noun] in BESIDE:
        noun += 1
    after = noun + 1
    if lows[noun] not in TASK or (lows[noun] == "задача") != (lows[at] == "новая"):
        return None
    following = lows[after]
    if line.glued(after) and following in "-–_/'":
        return None
    if following in _COMPOUNDS or (following == "to" and lows[after + 1] in _NAMED):
        return None
    says_when = day_at(line, after) is not None or clock_at(line, after) is not None
    if following in _PLACES and not says_when:
        return None
    if lows[at] in _GIVEN and following[:1].isalpha() and not says_when and not _is_infinitive(following):
        return None
    return Piece("make", 0, after, None)


def _is_infinitive(low: str) -> bool:
    return low.endswith(_INFINITIVES)
