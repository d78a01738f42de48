"""Meetings: which titles are of one, so that it can be reminded of in time to get there."""

from crm.grammar import english, russian
from crm.grammar.letters import words

_MEETINGS = words(
    "meeting meetup standup stand-up interview lunch встреча встречу созвон совещание планерка планерку собрание"
    " собеседование переговоры митинг"
)
_MEETING = words("meet встретиться созвониться увидеться")  # verbs


def is_meeting(title: str) -> bool:
    """Whether a title opens with a meeting, or with one word before it that does something else to none: "weekly
    meeting" is one, "prepare the meeting" is not."""
    said = [word.strip(",.:;–—-") for word in title.casefold().replace("ё", "е").split()[:2]]
    if not said:
        return False
    if said[0] in _MEETINGS or said[0] in _MEETING:
        return True
    does = (
        said[0] in english.VERBS
        or russian.is_verb(said[0])
        or said[0] in ("the", "a", "for", "после", "до", "к")
    )
    return len(said) == 2 and not does and said[1] in _MEETINGS
