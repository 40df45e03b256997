"""The fields of a draft in SQL: how each is read from its JSON, and the column of the guests in which it is."""

from collections.abc import Mapping
from typing import Final

_COLUMNS: Final[Mapping[str, tuple[str, str]]] = {
    "name": ("name", "{json} ->> 'name'"),
    "phone": ("phone", "NULLIF({json} ->> 'phone', '')"),
    "email": ("email", "NULLIF({json} ->> 'email', '')"),
    "group": ("guest_group", "COALESCE({json} ->> 'group', '')"),
    "language": ("language", "COALESCE({json} ->> 'language', '')"),
    "notes": ("notes", "COALESCE({json} ->> 'notes', '')"),
    "tags": ("tags", "ARRAY(SELECT jsonb_array_elements_text({json} -> 'tags'))"),
    "household": ("household", "COALESCE({json} ->> 'household', '')"),
    "plus_ones": ("plus_ones", "COALESCE(CAST({json} ->> 'plus_ones' AS integer), 0)"),
    "time_zone": ("time_zone", "COALESCE({json} ->> 'time_zone', '')"),
    "consent": ("consent", "COALESCE({json} ->> 'consent', 'unknown')"),
    "consent_source": ("consent_source", "COALESCE({json} ->> 'consent_source', '')"),
    "consent_at": ("consent_at", "CAST({json} ->> 'consent_at' AS timestamptz) AT TIME ZONE 'UTC'"),
    "extra": ("extra", "COALESCE({json} -> 'extra', '{{}}')"),
}


def set_from(json_column: str) -> str:
    """Return what an UPDATE of guests `g` sets: the fields that the JSON has, as it has them."""
    return ", ".join(
        f"{column} = CASE WHEN jsonb_exists({json_column}, '{name}') "
        f"THEN {read.format(json=json_column)} ELSE g.{column} END"
        for name, (column, read) in _COLUMNS.items()
    )


def is_all_of(json_column: str) -> str:
    """Return the condition that guests `g` are what the JSON says; a field that it has not is empty."""
    return " AND ".join(_is(name, json_column) for name in _COLUMNS)


def is_what_is_in(json_column: str) -> str:
    """Return the condition that guests `g` are what the JSON says, whatever stands in the fields that it has not."""
    return " AND ".join(
        f"(NOT jsonb_exists({json_column}, '{name}') OR {_is(name, json_column)})" for name in _COLUMNS
    )


def _is(name: str, json_column: str) -> str:
    column, read = _COLUMNS[name]
    return f"g.{column} IS NOT DISTINCT FROM {read.format(json=json_column)}"
