"""A crowd of tasks in one team, made by the database itself: what lists are measured on."""

import asyncpg

from crm.grammar.wordforms import kept_words

VERBS = (
    "позвонить", "отправить", "согласовать", "проверить", "подготовить", "обсудить", "найти", "оплатить", "подписать",
    "call", "send", "check", "prepare", "discuss", "approve", "order", "pay", "sign", "print", "review",
)  # fmt: skip
NOUNS = (
    "счёт", "договор", "смету", "презентацию", "доставку", "склад", "отчёт", "партию", "образцы", "цены",
    "invoice", "contract", "estimate", "slides", "delivery", "stock", "report", "batch", "samples", "prices",
)  # fmt: skip
RARE = "фейерверк"  # in one task of ten thousand
LABELS = ("vip", "склад", "весна")
CONTACTS = 1000  # each has as many tasks as any other
_FILL = """
INSERT INTO crm_tasks (workspace_id, number, title, words, status, completed_at, due_date, due_time, due_tz, due_at,
                       assignee_id, created_by, contact_id, created_at)
SELECT $1, i, t.title || CASE WHEN i % 10000 = 77 THEN ' ' || $6 ELSE '' END,
       t.words || CASE WHEN i % 10000 = 77 THEN $6 || ' ' ELSE '' END,
       CASE WHEN i % 5 < 2 THEN 'completed' WHEN i % 5 = 2 THEN 'in_progress' ELSE 'not_started' END,
       CASE WHEN i % 5 < 2 THEN $7::timestamptz - i * interval '7 minutes' END,
       d.day, d.clock, CASE WHEN d.day IS NOT NULL THEN 'UTC' END, d.day + d.clock AT TIME ZONE 'UTC',
       m.ids[1 + i / 7 % cardinality(m.ids)], m.ids[1 + i / 11 % cardinality(m.ids)], c.ids[1 + i % cardinality(c.ids)],
       $7::timestamptz - (i % 400) * interval '1 day'
FROM generate_series(1, $2::int) i
CROSS JOIN (SELECT $3::bigint[] AS ids) m
CROSS JOIN (SELECT $4::bigint[] AS ids) c
JOIN crowd_titles t ON t.id = i * 13 % $5
CROSS JOIN LATERAL (
    SELECT CASE WHEN i % 10 > 0 THEN $7::date + (i * 17 % 400 - 60) END AS day,
           CASE WHEN i % 3 = 0 THEN make_time(8 + i % 10, 0, 0) END AS clock) d
"""


async def fill(
    link: asyncpg.Connection, workspace_id: int, members: list[int], count: int, *, at: object
) -> list[int]:
    """So many tasks (400 titles, 2 of 5 done, 1 of 10 without a date, dues within a year around `at`); the ids of
    their contacts. `link` is the owner's; indexes are built afterwards, which is several times faster."""
    contacts = [
        row[0]
        for row in await link.fetch(
            "INSERT INTO crm_contacts (workspace_id, full_name) SELECT $1, 'Contact ' || i"
            " FROM generate_series(1, $2::int) i RETURNING id",
            workspace_id,
            min(CONTACTS, count),
        )
    ]
    titles = [f"{verb} {noun}" for verb in VERBS for noun in NOUNS]
    await link.execute("CREATE TEMP TABLE crowd_titles (id int PRIMARY KEY, title text, words text)")
    await link.executemany(
        "INSERT INTO crowd_titles VALUES ($1, $2, $3)",
        [(number, title, kept_words(title)) for number, title in enumerate(titles)],
    )
    indexes = await link.fetch(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE i.indrelid = 'crm_tasks'::regclass AND NOT i.indisunique"
    )
    for name, _definition in indexes:
        await link.execute(f"DROP INDEX {name}")
    await link.execute(_FILL, workspace_id, count, members, contacts, len(titles), RARE, at)
    for _name, definition in indexes:
        await link.execute(definition)
    await link.execute(
        "INSERT INTO crm_labels (workspace_id, task_id, name)"
        " SELECT workspace_id, id, ($2::text[])[1 + number / 16 % 3]"
        " FROM crm_tasks WHERE workspace_id = $1 AND number % 16 = 0",
        workspace_id,
        list(LABELS),
    )
    await link.execute("UPDATE workspaces SET last_task_number = $2 WHERE id = $1", workspace_id, count)
    await link.execute("DROP TABLE crowd_titles")
    await link.execute("ANALYZE")
    return contacts
