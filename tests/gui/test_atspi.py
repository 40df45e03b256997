"""The main job over the accessibility bus of a real X server, by a program that knows nothing of ours.

Needs Xvfb, dbus-run-session, at-spi2-core and the system's bindings (`apt-get install xvfb dbus at-spi2-core
python3-gi gir1.2-atspi-2.0`); passed over where one of them is missing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
PLANNER = Path(__file__).with_name("atspi_planner.py")
BINDINGS = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
SESSION = """
"$0" -m waapp & program=$!
"$1" -W ignore "$2"; outcome=$?
kill $program; wait $program || outcome=90
exit $outcome
"""


def missing():
    """What is not installed, if anything."""
    for needed in ("Xvfb", "xvfb-run", "xauth", "dbus-run-session", SYSTEM_PYTHON):
        if shutil.which(needed) is None:
            return needed
    tried = subprocess.run([SYSTEM_PYTHON, "-c", BINDINGS], capture_output=True)
    return "the bindings of AT-SPI" if tried.returncode else None


MISSING = missing() if sys.platform == "linux" else "a bus of this kind"


@pytest.mark.skipif(MISSING is not None, reason=f"{MISSING} is missing")
@pytest.mark.timeout(300)
def test_the_main_job_over_the_accessibility_bus(tmp_path):
    environ = {
        **{name: value for name, value in os.environ.items() if name != "DISPLAY"},
        "WAAPP_HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    done = subprocess.run(
        [
            "dbus-run-session",
            "--",
            "xvfb-run",
            "-a",
            "sh",
            "-c",
            SESSION,
            sys.executable,
            SYSTEM_PYTHON,
            PLANNER,
        ],
        env=environ,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = [line.split(":")[0] for line in done.stdout.splitlines() if line.endswith("all named")]
    assert seen == ["Events", "Guests", "Templates", "Settings", "Send", "Messages"]
    assert list(tmp_path.glob("**/postmaster.pid")) == []
