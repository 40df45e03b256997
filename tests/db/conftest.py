"""Fixtures for tests of what the database does by itself."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.db.desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield Desk(connection)
