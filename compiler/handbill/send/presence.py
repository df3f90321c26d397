"""Who is at work on a run: a lock of the operating system, which is gone the moment its process is, however it ended.

Every process that sends holds it together with the others. Who gets it alone knows that nobody else is at work, so
that what is still claimed was claimed by one that is dead. Where there are no such locks, the leases decide.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


class Presence:
    """Held from `enter` to `exit`. Raises OSError when the file cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Presence:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def alone(self) -> bool:
        """Whether no other process is at work. The lock is then this one's alone, until `join`."""
        if fcntl is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def join(self) -> None:
        """Be at work together with whoever else is."""
        if fcntl is not None:
            fcntl.flock(self._file, fcntl.LOCK_SH)
