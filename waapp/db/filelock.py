"""A lock on a file that the operating system releases when its process ends, whatever ends it."""

import errno
import os
import sys
from pathlib import Path
from typing import Final

_BUSY: Final = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


class FileLock:
    """Exclusive between processes and between objects of one process; never waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._descriptor is not None

    def try_acquire(self) -> bool:
        """Take the lock, creating the file; False when somebody else holds it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _BUSY:
                return False
            raise
        self._descriptor = descriptor
        return True

    def acquire(self) -> None:
        """Take a lock that nobody else can hold, because its name is new."""
        if not self.try_acquire():
            raise FileExistsError(self._path)

    def release(self, *, remove: bool = False) -> None:
        """Give the lock back; `remove` deletes the file, which is safe only where nobody waits for it."""
        if self._descriptor is None:
            return
        descriptor, self._descriptor = self._descriptor, None
        if remove and sys.platform != "win32":
            self._path.unlink(missing_ok=True)
        os.close(descriptor)
        if remove and sys.platform == "win32":  # an open file cannot be deleted there
            self._path.unlink(missing_ok=True)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
