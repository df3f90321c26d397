"""A project, a sandbox, and `handbill` on them: in this process, or in one of its own that can be killed."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill
from handbill.sandbox.server import Sandbox
from handbill.send.ledger import Ledger, RowInfo, Run
from handbill.send.outcome import State

ROOT = Path(__file__).parents[2]
SECRETS = {"GENESYS_CLOUD_CLIENT_ID": "canary-client-id", "GENESYS_CLOUD_CLIENT_SECRET": "canary/client+secret"}
LONGEST = 120.0  # seconds that a process is waited for
RUN = re.compile(r"\d{8}-\d{4}-[a-z0-9]{4}")
HELLO = """\
---
params:
  first_name: {type: string}
---
{"template_type": "text", "text": "Hi {{ first_name }}"}
"""
TWO = """\
---
params:
  first_name: {type: string}
---
[{"template_type": "text", "text": "Hi {{ first_name }}"}, {"template_type": "text", "text": "Bye {{ first_name }}"}]
"""


class Process(subprocess.Popen[str]):
    """One that is not waited for without end: what hangs is killed, and fails its test."""

    def communicate(self, input: str | None = None, timeout: float | None = LONGEST) -> tuple[str, str]:  # noqa: A002
        try:
            return super().communicate(input, timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            out, err = super().communicate()
            raise AssertionError(f"it did not end within {timeout} s: {out}{err}") from None

    def until(self, seen: Callable[[], object]) -> None:
        """Wait for something that it does."""
        end = time.monotonic() + LONGEST
        while not seen():
            time.sleep(0.01)
            assert self.poll() is None, self.communicate()
            assert time.monotonic() < end


@dataclass
class Project:
    """A content project that sends to a sandbox."""

    root: Path
    box: Sandbox
    env: dict[str, str]

    def connect(self, **settings: Any) -> None:
        """Write handbill.toml. Nothing slows a run down unless it is asked for."""
        told = {"rate": "600000/min", "timeouts": {"connect": 2, "read": 1}, **settings}
        lines = "".join(f"{name} = {_toml(value)}\n" for name, value in told.items())
        self.root.joinpath("handbill.toml").write_text(
            f'channels = ["messenger"]\n[connections.sandbox]\nbase_url = "{self.box.url}"\n'
            f'channels = {{messenger = "page-1"}}\n{lines}'
        )

    def people(self, count: int, name: Callable[[int], str] = lambda n: f"user-{n:05d}") -> list[str]:
        """Write people.csv; the recipients in it."""
        ids = [name(n) for n in range(count)]
        with self.root.joinpath("people.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["to", "first_name"])
            rows.writerows([to, f"Zoë {place}"] for place, to in enumerate(ids))
        return ids

    def run(self, *arguments: str, code: int | None = 0, env: dict[str, str] | None = None) -> Result:
        """Run handbill here."""
        arguments = (*arguments, "--project", str(self.root))
        result = CliRunner().invoke(handbill, arguments, env=self.env if env is None else env)
        assert code is None or result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    def send(self, *arguments: str, code: int | None = 0, name: str = "hello") -> Result:
        people = str(self.root / "people.csv")
        return self.run("send", name, "--channel", "messenger", "--recipients", people, *arguments, code=code)

    def start(self, *arguments: str) -> Process:
        """Run handbill in a process of its own."""
        if not arguments:
            arguments = ("hello", "--channel", "messenger", "--recipients", "people.csv")
        env = {**os.environ, **self.env, "PYTHONPATH": str(ROOT / "compiler")}
        return Process(
            [sys.executable, "-m", "handbill", "send", *arguments], cwd=self.root, env=env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        )  # fmt: skip

    def runs(self) -> list[Run]:
        with Ledger.open(self.root) as ledger:
            return ledger.runs()

    def rows(self) -> list[RowInfo]:
        """The rows of the only run."""
        with Ledger.open(self.root) as ledger:
            [run] = ledger.runs()
            return list(ledger.rows(run.id))

    def states(self) -> dict[State, int]:
        with Ledger.open(self.root) as ledger:
            [run] = ledger.runs()
            return {state: count for state, count in ledger.counts(run.id).items() if count}

    def delivered(self) -> dict[str, int]:
        """How often each recipient got something."""
        got: dict[str, int] = {}
        for message in self.box.messages():
            got[message["recipient"]] = got.get(message["recipient"], 0) + message["delivered"]
        return got


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(each)}" for name, each in value.items()) + "}"
    return f'"{value}"' if isinstance(value, str) else str(value)


Made = Callable[..., Project]


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Make a project with a sandbox of these settings."""
    open_boxes: list[Sandbox] = []

    def make(connection: dict[str, Any] | None = None, **settings: Any) -> Project:
        log = settings.pop("tell", None)
        box = Sandbox(tell=log, **{"seed": 1, "rate": "", "late": 1.5, "retry_after": "0", **settings})
        box.__enter__()
        open_boxes.append(box)
        root = tmp_path / "project"
        (root / "templates").mkdir(parents=True)
        for name, text in {"hello": HELLO, "two": TWO}.items():
            (root / "templates" / f"{name}.json.j2").write_text(text, encoding="utf-8")
        project = Project(root, box, dict(SECRETS))
        project.connect(**(connection or {}))
        return project

    yield make
    for box in open_boxes:
        box.__exit__(None, None, None)


def run_id(output: str) -> str:
    found: Sequence[str] = RUN.findall(output)
    return found[0]
