"""Handbill as a person starts it: a process of its own that serves pages, and others that send."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "compiler"
LONGEST = 30  # seconds until something has begun, or has ended


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SOURCE), **more}


@contextmanager
def served(*arguments: str, folder: Path) -> Iterator[str]:
    """The address of a server that runs until it is let go."""
    command = [sys.executable, "-m", "handbill", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment(), text=True, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", first)
            assert found is not None, first
            yield found[0]
        finally:
            process.terminate()
            process.communicate(timeout=LONGEST)


def run(*arguments: str, folder: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """What a command says, and its exit code."""
    command = [sys.executable, "-m", "handbill", *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(**(env or {})), text=True, capture_output=True, timeout=LONGEST
    )
