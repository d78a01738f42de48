"""Short forms of first names, and the full ones they stand for: Саша is Александр or Александра."""

from crm.grammar.letters import words

_RUSSIAN = (
    "саша александр александра", "саня александр", "шура александр александра", "лена елена", "леша алексей",
    "алеша алексей", "дима дмитрий", "митя дмитрий", "миша михаил", "маша мария", "катя екатерина", "настя анастасия",
    "наташа наталья наталия", "оля ольга", "таня татьяна", "юля юлия", "ира ирина", "света светлана", "аня анна",
    "нюра анна", "женя евгений евгения", "коля николай", "вова владимир", "володя владимир", "сережа сергей",
    "серега сергей", "костя константин", "паша павел", "петя петр", "ваня иван", "вася василий", "гриша григорий",
    "боря борис", "толя анатолий", "слава вячеслав ярослав станислав святослав", "стас станислав", "витя виктор",
    "вика виктория", "валера валерий", "валя валентина валентин", "галя галина", "гена геннадий", "гоша георгий",
    "жора георгий", "даша дарья", "денис денис", "ксюша ксения оксана", "лида лидия", "люба любовь", "люда людмила",
    "мила людмила", "надя надежда", "нина нина", "поля полина", "рита маргарита", "рома роман", "соня софья софия",
    "тема артем", "артемка артем", "тоня антонина", "федя федор", "юра юрий", "яша яков", "лара лариса", "алла алла",
    "лиза елизавета", "кира кира", "кирюха кирилл", "макс максим", "никита никита", "антоша антон", "тоша антон",
    "степа степан", "семен семен", "ася анастасия", "лёня леонид", "леня леонид", "эдик эдуард", "рая раиса",
    "зина зинаида", "вера вера", "ангелина ангелина", "геля ангелина", "ника вероника", "тим тимофей тимур",
)  # fmt: skip
_ENGLISH = (
    "bob robert", "rob robert", "bobby robert", "bill william", "will william", "billy william", "liam william",
    "jim james", "jimmy james", "jack john", "johnny john", "mike michael", "mick michael", "dave david", "dan daniel",
    "danny daniel", "tom thomas", "tommy thomas", "tony anthony", "joe joseph", "joey joseph", "ben benjamin",
    "sam samuel samantha", "alex alexander alexandra",
    "max maximilian maxwell", "nick nicholas", "chris christopher christine",
    "steve steven stephen", "matt matthew", "andy andrew", "drew andrew", "greg gregory", "jeff jeffrey", "ed edward",
    "ted edward theodore", "charlie charles", "chuck charles", "dick richard", "rick richard", "rich richard",
    "ron ronald", "pat patrick patricia", "pete peter", "phil philip", "ken kenneth", "tim timothy", "kate katherine",
    "katie katherine", "kathy katherine", "liz elizabeth", "beth elizabeth", "betty elizabeth", "lisa elizabeth",
    "sue susan", "jen jennifer", "jenny jennifer", "meg margaret", "maggie margaret", "peggy margaret", "becky rebecca",
    "vicky victoria", "sandy sandra alexandra", "debbie deborah", "barb barbara", "cathy catherine", "cindy cynthia",
    "gabe gabriel", "josh joshua", "larry lawrence", "nate nathan nathaniel", "vince vincent",
    "walt walter", "zach zachary",
)  # fmt: skip
FIRST_NAMES = frozenset(name for row in _ENGLISH for name in row.split()) | words(
    "anna emma olivia sophia mia amelia harry oliver george noah leo oscar mark paul kim dana lena "
    "kevin brian laura sarah linda karen nancy emily julia maria eva alice grace henry frank peter "
    "simon martin felix hans klaus lucas marco luigi pierre jean marie claire ivan olga elena irina "
    "dmitry sergey oleg igor boris natalia tatiana"
)


def _inflected(short: str) -> tuple[str, ...]:
    stem = short[:-1]
    if short[-1] == "а":
        soft = "и" if stem[-1] in "гкхжчшщ" else "ы"
        return short, stem + soft, stem + "е", stem + "у", stem + "ой", stem + "ей"
    if short[-1] == "я":
        return short, stem + "и", stem + "е", stem + "ю", stem + "ей"
    return short, short + "а", short + "у", short + "ом", short + "е"


_FULL: dict[str, tuple[str, ...]] = {}
for _row in _RUSSIAN:
    _short, *_full = _row.replace("ё", "е").split()
    if [_short] != _full:
        for _form in _inflected(_short):
            _FULL[_form] = tuple(dict.fromkeys((*_FULL.get(_form, ()), *_full)))
for _row in _ENGLISH:
    _short, *_full = _row.split()
    _FULL[_short] = tuple(_full)


def full_names(low: str) -> tuple[str, ...]:
    """The full names, nominative and folded, that a short one in any case may stand for."""
    return _FULL.get(low, ())
