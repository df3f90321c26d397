"""What a file of recipients costs: rows a second and memory, from the file to payloads.

    .venv/bin/python benchmarks/recipients.py                       # 10,000, 100,000 and 1,000,000 rows, as CSV
    .venv/bin/python benchmarks/recipients.py --rows 1000000 --kind jsonl --into ledger

`dump` makes the payloads of every row and keeps none; `ledger` lays them up for sending (segments, SQLite, synced);
`command` is `handbill send --recipients FILE --dump > FILE`, from its start to its end.
Each figure is of a process of its own, its memory the greatest it ever had. It must not grow with the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from table import table
from work import quick_reply

PROJECT = Path(__file__).with_name("project")
ROWS = (10_000, 100_000, 1_000_000)
COLUMNS = ("to", "first_name", "topic", "yes", "no", "later")


def write(path: Path, rows: int) -> None:
    """A file of that many recipients."""
    with path.open("w", encoding="utf-8") as file:
        if path.suffix == ".csv":
            file.write(f"{','.join(COLUMNS)}\n")
        for number in range(rows):
            values = {"to": f"{10**15 + number}", **quick_reply(number)}
            text = ",".join(values.values()) if path.suffix == ".csv" else json.dumps(values, ensure_ascii=False)
            file.write(f"{text}\n")


def measure(path: Path, into: str, folder: Path) -> dict[str, float]:
    """Read it once, in this process: rows, seconds, megabytes at the most."""
    import resource

    from handbill.pipeline import Compiler
    from handbill.project import find
    from handbill.recipients.messages import recipients_of
    from handbill.send.ledger import Ledger, Run
    from handbill.send.prepare import compiled, prepare
    from handbill.send.segments import Segments

    compiler = Compiler(find(PROJECT))
    start = perf_counter()
    given = recipients_of(compiler, "quick_reply", "messenger", None, path, address={"channel_id": "987654321098765"})
    rows = compiled(compiler, "quick_reply", "messenger", None, given)
    if into == "dump":
        count = sum(made.payload is not None for made in rows)
    else:
        run = Run("r1", "2026-11-22T00:00:00Z", "quick_reply", "", "", "", "messenger", "genesys-event", "")
        with Ledger.open(folder) as ledger, Segments(folder, run.id) as segments:
            ledger.create(run)
            count = prepare(rows, ledger, segments, run.id).ready
    seconds = perf_counter() - start
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return {"rows": count, "seconds": seconds, "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit}


def commanded(path: Path, folder: Path) -> dict[str, float]:
    """The command itself, its output in a file."""
    command = [
        sys.executable, "-m", "handbill", "send", "quick_reply", "--channel", "messenger", "--recipients", str(path),
        "--channel-id", "987654321098765", "--dump", "--project", str(PROJECT),
    ]  # fmt: skip
    output = folder / "requests.jsonl"
    start = perf_counter()
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - start
    assert process.returncode == 0
    with output.open("rb") as file:
        count = sum(len(json.loads(line)["body"]) for line in file if b'"Content-Type":"application/json"' in line)
    unit = 1_000_000 if sys.platform == "darwin" else 1_000
    return {"rows": count, "seconds": seconds, "megabytes": used.ru_maxrss / unit}


def measured(rows: int, kind: str, into: str) -> dict[str, float]:
    """The same, in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"people.{kind}"
        write(path, rows)
        if into == "command":
            return commanded(path, Path(name))
        command = [sys.executable, __file__, "--measure", str(path), "--into", into]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        result: dict[str, float] = json.loads(done.stdout)
    assert result["rows"] == rows
    return result


def tabled(rows: Sequence[int], kind: str = "csv", into: str = "dump") -> str:
    results = [measured(count, kind, into) for count in rows]
    lines = [[f"{r['rows']:,}", f"{r['rows'] / r['seconds']:,.0f}", f"{r['megabytes']:.0f}"] for r in results]
    return table([f"rows ({kind}, {into})", "rows a second", "MB at the most"], lines)


def report(rows: Sequence[int] = ROWS[1:]) -> list[str]:
    return [
        "## A file of recipients",
        (
            "`handbill send --recipients FILE --dump`, from its start to its end, and the same rows laid up for "
            "sending. Memory must not grow with the file: it is never held."
        ),
        tabled(rows, into="command"),
        tabled(rows[:-1], into="ledger"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--kind", choices=("csv", "jsonl"), default="csv")
    parser.add_argument("--into", choices=("dump", "ledger", "command"), default="dump")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.into, asked.measure.parent)))
        return
    print(tabled(asked.rows, asked.kind, asked.into))


if __name__ == "__main__":
    main()
