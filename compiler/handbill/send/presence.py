"""Who is at work on a run: a lock of the operating system, which is gone the moment its process is, however it ended.

Every process that sends holds it together with the others. Who could have it alone knows that nobody else is at work,
so that what is still claimed was claimed by one that is dead. Where there are no such locks, the leases decide.
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
    """Held from the first `alone` to `exit`. Raises OSError when the file cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> Presence:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def alone(self) -> bool:
        """Whether no other process is at work; from then on this one is.

        Asked within a transaction of the ledger only, so that one process asks at a time: whoever asks lets go of the
        lock for a moment.
        """
        if fcntl is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except OSError:
            alone = False
        fcntl.flock(self._file, fcntl.LOCK_SH)
        return alone
