"""What a process answers in tests. A module of its own: the process has to import it."""

from __future__ import annotations

import os
import time
from multiprocessing.connection import Connection


def echo(line: Connection) -> None:
    """Say everything again; sleep, or be gone, when told to."""
    while True:
        said = line.recv()
        if said == "gone":
            os._exit(1)
        time.sleep(60 if said == "asleep" else 0.1)
        line.send((said, os.getpid()))


def count(line: Connection) -> None:
    """Count without end, from what was said last."""
    number = line.recv()
    while number >= 0:
        line.send(number)
        number = line.recv() if line.poll(0.02) else number + 1
    os._exit(1)
