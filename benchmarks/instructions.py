"""Instructions that a message takes, as valgrind counts them: the same on a busy computer as on an idle one.

A program is run twice, for few messages and for many; the difference is what the messages took, without the
start and the first message of each kind.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path

from compilers import BY_HAND, COMPILERS, FLOOR, HANDBILL
from table import table
from work import jobs

FEW, MANY = 200, 1_200
_REFS = re.compile(r"Collected : (\d+)")


def report() -> list[str]:
    """The table; a sentence where there is no valgrind."""
    head = [
        "## Instructions",
        "Counted by valgrind's callgrind, in thousands a message, for what times are too noisy for.",
    ]
    if shutil.which("valgrind") is None:
        return [*head, "There is no valgrind here."]
    names = (HANDBILL, BY_HAND, FLOOR)
    counts = {job.name: {name: _counted(name, job.name) for name in names} for job in jobs(1)}
    rows = [[name, *(f"{counts[job][name] / 1000:,.1f}" for job in counts)] for name in names]
    return [*head, table(["compiler", *counts], rows)]


def _counted(name: str, job: str) -> float:
    few, many = _instructions(name, job, FEW), _instructions(name, job, MANY)
    return (many - few) / (MANY - FEW)


def _instructions(name: str, job: str, messages: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        program = [sys.executable, __file__, name, job, str(messages)]
        done = subprocess.run(
            [*valgrind, *program], capture_output=True, text=True, check=True, cwd=Path(__file__).parent
        )
    found = _REFS.search(done.stderr)
    assert found, done.stderr
    return int(found[1])


def _run(name: str, job: str, messages: int) -> None:
    wanted = next(each for each in jobs() if each.name == job)
    run = COMPILERS[name](wanted)
    for _ in run(islice(cycle(wanted.contexts), messages)):
        pass


if __name__ == "__main__":
    _run(sys.argv[1], sys.argv[2], int(sys.argv[3]))
