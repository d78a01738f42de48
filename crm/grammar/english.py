"""English words that the grammar reads."""

from crm.grammar.letters import words

WEEKDAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "tue": 1, "tues": 1, "weds": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4,
    "mon": 0, "wed": 2, "sat": 5, "sun": 6,
}  # fmt: skip
SHY_WEEKDAYS = frozenset({"mon", "wed", "sat", "sun"})  # words of their own: a day only beside a cue
MANY_WEEKDAYS = {
    "mondays": 0, "tuesdays": 1, "wednesdays": 2, "thursdays": 3, "fridays": 4, "saturdays": 5, "sundays": 6,
}  # fmt: skip
MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8,
    "september": 9, "october": 10, "november": 11, "december": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10,
    "nov": 11, "dec": 12,
}  # fmt: skip
UNITS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "wk": "w", "wks": "w", "week": "w", "weeks": "w", "fortnight": "fortnight",
    "month": "mo", "months": "mo", "quarter": "q", "quarters": "q", "year": "y", "years": "y", "yr": "y", "yrs": "y",
}  # fmt: skip
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
    "sixty": 60, "ninety": 90,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14,
    "fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19,
    "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
DAYS = {
    "today": 0,
    "tomorrow": 1,
    "yesterday": -1,
    "tmrw": 1,
    "tmw": 1,
    "tmr": 1,
    "tmrrw": 1,
    "tomoz": 1,
    "2moro": 1,
    "2morow": 1,
    "2morrow": 1,
}
PARTS = {"morning": "morning", "afternoon": "afternoon", "evening": "evening", "night": "night"}
REPEATS = {
    "daily": ("DAILY", 1), "weekly": ("WEEKLY", 1), "biweekly": ("WEEKLY", 2),
    "fortnightly": ("WEEKLY", 2), "monthly": ("MONTHLY", 1),
    "quarterly": ("MONTHLY", 3), "yearly": ("YEARLY", 1), "annually": ("YEARLY", 1), "hourly": ("HOURLY", 1),
}  # fmt: skip
# Words after which a weekday or "weekly" can't be part of a noun phrase.
LINKS = words(
    "with to about for and or at in by from on of the a an before after re then please until till via "
    "c per starting unless if when because but so"
)
# Verbs that open what is to be done and are no nouns: "Monday send the invoice".
VERBS = words(
    "add agree apply arrange ask assign attend bake become begin book bring build buy cancel choose "
    "clean close collect compare complete confirm contact cook create cut decide deliver demo deploy "
    "discuss do download draft drive eat email export fill find finish fix follow forward fetch get "
    "give go grab hand have help hire import inform install invite invoice join keep launch learn "
    "leave let look make meet message move negotiate notify onboard open order organise organize pack "
    "paint pay phone pick ping post prepare present print publish put read reach rebook rebuild "
    "reconcile redo register remember remove renew repair reply reschedule resend reserve restart "
    "return ring rotate run say see sell send set settle shut sign skype speak start stop submit sync "
    "take talk tell text tidy try turn unsubscribe update upgrade upload verify visit wait wash watch "
    "water wire wish write call check back chase ship sort review report test train plan pull push "
    "schedule rewrite ensure feed hold hang transfer file mail withdraw wrap swap translate escalate"
)
# Of these some are nouns as often: after a weekday that opens a line they leave it in doubt.
NOUN_VERBS = words(
    "call check report review test train plan demo email text post order invoice draft run sync talk "
    "launch follow look watch water wash print build help hand paint contact visit start schedule "
    "hire import export update upgrade download upload deploy read ring push pull stop transfer feed "
    "drive cut move phone file mail"
)
CALLING = frozenset({"call", "phone", "ring", "dial"})
CALL_NOUNS = words(
    "center centre notes note list sheet log logs script recording recordings summary agenda report "
    "quality option options volume"
)
# What makes "at 5 …" a number of things or a place, not an hour.
COUNTED = words(
    "percent times people persons dollars euros pounds usd eur points street st avenue ave road rd "
    "lane minutes minute mins min seconds second days day weeks week months month years year degrees "
    "km miles mph pages items pieces units floors boxes stores shops companies places locations k"
)
MONEY = words("usd eur gbp rub dollars euros pounds bucks kg kgs g lb lbs km mi ml gb mb k m x hrs")
