"""Frozen records by the hundred thousand, made in a fraction of the time that their class takes."""

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar, cast

Record = TypeVar("Record")


def maker(kind: type[Record]) -> Callable[..., Record]:
    """Return what makes records of a frozen dataclass with slots, given all fields in their order.

    The class itself sets every field by a call, to get past its own ban. Here they are set in a twin that is not
    frozen, which then becomes one of the class.
    """
    names = [part.name for part in fields(kind)]  # type: ignore[arg-type] # a dataclass
    twin = make_dataclass(kind.__name__, names, slots=True)

    def make(*values: Any) -> Record:  # noqa: ANN401 - as the fields are
        made = twin(*values)
        made.__class__ = kind
        return cast("Record", made)

    return make
