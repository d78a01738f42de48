"""Zones named in a line: "9am Berlin time", "по Москве", "МСК+2", "UTC"."""

from crm.grammar.tokens import Line

_CITIES = {  # English name: zone, Russian dative ("по …"), stem of the adjective ("по …ому времени")
    "berlin": ("Europe/Berlin", "берлину", "берлинск"),
    "moscow": ("Europe/Moscow", "москве", "московск"),
    "london": ("Europe/London", "лондону", "лондонск"),
    "paris": ("Europe/Paris", "парижу", "парижск"),
    "madrid": ("Europe/Madrid", "мадриду", "мадридск"),
    "rome": ("Europe/Rome", "риму", "римск"),
    "vienna": ("Europe/Vienna", "вене", "венск"),
    "prague": ("Europe/Prague", "праге", "пражск"),
    "warsaw": ("Europe/Warsaw", "варшаве", "варшавск"),
    "riga": ("Europe/Riga", "риге", "рижск"),
    "vilnius": ("Europe/Vilnius", "вильнюсу", "вильнюсск"),
    "tallinn": ("Europe/Tallinn", "таллину", "таллинск"),
    "helsinki": ("Europe/Helsinki", "хельсинки", "хельсинкск"),
    "kyiv": ("Europe/Kyiv", "киеву", "киевск"),
    "kiev": ("Europe/Kyiv", "киеву", "киевск"),
    "minsk": ("Europe/Minsk", "минску", "минск"),
    "istanbul": ("Europe/Istanbul", "стамбулу", "стамбульск"),
    "athens": ("Europe/Athens", "афинам", "афинск"),
    "lisbon": ("Europe/Lisbon", "лиссабону", "лиссабонск"),
    "dublin": ("Europe/Dublin", "дублину", "дублинск"),
    "amsterdam": ("Europe/Amsterdam", "амстердаму", "амстердамск"),
    "zurich": ("Europe/Zurich", "цюриху", "цюрихск"),
    "stockholm": ("Europe/Stockholm", "стокгольму", "стокгольмск"),
    "oslo": ("Europe/Oslo", "осло", "ословск"),
    "belgrade": ("Europe/Belgrade", "белграду", "белградск"),
    "sofia": ("Europe/Sofia", "софии", "софийск"),
    "bucharest": ("Europe/Bucharest", "бухаресту", "бухарестск"),
    "budapest": ("Europe/Budapest", "будапешту", "будапештск"),
    "brussels": ("Europe/Brussels", "брюсселю", "брюссельск"),
    "copenhagen": ("Europe/Copenhagen", "копенгагену", "копенгагенск"),
    "kaliningrad": ("Europe/Kaliningrad", "калининграду", "калининградск"),
    "samara": ("Europe/Samara", "самаре", "самарск"),
    "yekaterinburg": ("Asia/Yekaterinburg", "екатеринбургу", "екатеринбургск"),
    "omsk": ("Asia/Omsk", "омску", "омск"),
    "novosibirsk": ("Asia/Novosibirsk", "новосибирску", "новосибирск"),
    "krasnoyarsk": ("Asia/Krasnoyarsk", "красноярску", "красноярск"),
    "irkutsk": ("Asia/Irkutsk", "иркутску", "иркутск"),
    "vladivostok": ("Asia/Vladivostok", "владивостоку", "владивостокск"),
    "almaty": ("Asia/Almaty", "алматы", "алматинск"),
    "astana": ("Asia/Almaty", "астане", "астанинск"),
    "tashkent": ("Asia/Tashkent", "ташкенту", "ташкентск"),
    "bishkek": ("Asia/Bishkek", "бишкеку", "бишкекск"),
    "tbilisi": ("Asia/Tbilisi", "тбилиси", "тбилисск"),
    "yerevan": ("Asia/Yerevan", "еревану", "ереванск"),
    "baku": ("Asia/Baku", "баку", "бакинск"),
    "dubai": ("Asia/Dubai", "дубаю", "дубайск"),
    "jerusalem": ("Asia/Jerusalem", "иерусалиму", "иерусалимск"),
    "israel": ("Asia/Jerusalem", "израилю", "израильск"),
    "delhi": ("Asia/Kolkata", "дели", "делийск"),
    "mumbai": ("Asia/Kolkata", "мумбаи", "мумбайск"),
    "india": ("Asia/Kolkata", "индии", "индийск"),
    "bangkok": ("Asia/Bangkok", "бангкоку", "бангкокск"),
    "singapore": ("Asia/Singapore", "сингапуру", "сингапурск"),
    "beijing": ("Asia/Shanghai", "пекину", "пекинск"),
    "shanghai": ("Asia/Shanghai", "шанхаю", "шанхайск"),
    "tokyo": ("Asia/Tokyo", "токио", "токийск"),
    "seoul": ("Asia/Seoul", "сеулу", "сеульск"),
    "sydney": ("Australia/Sydney", "сиднею", "сиднейск"),
    "melbourne": ("Australia/Melbourne", "мельбурну", "мельбурнск"),
    "cairo": ("Africa/Cairo", "каиру", "каирск"),
    "toronto": ("America/Toronto", "торонто", "торонтск"),
    "chicago": ("America/Chicago", "чикаго", "чикагск"),
    "denver": ("America/Denver", "денверу", "денверск"),
    "boston": ("America/New_York", "бостону", "бостонск"),
    "miami": ("America/New_York", "майами", "майамск"),
    "seattle": ("America/Los_Angeles", "сиэтлу", "сиэтлск"),
    "ny": ("America/New_York", "нью", "нью"),
    "nyc": ("America/New_York", "нью", "нью"),
    "texas": ("America/Chicago", "техасу", "техасск"),
    "california": ("America/Los_Angeles", "калифорнии", "калифорнийск"),
    "eastern": ("America/New_York", "", ""),
    "central": ("America/Chicago", "", ""),
    "mountain": ("America/Denver", "", ""),
    "pacific": ("America/Los_Angeles", "", ""),
    "uk": ("Europe/London", "", ""),
    "german": ("Europe/Berlin", "", ""),
    "warszawa": ("Europe/Warsaw", "", ""),
}
_LONG = {  # two words
    ("new", "york"): "America/New_York",
    ("los", "angeles"): "America/Los_Angeles",
    ("hong", "kong"): "Asia/Hong_Kong",
    ("san", "francisco"): "America/Los_Angeles",
    ("tel", "aviv"): "Asia/Jerusalem",
    ("buenos", "aires"): "America/Argentina/Buenos_Aires",
    ("mexico", "city"): "America/Mexico_City",
    ("sao", "paulo"): "America/Sao_Paulo",
    ("new", "delhi"): "Asia/Kolkata",
}
_SHORT = {
    "utc": "UTC", "gmt": "UTC", "zulu": "UTC", "мск": "Europe/Moscow", "msk": "Europe/Moscow", "cet": "Europe/Berlin",
    "cest": "Europe/Berlin", "eet": "Europe/Helsinki", "eest": "Europe/Helsinki", "bst": "Europe/London",
    "est": "America/New_York", "edt": "America/New_York", "et": "America/New_York", "cst": "America/Chicago",
    "cdt": "America/Chicago", "ct": "America/Chicago", "mst": "America/Denver", "mdt": "America/Denver",
    "pst": "America/Los_Angeles", "pdt": "America/Los_Angeles", "pt": "America/Los_Angeles", "ist": "Asia/Kolkata",
    "jst": "Asia/Tokyo", "sgt": "Asia/Singapore", "aest": "Australia/Sydney", "екб": "Asia/Yekaterinburg",
    "нск": "Asia/Novosibirsk",
}  # fmt: skip
_FROM_MOSCOW = {  # hours from Moscow, as Russian zones are named
    -1: "Europe/Kaliningrad", 0: "Europe/Moscow", 1: "Europe/Samara", 2: "Asia/Yekaterinburg", 3: "Asia/Omsk",
    4: "Asia/Krasnoyarsk", 5: "Asia/Irkutsk", 6: "Asia/Yakutsk", 7: "Asia/Vladivostok", 8: "Asia/Magadan",
    9: "Asia/Kamchatka",
}  # fmt: skip
_BY_DATIVE = {dative: zone for zone, dative, _ in _CITIES.values() if dative and dative != "нью"}
_BY_STEM = {stem: zone for zone, _, stem in _CITIES.values() if stem and stem != "нью"}


