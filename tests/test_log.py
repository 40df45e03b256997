import logging
import os
from pathlib import Path

import pytest

from waapp import log


@pytest.mark.parametrize(
    ("text", "kept_out"),
    [
        ("sent to +447700900123", "447700900123"),
        ("to=whatsapp:+351912345204&body", "912345204"),
        ("GET /Messages.json?To=whatsapp%3A%2B447700900123", "447700900123"),
        ("for +351 912 345 204, again", "912 345 204"),
        ("for +1 (202) 555-0123", "555-0123"),
        ("postgresql://maria:hidden@db/events", "hidden"),
        ("account AC0123456789abcdef0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_what_could_be_used_is_taken_out(text: str, kept_out: str) -> None:
    redacted = log.redact(text)
    assert kept_out not in redacted
    assert redacted != text


def test_a_number_stays_recognisable() -> None:
    assert log.redact("+447700900123") == "+447•••23"


def test_words_and_times_stay() -> None:
    line = "2027-06-05 12:00:00,123 INFO waapp.engine: 120 rows in 1.5 s"
    assert log.redact(line) == line


@pytest.fixture
def root_logger():
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield root
    logging.raiseExceptions = raising
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)


def test_tracebacks_are_redacted_too(tmp_path: Path, root_logger: logging.Logger) -> None:
    log.start(tmp_path)
    try:
        int("+447700900123 is not an integer")
    except ValueError:
        logging.getLogger("waapp.test").exception("failed for %s", "+447700900123")
    written = (tmp_path / "waapp.log").read_text(encoding="utf-8")
    assert "ValueError" in written
    assert "7700900123" not in written


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_borne_in_silence(
    tmp_path: Path, root_logger: logging.Logger, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "waapp.log").symlink_to("/dev/full")
    log.start(tmp_path)
    logging.getLogger("waapp.test").warning("nowhere to go")
    assert "Traceback" not in capfd.readouterr().err
    with Path(os.devnull).open("wb") as room:  # where the file's end can try once more
        os.dup2(room.fileno(), root_logger.handlers[-1].stream.fileno())


def test_a_folder_that_cannot_be_written_leaves_the_terminal(tmp_path, root_logger) -> None:
    (tmp_path / "file").write_text("")
    before = len(root_logger.handlers)
    log.start(tmp_path / "file" / "logs")
    assert len(root_logger.handlers) == before + 1
