"""Memory does not grow with the file: a short form of `benchmarks/recipients.py`, which does it for a million rows."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "recipients.py"
FEW, MANY = 2_000, 20_000
MEGABYTES = 4  # that the ledger's cache and chance may take; the rows' payloads would take twice as many


@pytest.mark.skipif(sys.platform == "win32", reason="no measure of memory")
def test_ten_times_the_rows_take_no_more_memory() -> None:
    command = [sys.executable, str(SCRIPT), "--rows", str(FEW), str(MANY), "--into", "ledger"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    few, many = (int(line.split("|")[-2]) for line in done.stdout.splitlines()[2:])
    assert many <= few + MEGABYTES
