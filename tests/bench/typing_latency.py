"""How long a keystroke in the template editor takes until everything that it changes is painted.

    python tests/bench/typing_latency.py [GUESTS]

Types at the end of a text of about 1,024 characters with all that the page does beside it: rules, underlines,
counter, worst cases over all guests. The bare column is the same text in an empty QTextEdit. `typing` is the time
of one key in a row of keys, `pause` the longest time that the window was busy in one piece after typing paused.
"""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from statistics import median, quantiles
from time import perf_counter
from types import SimpleNamespace
from uuid import uuid4

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit

from waapp.config import Settings
from waapp.core.events import Event
from waapp.core.guests import Guest
from waapp.core.template import Template
from waapp.gui import garbage, style, template_frame, templates_page
from waapp.gui.aio import Tasks
from waapp.loop import window_loop

_KEYS = 300
_NAMES = (
    "Aurélie Fontaine",
    "محمد الحسن",
    "נועה לוי",
    "林美玲",
    "Fernando Álvarez de la Vega y Montenegro",
    "Ewa",
)
_LINE = (
    "Dear {{guest_first_name}}, *we* would love to see you at {{event_name}} on {{event_date}}, in {{event_location}}; "
    "your table is number {{table}} and _dinner_ is at eight.\n"
)


def _text(length: int) -> str:
    return (_LINE * (length // len(_LINE) + 1))[: length - 40] + "\nWith love, the two of us"


async def _keys(editor: QTextEdit) -> list[float]:
    """Type and return the seconds from each key until the window has laid out and painted all that is stale."""
    window = editor.window()
    editor.setFocus()
    editor.moveCursor(QTextCursor.MoveOperation.End)
    QTest.keyClick(editor, Qt.Key.Key_B)  # from here on the text is never what is stored
    await asyncio.sleep(0.5)
    taken = []
    for number in range(_KEYS):
        started = perf_counter()
        QTest.keyClick(editor, Qt.Key.Key_Backspace if number % 2 else Qt.Key.Key_A)
        QApplication.sendPostedEvents()
        QApplication.sendEvent(window, QEvent(QEvent.Type.UpdateRequest))
        taken.append(perf_counter() - started)
        await asyncio.sleep(0.02)
    return taken


async def _longest_stall(seconds: float) -> float:
    """Return the longest time that the event loop did not come round."""
    worst, end = 0.0, perf_counter() + seconds
    while (before := perf_counter()) < end:
        await asyncio.sleep(0.001)
        worst = max(worst, perf_counter() - before - 0.001)
    return worst


@asynccontextmanager
async def _page(guests: int):
    """Open the page on invented rows: the database is no part of a keystroke."""
    event = Event(
        uuid4(), "Clara & Davi", None, "Porto", "Europe/Lisbon", "PT", "https://rsvp.example/{rsvp_token}"
    )
    people = [
        Guest(
            uuid4(),
            event.id,
            f"{_NAMES[n % 6]} {n}",
            "+351912345678",
            rsvp_token="k7Fq2",
            extra={"Table": str(n)},
        )
        for n in range(guests)
    ]

    @asynccontextmanager
    async def nothing():
        yield None

    async def rows(*_arguments: object, result: object) -> object:
        return result

    template = Template(uuid4(), "bench", "Bench", _text(1024))
    for module, function, result in (
        (template_frame.template_rows, "list_templates", [template]),
        (template_frame.variant_rows, "list_variants", []),
        (template_frame.event_rows, "get_event", event),
        (template_frame.guest_rows, "list_guests", people),
    ):
        setattr(module, function, lambda *given, result=result, **_named: rows(*given, result=result))
    tasks = Tasks(lambda error: sys.excepthook(type(error), error, error.__traceback__))
    page = templates_page.TemplatesPage(
        database=SimpleNamespace(read=nothing, begin=nothing),
        settings=Settings("bench", "0", "bench"),
        tasks=tasks,
        navigate=lambda _page: None,
    )
    page.resize(1068, 734)
    page.show()
    await page.open(event.id)
    while page._survey.longest is None:
        await asyncio.sleep(0.01)
    try:
        yield page
    finally:
        await tasks.close()
        page.close()


def _row(name: str, taken: list[float], bare: float) -> str:
    points = quantiles(taken, n=100)
    return (
        f"| {name} | {median(taken) * 1000:.1f} | {points[94] * 1000:.1f} | {points[98] * 1000:.1f} |"
        f" {max(taken) * 1000:.1f} | {median(taken) / bare:.1f} × |"
    )


async def _measure(guests: int) -> None:
    plain = QTextEdit()
    plain.setPlainText(_text(1024))
    plain.resize(458, 500)
    plain.show()
    bare = await _keys(plain)
    plain.close()
    print(f"| 1,024 characters, {guests:,} guests | median ms | 95 % | 99 % | worst | to bare |")
    print("|---|---|---|---|---|---|")
    print(_row("bare QTextEdit", bare, median(bare)))
    async with _page(guests) as page:
        print(
            _row(
                "templates page",
                await _keys(page._desk.editor),
                median(bare),
            )
        )
        QTest.keyClick(page._desk.editor, Qt.Key.Key_A)
        print(f"\nlongest stall in the 2 s after the last key: {await _longest_stall(2) * 1000:.1f} ms")


def main() -> None:
    """Print the table."""
    guests = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    app = QApplication(sys.argv[:1])
    app.setQuitOnLastWindowClosed(False)
    style.apply(app)
    # As the program does: garbage is collected between the keys, not under them.
    with (
        garbage.collected_by_window(),
        asyncio.Runner(loop_factory=lambda: window_loop(app)) as runner,
    ):
        runner.run(_measure(guests))


if __name__ == "__main__":
    main()
