"""What sending costs: messages a second to a sandbox on this computer, ledger on, and where the time goes.

    .venv/bin/python benchmarks/sending.py
    .venv/bin/python benchmarks/sending.py --messages 2000

The sandbox is a process of its own; so is each run of `handbill send`, which is started by this file so that it can be
looked at from outside: the calls into the ledger, the HTTP client and the compiler are timed, nothing else is changed.
Workers wait for the sandbox at the same time, so shares are of CPU time, by thread, and not of the clock's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any
from urllib.request import urlopen  # noqa: TID251 - asks the sandbox what has arrived

from recipients import PROJECT, write
from table import table

MESSAGES = 5_000
FORMS = [(batch, workers) for batch in (1, 10) for workers in (8, 50)]
SECRETS = {"GENESYS_CLOUD_CLIENT_ID": "benchmark", "GENESYS_CLOUD_CLIENT_SECRET": "benchmark"}
GOAL = "Goal: 1,200 messages a second for each core at 50 workers, 700 µs of CPU a message."


class Shares:
    """CPU seconds by part; a call within a part counts as that part."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._within = threading.local()
        self._lock = threading.Lock()

    def watch(self, owner: Any, name: str, part: str) -> None:
        real: Callable[..., Any] = getattr(owner, name)

        @wraps(real)
        def timed(*arguments: Any, **named: Any) -> Any:
            with self.part(part):
                return real(*arguments, **named)

        setattr(owner, name, timed)

    @contextmanager
    def part(self, part: str) -> Iterator[None]:
        if getattr(self._within, "part", ""):
            yield
            return
        self._within.part = part
        start = thread_time()
        try:
            yield
        finally:
            self._within.part = ""
            with self._lock:
                self.seconds[part] += thread_time() - start


def measure(arguments: list[str]) -> dict[str, Any]:
    """Run `handbill send` in this process: its seconds, CPU seconds, and the shares of it."""
    from handbill.cli.group import handbill
    from handbill.pipeline import Compiler
    from handbill.send.campaign import Campaign
    from handbill.send.http import Client
    from handbill.send.ledger import Ledger
    from handbill.send.segments import Segments

    shares = Shares()
    for name in ("claim", "record", "renew", "release", "permits", "held", "next", "add", "counts", "lapse"):
        shares.watch(Ledger, name, "ledger")
    for name in ("append", "read"):
        shares.watch(Segments, name, "ledger")
    shares.watch(Client, "post", "HTTP")
    shares.watch(Compiler, "_stamped", "compile")
    sending: list[float] = []
    real = Campaign.run

    def run(self: Campaign, *arguments: Any) -> Any:
        start, cpu = perf_counter(), process_time()
        end = real(self, *arguments)
        sending.extend([perf_counter() - start, process_time() - cpu])
        return end

    Campaign.run = run  # type: ignore[method-assign,assignment]
    start, cpu = perf_counter(), process_time()
    try:
        handbill.main(arguments)
        code: Any = 0
    except SystemExit as end:
        code = end.code or 0
    return {
        "code": code, "seconds": perf_counter() - start, "cpu": process_time() - cpu,
        "sending": sending[0], "sending_cpu": sending[1], "shares": dict(shares.seconds),
    }  # fmt: skip


@contextmanager
def sandbox() -> Iterator[str]:
    """A sandbox without faults and without limits, in a process of its own; its address."""
    command = [sys.executable, "-m", "handbill", "sandbox", "--port", "0", "--rate", "none", "--quiet", "--until-eof"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield process.stdout.readline().split()[2].rstrip(",")
    finally:
        process.stdin.close()
        process.wait(30)
        process.stdout.close()


def measured(messages: int, batch: int, workers: int) -> dict[str, Any]:
    """One run, to a sandbox of its own."""
    with tempfile.TemporaryDirectory() as name, sandbox() as url:
        root = Path(name)
        templates = (PROJECT / "templates").absolute()
        _copied(templates, root / "templates")
        (root / "handbill.toml").write_text(
            f'channels = ["messenger"]\n[connections.sandbox]\nbase_url = "{url}"\nrate = "100000/s"\n'
            'channels = {messenger = "987654321098765"}\n'
        )
        people = root / "people.csv"
        write(people, messages)
        command = [
            sys.executable, __file__, "--measure", "send", "quick_reply", "--channel", "messenger",
            "--recipients", str(people), "--workers", str(workers), "--batch", str(batch), "--quiet",
            "--project", str(root),
        ]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, **SECRETS})
        result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        with urlopen(f"{url}/_sandbox/messages") as answer:
            arrived = json.load(answer)
    arrived = arrived.get("messages", arrived) if isinstance(arrived, dict) else arrived
    assert result["code"] == 0
    assert sum(each["delivered"] for each in arrived) == len(arrived) == messages, len(arrived)
    return result


def _copied(source: Path, target: Path) -> None:
    target.mkdir()
    for path in source.iterdir():
        target.joinpath(path.name).write_bytes(path.read_bytes())


def rows(messages: int) -> Iterator[list[str]]:
    for batch, workers in FORMS:
        found = measured(messages, batch, workers)
        shares, cpu = found["shares"], found["cpu"]
        other = cpu - sum(shares.values())
        yield [
            f"batch {batch}, {workers} workers",
            f"{messages / found['sending']:,.0f}",
            f"{found['sending_cpu'] / messages * 1e6:,.0f}",
            f"{messages / found['sending_cpu']:,.0f}",
            *(f"{seconds / cpu:.0%}" for seconds in (shares["ledger"], shares["compile"], shares["HTTP"], other)),
        ]


def report(messages: int = MESSAGES) -> list[str]:
    heads = [
        f"{messages:,} messages", "messages a second", "CPU, µs a message", "messages a CPU second",
        "ledger", "compile", "HTTP", "the rest",
    ]  # fmt: skip
    return [
        "## Sending to many",
        (
            "`handbill send --recipients`, ledger on the disk, to the sandbox on the same computer, which takes its "
            "own share of the cores. Figures of the phase in which messages are sent; the shares are of all CPU time, "
            f"compiling and start included. {GOAL}"
        ),
        table(heads, list(rows(messages))),
    ]


def main() -> None:
    if sys.argv[1:2] == ["--measure"]:
        print(json.dumps(measure(sys.argv[2:])))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=MESSAGES)
    print("\n\n".join(report(parser.parse_args().messages)))


if __name__ == "__main__":
    main()
