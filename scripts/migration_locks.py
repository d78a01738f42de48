"""What a migration must not do to a table that people are using: hold it while every row is read or written."""

import re

_RULES = (
    (r"CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)", "make the index CONCURRENTLY"),
    (
        r"ADD (?!CONSTRAINT|CHECK|FOREIGN)(?!.*\bDEFAULT\b).*\bNOT NULL",
        "a column NOT NULL needs a constant DEFAULT",
    ),
    (
        r"ADD (COLUMN )?.*\bDEFAULT\b.*\b(clock_timestamp|random|gen_random_uuid|nextval|timeofday)\s*\(",
        "a DEFAULT that differs by row rewrites the table",
    ),
    (r"ALTER (COLUMN )?\S+ (SET DATA )?TYPE\b", "another type rewrites the table; add a column beside it"),
    (
        r"ALTER (COLUMN )?\S+ SET NOT NULL",
        "SET NOT NULL reads all rows; add CHECK ... NOT VALID, validate later",
    ),
    (
        r"ADD .*\b(FOREIGN KEY|CHECK|REFERENCES)\b(?!.*NOT VALID)",
        "add the constraint NOT VALID, validate later",
    ),
    (r"(UPDATE|DELETE FROM) (?!.*\bWHERE\b)", "all rows at once; do it in portions"),
)
_BODY = re.compile(r"(\$\w*\$).*?\1", re.DOTALL)
_TABLE = re.compile(
    r"(?:CREATE (?:UNIQUE )?INDEX .*?\bON|ALTER TABLE|UPDATE|DELETE FROM)"
    r" (?:IF EXISTS )?(?:ONLY )?(?:public\.)?\"?(\w+)",
    re.IGNORECASE,
)
_MADE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(?:public\.)?\"?(\w+)", re.IGNORECASE)


def faults(sql: str) -> list[str]:
    """One line per statement that locks a table this SQL did not make; functions' bodies are not looked into."""
    found, made = list[str](), {"alembic_version"}
    plain = re.sub(r"--[^\n]*", "", _BODY.sub("''", sql))
    for statement in (" ".join(part.split()) for part in plain.split(";")):
        if new := _MADE.match(statement):
            made.add(new[1].lower())
        table = _TABLE.match(statement)
        if table is None or table[1].lower() in made:
            continue
        for pattern, advice in _RULES:
            start = "" if pattern.startswith("A") else "^"
            if re.search(start + pattern, statement, re.IGNORECASE):
                found.append(f"{statement}: {advice}")
                break
    return found
