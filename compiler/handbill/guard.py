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
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from .budget import TooCostly

# How often a limit was met in this process: what came of such work could be another thing on a faster day.
met = 0

if sys.platform == "win32":

    @contextmanager
    def limited(seconds: float = 2.0, megabytes: int = 384) -> Iterator[None]:
        """Nothing: Windows has no such limits."""
        yield

else:
    import resource

    _AGAIN = 0.5  # seconds after which the signal comes again, should its exception have been swallowed
    _GRACE = 3  # seconds of CPU between the signal and the end of the process

    @contextmanager
    def limited(seconds: float = 2.0, megabytes: int = 384) -> Iterator[None]:
        """Limit what is done inside to `seconds` of CPU time and `megabytes` more memory than now.

        Raises TooCostly. Work that never returns to Python is ended with the process, `_GRACE` seconds
        later. Outside the main thread, where no signal can be caught, nothing is limited; memory is
        limited on Linux only. Whatever limits there were before are put back.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        active = True

        def expired(_signal: int, _frame: FrameType | None) -> None:
            global met
            met += 1
            if active:
                raise TooCostly("seconds", seconds)

        memory, cpu = resource.getrlimit(resource.RLIMIT_AS), resource.getrlimit(resource.RLIMIT_CPU)
        handler = signal.signal(signal.SIGPROF, expired)
        timer = signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
        try:
            try:
                _lower(resource.RLIMIT_CPU, cpu, math.ceil(time.process_time() + seconds) + _GRACE)
                if size := _size():
                    _lower(resource.RLIMIT_AS, memory, size + megabytes * 1_000_000)
                yield
            finally:
                active = False
        except MemoryError:
            global met
            met += 1
            raise TooCostly("memory", megabytes) from None
        finally:
            signal.setitimer(signal.ITIMER_PROF, *timer)
            signal.signal(signal.SIGPROF, handler)
            resource.setrlimit(resource.RLIMIT_CPU, cpu)
            resource.setrlimit(resource.RLIMIT_AS, memory)

    def _lower(kind: int, now: tuple[int, int], wanted: int) -> None:
        """Set a soft limit, unless a lower one holds already."""
        held = [limit for limit in now if limit != resource.RLIM_INFINITY]
        resource.setrlimit(kind, (min([wanted, *held]), now[1]))

    def _size() -> int:
        """Bytes of address space in use; 0 where it is not known."""
        try:
            file = os.open("/proc/self/statm", os.O_RDONLY)
        except OSError:
            return 0
        try:
            return int(os.read(file, 100).split()[0]) * resource.getpagesize()
        finally:
            os.close(file)
