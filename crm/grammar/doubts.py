"""Doubts: whether a text may be saved at once, or is a question for an assistant."""

from datetime import datetime

from crm.grammar.drafts import CALL, parse
from crm.grammar.fields import Draft
from crm.grammar.letters import words
from crm.grammar.making import BESIDE, OPENINGS, TASK, VERBS
from crm.grammar.readers import Reader
from crm.grammar.tokens import tokenised

_ASKING = words(
    "show tell what what's when where who who's whom why how which is are am was were do does did can could would "
    "should may shall have has list find search lookup summarize summarise explain help give translate count compare "
    "describe hi hello hey thanks thank покажи покажите найди найдите скажи скажите расскажи расскажите что когда где "
    "кто кого кому почему зачем как какой какая какое какие каков сколько есть дай дайте выведи перечисли посчитай "
    "объясни помоги помогите подскажи подскажите удали отмени перенеси измени закрой отметь переведи сравни опиши "
    "составь придумай можно можешь можете ли куда откуда чей чья чье привет здравствуйте спасибо"
)


def is_without_doubt(draft: Draft, text: str) -> bool:
    """Whether `text`, read as `draft`, says for certain what to save: one reading, nothing to confirm, no question or
    request to the bot, and a date, a time or a repetition beside a title, or a form of a reminder or a call log."""
    if draft.ambiguous or draft.confirm is not None or draft.error is not None or draft.bad_phone is not None:
        return False
    if draft.follow_up is not None and (draft.follow_up.ambiguous or draft.follow_up.confirm is not None):
        return False
    if draft.object in ("call", "reminder"):
        return True
    return (draft.due is not None or draft.rrule is not None) and not _asks(text, draft)


def is_talk(line: str, *, now: datetime, reader: Reader) -> bool:
    """Whether a line surely isn't without doubt, whoever's it is and whatever contacts they have: so that none need be
    looked up for a question. Contacts and habits never add a date, a time or a repetition where there is no digit;
    only a call log may be known by a contact."""
    if CALL.match(line) or any(letter.isdigit() for letter in line):
        return False
    draft = parse(line, now=now, reader=reader)
    return draft.object == "task" and draft.due is None and draft.rrule is None


def _asks(text: str, draft: Draft) -> bool:
    """Whether it is a question, or begins as a request to the bot does."""
    if "?" in text:
        return True
    if "object" in draft.spans:  # "create a task to …": what it says of itself is none of its title
        return False
    said = [token.low for token in tokenised(text) if token.is_word and token.low not in OPENINGS]
    if not said:
        return False
    if said[0] in VERBS:  # "add the task to …", which the grammar leaves as it is
        return next((word for word in said[1:] if word != "the" and word not in BESIDE), "") in TASK
    return said[0] in _ASKING
