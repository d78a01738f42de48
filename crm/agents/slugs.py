"""Slugs: the short Latin name an assistant is addressed by, made from its name."""

import re
from collections.abc import Container

LENGTH = 32  # characters, as SLUG_PATTERN has it
_SOUNDS = "a-b-v-g-d-e-e-zh-z-i-y-k-l-m-n-o-p-r-s-t-u-f-kh-ts-ch-sh-shch--y--e-yu-ya"
_LETTERS = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", _SOUNDS.split("-"), strict=True))


def slug_of(name: str) -> str:
    """ "Помощник по складу" is pomoshchnik-po-skladu; a name without letters is assistant."""
    latin = "".join(_LETTERS.get(letter, letter) for letter in name.lower())
    slug = re.sub(r"[^a-z0-9]+", "-", latin).lstrip("-0123456789")[:LENGTH].strip("-")
    return slug if len(slug) > 1 else "assistant"


def free_slug(slug: str, taken: Container[str]) -> str:
    """The slug, or the first with a number behind it that is free."""
    number, free = 2, slug
    while free in taken:
        free, number = f"{slug[: LENGTH - 1 - len(str(number))]}-{number}", number + 1
    return free
