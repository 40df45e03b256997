"""Everything that PostgreSQL knows about a schema, as text that can be compared."""

import psycopg

# kind, name, definition: names tell what is what, the definitions are PostgreSQL's own words.
_CATALOGUE = """
SELECT 'column', c.relname || '.' || a.attname,
  concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
    'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), nullif(a.attidentity, ''), nullif(a.attgenerated, ''))
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
  AND a.attnum > 0 AND NOT a.attisdropped
UNION ALL
SELECT 'constraint', conrelid::regclass || '.' || conname,
  pg_get_constraintdef(oid) || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END
FROM pg_constraint WHERE connamespace = current_schema()::regnamespace AND conrelid <> 0
UNION ALL
SELECT 'index', indexrelid::regclass::text,
  pg_get_indexdef(indexrelid) || CASE WHEN indisvalid THEN '' ELSE ' INVALID' END
FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid) || ' ' || tgenabled::text
FROM pg_trigger WHERE NOT tgisinternal
UNION ALL
SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid)
FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
UNION ALL
SELECT 'enum', enumtypid::regtype::text, string_agg(enumlabel, ' ' ORDER BY enumsortorder)
FROM pg_enum GROUP BY enumtypid
ORDER BY 1, 2
"""

_VERSION_TABLE = "waapp_alembic_version"


def catalogue(url: str) -> dict[tuple[str, str], str]:
    """Return the definitions of all that a database's schema holds."""
    with psycopg.connect(url) as connection:
        return {(kind, name): text for kind, name, text in connection.execute(_CATALOGUE)}


def tables_of(found: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Keep what a description of tables can say: no functions and triggers, not the migrations' own table."""
    return {
        key: text
        for key, text in found.items()
        if key[0] in {"column", "constraint", "index"} and not key[1].startswith(_VERSION_TABLE)
    }


def rows(url: str) -> dict[str, list[dict[str, object]]]:
    """Return all rows of all tables, in the order of their first column."""
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
        ).fetchall()
        return {
            name: [
                row
                for (row,) in connection.execute(
                    f'SELECT to_jsonb(t) FROM "{name}" t ORDER BY to_jsonb(t)::text'
                )
            ]
            for (name,) in names
        }