def zone_at(line: Line, at: int) -> tuple[str, int] | None:
    """The zone named at `at` (an IANA name), and the place after it."""
    lows = line.lows
    low = lows[at]
    if low == "(":  # "9:00 (МСК)"
        found = zone_at(line, at + 1) if lows[at + 1] != "(" else None
        return (found[0], found[1] + 1) if found and lows[found[1]] == ")" else None
    if low == "по":
        return _russian(line, at + 1)
    if low == "time" and lows[at + 1] == "in":
        city = _CITIES.get(lows[at + 2])
        return (city[0], at + 3) if city else None
    if low in ("мск", "msk", "utc", "gmt"):
        return _shifted(line, at)
    if low in _SHORT:
        return _SHORT[low], at + 1 + (lows[at + 1] == "time")
    if (low, lows[at + 1]) in _LONG and lows[at + 2] == "time":
        return _LONG[low, lows[at + 1]], at + 3
    if low in _CITIES and lows[at + 1] == "time":
        return _CITIES[low][0], at + 2
    return None


def _russian(line: Line, at: int) -> tuple[str, int] | None:
    lows = line.lows
    low = lows[at]
    if low in ("мск", "utc", "gmt", "msk"):
        return _shifted(line, at)
    if lows[at : at + 3] == ["нью", "-", "йорку"]:
        return "America/New_York", at + 3
    if lows[at : at + 4] == ["нью", "-", "йоркскому", "времени"]:
        return "America/New_York", at + 4
    if low in _BY_DATIVE:
        return _BY_DATIVE[low], at + 1
    if low in _SHORT and not low.isascii():
        return _SHORT[low], at + 1
    if lows[at + 1] == "времени" and low.endswith("ому"):
        zone = _BY_STEM.get(low[:-3])
        return (zone, at + 2) if zone else None
    return None


def _shifted(line: Line, at: int) -> tuple[str, int]:
    """ "МСК", "МСК+2", "UTC-5"; half hours are not understood and stay outside."""
    lows = line.lows
    is_moscow = lows[at] in ("мск", "msk")
    plain = "Europe/Moscow" if is_moscow else "UTC"
    if lows[at + 1] not in ("+", "-", "−", "–") or not line.glued(at + 1):
        return plain, at + 1
    hours = line.number(at + 2, 2)
    if hours is None or (lows[at + 3] == ":" and line.glued(at + 3) and lows[at + 4] not in ("00",)):
        return plain, at + 1
    after = at + (5 if lows[at + 3] == ":" and line.glued(at + 3) else 3)
    hours = hours if lows[at + 1] == "+" else -hours
    if is_moscow:
        return (_FROM_MOSCOW[hours], after) if hours in _FROM_MOSCOW else (plain, at + 1)
    if not -12 <= hours <= 14:
        return plain, at + 1
    return ("UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"), after


STARTS = frozenset(_CITIES) | {first for first, _ in _LONG} | _SHORT.keys() | {"(", "по", "time"}
