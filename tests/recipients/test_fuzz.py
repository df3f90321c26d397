"""Files of recipients with spoiled bytes, in a process of their own: no crash, no other exception, little memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import SystemRandom

import pytest

SCRIPT = Path(__file__).with_name("fuzzing.py")
MEGABYTES = 300
SECONDS = 200  # of each of three kinds: ten minutes


def spoil(kind: str, seed: int, most: int, seconds: float) -> int:
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    path = os.pathsep.join([str(SCRIPT.parents[1]), *sys.path])
    command = [sys.executable, str(SCRIPT), kind, str(seed), str(most), str(seconds)]
    print(f"replay with FUZZ_SEED={seed}")  # noqa: T201 - shown when the test fails
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds + 60, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, f"seed {seed}, file {done.stderr[-3000:]}"
    count, rows, megabytes = map(int, done.stdout.split())
    assert rows > count / 10, "they are still worth to be read"
    assert megabytes <= MEGABYTES
    return count


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_spoiled_files(kind: str) -> None:
    assert spoil(kind, int(os.environ.get("FUZZ_SEED", 1)), 100, 60) == 100


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_spoiled_files_for_ten_minutes(kind: str) -> None:
    seed = int(os.environ.get("FUZZ_SEED", SystemRandom().randrange(10**6)))
    assert spoil(kind, seed, 10**9, SECONDS) > 1000


def test_the_test_sees_a_crash(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from handbill.recipients.rows import Recipients
    from recipients import fuzzing

    def broken(self: Recipients) -> object:
        raise ValueError("broken")

    monkeypatch.setattr(Recipients, "__iter__", broken)
    path = tmp_path / "people.csv"
    path.write_bytes(fuzzing.CSV)
    with pytest.raises(ValueError, match="broken"):
        fuzzing.read(path, tmp_path)
