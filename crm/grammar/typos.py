"""Slips of the finger in words of date and time: one letter missing, added, changed, or two swapped."""

from functools import lru_cache

from crm.grammar import english, russian
from crm.grammar.letters import words

_EXTRA = [
    "every",
    "morning",
    "evening",
    "afternoon",
    "tonight",
    "weekend",
    "weekday",
    "remind",
    "month",
    "minutes",
    "hours",
    "next",
    "starting",
    "until",
    "через",
    "каждый",
    "каждую",
    "каждое",
    "каждые",
    "напомни",
    "утром",
    "вечером",
    "следующий",
    "следующую",
    "месяц",
    "понедельникам",
    "вторникам",
    "четвергам",
    "пятницам",
    "субботам",
    "будням",
    "ежедневно",
    "еженедельно",
    "ежемесячно",
    "выходные",
    "выходных",
    "полчаса",
]
_WORDS = frozenset(
    word
    for word in (
        *english.DAYS, *english.WEEKDAYS, *english.MONTHS, *russian.DAYS, *russian.WEEKDAYS, *russian.MONTHS,
        *_EXTRA,
    )
    if len(word) >= 5
)  # fmt: skip
_KNOWN = {  # further off than one letter, and common
    "tommorow": "tomorrow", "tommorw": "tomorrow", "tomorro": "tomorrow", "tomorw": "tomorrow", "tmorow": "tomorrow",
    "todya": "today", "tody": "today", "2day": "today", "2morrow": "tomorrow", "tomo": "tomorrow",
    "wensday": "wednesday", "wedensday": "wednesday", "thrusday": "thursday", "febuary": "february",
    "evry": "every", "evrey": "every", "сёдня": "сегодня", "седня": "сегодня", "севодня": "сегодня",
    "сегодна": "сегодня", "завтро": "завтра", "зафтра": "завтра", "завтр": "завтра", "звтра": "завтра",
    "послезватра": "послезавтра", "чрз": "через", "черз": "через", "понедельнк": "понедельник",
    "каждй": "каждый", "напомин": "напомни", "пятнцу": "пятницу", "втоорник": "вторник",
}  # fmt: skip
# Ordinary words that are one letter away from a word of time.
_NEVER = words(
    "завтрак завтрака завтраку завтраки четверо четвертая вечеров вечерам mourning mornings evenings "
    "sundae sundar match marsh larch starch march's arch monthly weekends weekdays mondays tuesdays "
    "wednesdays thursdays fridays saturdays sundays months hour minute remand remains reminds "
    "reminder reminded untie until's texts nest text каждая каждого каждой каждому каждым напомнить "
    "напомните напомнил напомним мая мара марка марту марте следующая следующие следующего следующей "
    "следующем месяца месяцу месяце месяцы выходной выходным июнь июль январь февраль апрель сентябрь "
    "октябрь ноябрь декабрь август январе феврале апреле сентябре октябре ноябре декабре августе "
    "средой средам среднюю средний средняя среднее средств средства вторник's ждем starring staring "
    "stating ever very fever never sever lever event toddy toady todays tomorrows augusta augusto "
    "april's aprils juned julys novembers septembers fridge frida mandy monthy очередь череп череда "
    "черед черен черту черепа фраза среди сред понедельный аллея буден весь вечернем утренним утрам "
    "quarter minuted minutest mercy marchs marche marcha march june july april апрели евреля"
)
_INITIALS = frozenset(word[0] for word in _WORDS)


def _deleted(word: str) -> set[str]:
    return {word[:at] + word[at + 1 :] for at in range(1, len(word))}


_BY_DELETED: dict[str, list[str]] = {}
for _word in sorted(_WORDS):
    for _shorter in (*_deleted(_word), _word):
        _BY_DELETED.setdefault(_shorter, []).append(_word)


@lru_cache(maxsize=4096)
def mended(low: str) -> str:
    """The word of time that was meant, else the word itself. The first letter is never doubted."""
    if low in _KNOWN:
        return _KNOWN[low]
    if not 5 <= len(low) <= 16 or low in _WORDS or low in _NEVER or low[0] not in _INITIALS:
        return low
    near = {
        word
        for shorter in (low, *_deleted(low))
        for word in _BY_DELETED.get(shorter, ())
        if len(word) >= 6 and word[0] == low[0] and _one_slip(low, word)
    }
    return near.pop() if len(near) == 1 else low


def _one_slip(typed: str, word: str) -> bool:
    """Whether one insertion, deletion, change or swap of neighbours makes one of the other."""
    if abs(len(typed) - len(word)) > 1:
        return False
    at = next(
        (i for i, (a, b) in enumerate(zip(typed, word, strict=False)) if a != b), min(len(typed), len(word))
    )
    left, right = typed[at:], word[at:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (left[:2] == right[1::-1] and left[2:] == right[2:])
    return left[1:] == right if len(left) > len(right) else left == right[1:]
