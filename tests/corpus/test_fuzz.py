"""A short turn of the fuzz run; `python -m tests.corpus.fuzz` takes a longer one."""

from itertools import islice

import pytest

from tests.corpus.fuzz import copies, read

COPIES = 150


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_broken_files_are_read_or_refused(seed: int) -> None:
    troubles = [broken for copy in islice(copies(seed), COPIES) if (broken := read(*copy)).trouble]
    assert [(broken.origin, broken.trouble) for broken in troubles] == []
