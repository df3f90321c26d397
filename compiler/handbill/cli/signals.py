"""Ctrl-C, and a request to end, while something is under way that wants to end in good order."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ending(stop: Callable[[], None]) -> Iterator[None]:
    """`stop` is called for SIGINT and SIGTERM, instead of what was done before."""
    before = {one: signal.signal(one, lambda *_: stop()) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def interrupt() -> None:
    raise KeyboardInterrupt
