"""What COPY reads is what was meant, whatever stands in it."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waapp.db.copying import (
    NULL,
    as_array,
    as_json,
    as_text,
    as_texts,
    copy_lines,
    from_json,
    json_of_texts,
    line,
)
from waapp.db.engine import Database

texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), max_size=12)


async def stored(database: Database, rows: list[str]) -> list[tuple[object, ...]]:
    async def blocks():
        for row in rows:
            yield row

    async with database.begin() as conn:
        await conn.exec_driver_sql(
            "CREATE TEMP TABLE copied (n int, t text, a text[], j jsonb) ON COMMIT DROP"
        )
        await copy_lines(conn, "COPY copied (n, t, a, j) FROM STDIN", blocks())
        return list(map(tuple, await conn.exec_driver_sql("SELECT t, a, j FROM copied ORDER BY n")))


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(texts, st.lists(texts, max_size=3), st.dictionaries(texts, texts, max_size=3)), max_size=20
    )
)
def test_texts_lists_and_json_arrive_as_they_are(run, database: Database, rows) -> None:
    lines = [
        line((str(number), as_text(text), as_array(values), as_json(document)))
        for number, (text, values, document) in enumerate(rows)
    ]
    assert run(stored(database, lines)) == rows


@given(st.lists(texts), st.dictionaries(texts, texts))
def test_the_short_ways_lead_to_the_same(values: list[str], document: dict[str, str]) -> None:
    assert list(as_texts(values)) == [as_text(value) for value in values]
    assert from_json(json_of_texts(document)) == as_json(document)


def test_nothing_is_null(run, database: Database) -> None:
    assert run(stored(database, [line(("1", NULL, as_array(["\\N"]), as_json(json.loads("{}"))))])) == [
        (None, ["\\N"], {})
    ]
