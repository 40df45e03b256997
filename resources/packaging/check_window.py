"""Open the window of a frozen program, wait until it works, and close it: `python check_window.py PROGRAM HOME`.

With Xvfb it is closed as a person does, by its title bar's button, and must end in order. Without Xvfb nobody can press
that button: it is ended by SIGTERM, and the next start must find its way.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

PATIENCE = 60.0
CONNECTED = "feed connected"
"""What the log says when a session with the database has begun."""


class CheckError(Exception):
    """What went wrong, for the person who runs this."""


def wait(what: str, happened: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until something has happened while the program runs."""
    deadline = monotonic() + PATIENCE
    while not happened():
        if process.poll() is not None:
            raise CheckError(f"the program ended with {process.returncode} before {what}")
        if monotonic() > deadline:
            raise CheckError(f"still no {what} after {PATIENCE:.0f} s")
        sleep(0.02)


def log(home: Path) -> str:
    """Return the program's log."""
    try:
        return (home / "logs" / "waapp.log").read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent."""

    _fields_ = (
        ("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("send_event", ctypes.c_int), ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong), ("message_type", ctypes.c_ulong), ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5), ("rest_of_the_union", ctypes.c_long * 24),
    )  # fmt: skip


class Screen:
    """An X display: which windows are open, and their close buttons."""

    def __init__(self, name: str) -> None:
        self._x = ctypes.CDLL("libX11.so.6")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        for function in ("XDefaultRootWindow", "XInternAtom"):
            getattr(self._x, function).restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(name.encode()))
        if not self._display:
            raise CheckError(f"no display {name}")

    def windows(self) -> list[int]:
        """Return the windows that can be asked to close and have a size to look at."""
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        x, display = self._x, self._display
        x.XQueryTree(
            display, ctypes.c_ulong(x.XDefaultRootWindow(display)), ctypes.byref(root), ctypes.byref(parent),
            ctypes.byref(children), ctypes.byref(count),
        )  # fmt: skip
        found = [children[i] for i in range(count.value)]
        if children:
            x.XFree(children)
        return [one for one in found if self._is_open(one)]

    def close(self, window: int) -> None:
        """Do what the title bar's button does."""
        message = ClientMessage(type=33, window=window, message_type=self._atom("WM_PROTOCOLS"), format=32)
        message.data[0] = self._atom("WM_DELETE_WINDOW")
        self._x.XSendEvent(self._display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        self._x.XFlush(self._display)

    def disconnect(self) -> None:
        """Leave the display."""
        self._x.XCloseDisplay(self._display)

    def _is_open(self, window: int) -> bool:
        protocols, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_int()
        asked = self._x.XGetWMProtocols(
            self._display, ctypes.c_ulong(window), ctypes.byref(protocols), ctypes.byref(count)
        )
        closable = bool(asked) and self._atom("WM_DELETE_WINDOW") in protocols[: count.value]
        if asked:
            self._x.XFree(protocols)
        facts = (ctypes.c_int * 64)()  # XWindowAttributes: x, y, width, height, …, map_state at 23
        self._x.XGetWindowAttributes(self._display, ctypes.c_ulong(window), ctypes.byref(facts))
        return closable and facts[2] >= 640 and facts[23] == 2

    def _atom(self, name: str) -> int:
        return int(self._x.XInternAtom(self._display, name.encode(), 0))


@contextmanager
def open_screen(name: str) -> Iterator[Screen]:
    """Connect to a display for a while."""
    screen = Screen(name)
    try:
        yield screen
    finally:
        screen.disconnect()


@contextmanager
def xvfb() -> Iterator[str | None]:
    """Start a display without a monitor; None where there is no Xvfb."""
    program = shutil.which("Xvfb")
    if program is None:
        yield None
        return
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdout=quiet, stderr=quiet, pass_fds=[writing]) as server:  # noqa: S603 - Xvfb
        os.close(writing)
        try:
            with os.fdopen(reading) as told:
                yield f":{told.readline().strip()}"
        finally:
            server.terminate()


def check(program: Path, home: Path, display: str | None) -> str:
    """Open, wait, close; return what was seen."""
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "WAAPP_HOME": str(home), "LANG": "C.UTF-8",
        "QT_QPA_PLATFORM": "xcb" if display else "offscreen", "DISPLAY": display or "",
    }  # fmt: skip
    seen = []
    connections = log(home).count(CONNECTED)

    def is_connected() -> bool:
        return log(home).count(CONNECTED) > connections

    started = monotonic()
    with subprocess.Popen([program], env=environment, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            if display:
                with open_screen(display) as screen:
                    wait("window", lambda: bool(screen.windows()), process)
                    seen.append(f"window after {monotonic() - started:.1f} s")
                    wait("connection", is_connected, process)
                    seen.append(f"connected after {monotonic() - started:.1f} s")
                    closed = monotonic()
                    screen.close(screen.windows()[0])
            else:
                wait("connection", is_connected, process)
                seen.append(f"connected after {monotonic() - started:.1f} s")
                closed = monotonic()
                process.send_signal(signal.SIGTERM)
            _, complaints = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    seen.append(f"ended after {monotonic() - closed:.1f} s")
    if complaints.strip():
        raise CheckError(f"it complained: {complaints.strip()}")
    if process.returncode == -signal.SIGTERM:
        seen.append("by the signal, with no orderly end")
    elif process.returncode != 0:
        raise CheckError(f"it ended with {process.returncode}")
    elif (home / "database" / "data" / "postmaster.pid").exists():
        raise CheckError("its database still runs")
    return ", ".join(seen)


def main() -> int:
    """Check twice: the first start makes the database."""
    program, home = Path(sys.argv[1]), Path(sys.argv[2])
    home.mkdir(parents=True, exist_ok=True)
    try:
        with xvfb() as display:
            for start in ("first start", "second start"):
                print(f"{start}: {check(program, home, display)}")
    except CheckError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    faults = [line for line in log(home).splitlines() if " ERROR " in line]
    sys.stderr.write("".join(f"FAILED: {line}\n" for line in faults))
    return 1 if faults else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
