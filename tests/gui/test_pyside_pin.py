"""PySide6 6.12.0 on Python 3.11 drops a reference with every callback and aborts the process after some hundred."""

import subprocess
import sys

CALLBACKS = 20_000

PROGRAM = f"""
from PySide6.QtCore import QCoreApplication, QObject, QTimer, Signal

class Source(QObject):
    happened = Signal(object)

app = QCoreApplication([])
source, seen = Source(), []
source.happened.connect(lambda value: seen.append(value))
for number in range({CALLBACKS}):
    source.happened.emit(None)

def tick():
    seen.append(None)
    if len(seen) >= {CALLBACKS} + 2_000:
        app.quit()

timer = QTimer(interval=0)
timer.timeout.connect(tick)
timer.start()
app.exec()
print(len(seen))
"""


def test_the_pinned_qt_survives_many_callbacks() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, str(CALLBACKS + 2_000)), ended.stderr
