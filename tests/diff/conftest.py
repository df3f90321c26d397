"""A project in a real repository, all of it committed on `main`."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.cli.group import handbill

FILES = {
    "handbill.toml": 'channels = ["messenger", "whatsapp"]\n',
    "templates/call.json.j2": """\
---
params: {name: {type: string}}
examples: {short: {name: Zoë}, long: {name: Maximiliane}}
---
{
  "template_type": "quick_reply",
  "text": "Hi {{ name }}, shall we call?",
  "buttons": [
    {"text": "Yes", "value": "yes"},
    {"text": "No", "value": "no"},
  ]
}
""",
    "templates/code.json.j2": """\
---
channels: [sms]
---
{"template_type": "text", "text": "{% include "_code.j2" %}"}
""",
    "templates/_code.j2": "Your code is 123456.",
    "templates/plain.json.j2": """\
{"template_type": "text", "text": "Your parcel is here. It waits for you at the desk."}
""",
}


class Repository:
    def __init__(self, root: Path, top: Path | None = None) -> None:
        self.root = root
        self.top = top or root

    def git(self, *arguments: str) -> str:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *author, *arguments], cwd=self.top, capture_output=True, text=True, check=True)
        return done.stdout

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write({name: text.replace(old, new)})

    def commit(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "a change")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The project; it is the working folder."""
    found = Repository(tmp_path / "project")
    found.write(FILES)
    found.git("init", "-q", "-b", "main")
    found.commit()
    monkeypatch.chdir(found.root)
    return found


Diff = Callable[..., str]


@pytest.fixture
def diff() -> Diff:
    """`handbill diff`: what it shows; with `err`, what it says on the error stream."""

    def run(*arguments: str, code: int = 0, err: bool = False) -> str:
        result = CliRunner().invoke(handbill, ["diff", *arguments], prog_name="handbill")
        assert result.exit_code == code, result.output
        return result.stderr if err else result.stdout

    return run
