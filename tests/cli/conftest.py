"""A content project to run commands in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill

GREETING = """\
---
description: Greet
channels: [messenger, webmessaging]
params:
  first_name: {type: string, maxLength: 15}
  count: {type: integer, minimum: 1, maximum: 9, default: 1}
examples:
  default: {first_name: Zoë}
  long: {first_name: Maximiliane, count: 3}
---
{
  "template_type": "quick_reply",
  "text": "Hi {{ first_name }}, {{ count }}",
  "buttons": [
    {"text": "Yes, {{ first_name }}", "value": "yes"},
  ],
}
"""
TEXT = '{"template_type": "text", "text": "Your parcel is here."}\n'
EMPTY = '{"template_type": "text", "text": ""}\n'

Run = Callable[..., Result]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two good messages; the working folder."""
    folder = tmp_path / "project"
    (folder / "templates" / "post").mkdir(parents=True)
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
    (folder / "templates" / "greeting.json.j2").write_text(GREETING, encoding="utf-8")
    (folder / "templates" / "post" / "parcel.json.j2").write_text(TEXT, encoding="utf-8")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def broken(project: Path) -> Path:
    """The same, and one message that every channel refuses."""
    (project / "templates" / "empty.json.j2").write_text(EMPTY, encoding="utf-8")
    return project


@pytest.fixture
def run() -> Run:
    """Run a command, and see that it ended with `code`."""

    def _run(*args: object, code: int = 0, **extra: object) -> Result:
        result = CliRunner().invoke(handbill, [str(arg) for arg in args], prog_name="handbill", **extra)
        assert result.exit_code == code, f"exit code {result.exit_code}\n{result.output}"
        assert "Traceback" not in result.output
        return result

    return _run
