"""The operating system's limits around one template's work: the last line, should a bound have a hole.

`bounds` stops what it knows; the maintainers of Jinja say why that is not enough by itself:
https://github.com/pallets/jinja/issues/2149. For the command line only, since limits belong to a process.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import threading
import time
from types import FrameType

from .budget import TooCostly

# How often a limit was met in this process: what came of such work could be another thing on a faster day.
met = 0

if sys.platform == "win32":

    class limited:
        """Nothing: Windows has no such limits."""

        def __init__(self, seconds: float = 2.0, megabytes: int = 384) -> None:
            pass

        def __enter__(self) -> None:
            pass

        def __exit__(self, *_: object) -> None:
            pass

else:
    import resource

    _AGAIN = 0.5  # seconds after which the signal comes again, should its exception have been swallowed
    _GRACE = 3  # seconds of CPU between the signal and the end of the process

    class limited:
        """Limit what is done inside to `seconds` of CPU time and `megabytes` more memory than now.

        Raises TooCostly. Work that never returns to Python is ended with the process, `_GRACE` seconds
        later. Outside the main thread, where no signal can be caught, nothing is limited; memory is
        limited on Linux only. Whatever limits there were before are put back.
        """

        __slots__ = ("_active", "_cpu", "_handler", "_megabytes", "_memory", "_seconds", "_timer")

        def __init__(self, seconds: float = 2.0, megabytes: int = 384) -> None:
            self._seconds = seconds
            self._megabytes = megabytes
            self._active = False

        def __enter__(self) -> None:
            if threading.current_thread() is not threading.main_thread():
                return
            self._active = True
            now = time.process_time()
            self._memory, self._cpu = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
            self._handler = signal.signal(signal.SIGPROF, self._expired)
            self._timer = signal.setitimer(signal.ITIMER_PROF, self._seconds, _AGAIN)
            try:
                _lower(resource.RLIMIT_CPU, self._cpu, math.ceil(now + self._seconds) + _GRACE)
                if size := _size(now):
                    _lower(resource.RLIMIT_AS, self._memory, size + self._megabytes * 1_000_000)
            except BaseException:
                self._restore()
                raise

        def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
            if not self._active:
                return
            self._restore()
            if isinstance(error, MemoryError):
                global met
                met += 1
                raise TooCostly("memory", self._megabytes) from None

        def _expired(self, _signal: int, _frame: FrameType | None) -> None:
            global met
            met += 1
            if self._active:
                raise TooCostly("seconds", self._seconds)

        def _restore(self) -> None:
            self._active = False
            signal.setitimer(signal.ITIMER_PROF, *self._timer)
            signal.signal(signal.SIGPROF, self._handler)
            resource.setrlimit(resource.RLIMIT_CPU, self._cpu)
            resource.setrlimit(resource.RLIMIT_AS, self._memory)

    def _lower(kind: int, now: tuple[int, int], wanted: int) -> None:
        """Set a soft limit, unless a lower one holds already."""
        held = [limit for limit in now if limit != resource.RLIM_INFINITY]
        resource.setrlimit(kind, (min([wanted, *held]), now[1]))

    _KNOWN = 0.02  # seconds of CPU in which memory does not grow by much
    _sized = (-1.0, 0)  # when it was looked at, and the bytes

    def _size(now: float) -> int:
        """Bytes of address space in use; 0 where it is not known."""
        global _sized
        then, size = _sized
        if not 0 <= now - then < _KNOWN or then < 0:
            size = _statm()
            _sized = (now, size)
        return size

    def _statm() -> int:
        try:
            file = os.open("/proc/self/statm", os.O_RDONLY)
        except OSError:
            return 0
        try:
            return int(os.read(file, 100).split()[0]) * resource.getpagesize()
        finally:
            os.close(file)
