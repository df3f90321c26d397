"""`handbill preview` as a command: what it says, what it refuses, how it ends, and what it writes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import handbill
import httpx
import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill as cli
from preview.conftest import made

SOURCE = str(Path(handbill.__file__).parents[1])


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["preview", *arguments])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path)


class Process:
    """A preview of its own."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        command = [sys.executable, "-m", "handbill", "preview", "--project", str(folder), *arguments]
        self.process = subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": SOURCE}, text=True, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", self.first)
        assert found is not None, self.first + self.process.communicate()[1]
        self.url, self.port = found[0], int(found[1])

    def ended(self, by: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(by)
        said, complained = self.process.communicate(timeout=20)
        return self.process.returncode, self.first + said, complained


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_stops_when_told(root: Path, by: signal.Signals) -> None:
    running = Process(root, "--port", "0")
    assert running.first == f"preview at {running.url}; Ctrl-C stops it\n"
    assert "Hi Zoë" in httpx.get(f"{running.url}/t/order", trust_env=False, timeout=30).text
    code, said, complained = running.ended(by)
    assert (code, complained) == (0, "")
    assert said.endswith("stopped\n")
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url, trust_env=False)


def test_only_some_of_the_templates(root: Path) -> None:
    running = Process(root, "--port", "0", "order")
    try:
        assert httpx.get(running.url, trust_env=False).headers["location"] == "/t/order"
    finally:
        running.ended(signal.SIGTERM)


def test_a_port_that_is_taken(root: Path, taken: int) -> None:
    result = run("--project", str(root), "--port", str(taken))
    assert result.exit_code == 2
    assert f"port {taken} cannot be used: address already in use; choose another with --port." in result.stderr


def test_without_a_port_another_is_taken(root: Path, monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    from handbill.preview import server

    monkeypatch.setattr(server, "PORT", taken)
    monkeypatch.setattr(server.Preview, "run", lambda self: self._socket.close())
    result = run("--project", str(root))
    assert result.exit_code == 0
    assert "preview at http://127.0.0.1:" in result.stdout
    assert str(taken) not in result.stdout


@pytest.mark.parametrize("library", ["starlette", "uvicorn", "watchfiles"])
def test_without_its_libraries(root: Path, library: str) -> None:
    """In a process of its own, since modules that have been imported stay."""
    code = f"import sys; sys.modules[{library!r}] = None; from handbill.cli import main; main()"
    command = [sys.executable, "-c", code, "preview", "--project", str(root)]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    result = subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=60)
    assert result.returncode == 2
    assert "pip install 'handbill[preview]'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["odrer"], "did you mean `order`?"),
        (["nowhere.json.j2"], "is not there"),
        (["--editor", "javascript:alert(1)//{path}"], "is no editor that is known"),
        (["--editor", "vscode://file"], "is no editor that is known"),
        (["--channel", "sms"], "--channel goes with --out"),
        (["--out", "site", "--port", "1"], "--port is for the page that is served"),
        (["--out", "site", "--locale", "xx"], "No locale `xx`"),
        (["--out", "."], "give the gallery a folder of its own"),
    ],
)
def test_wrong_usage(root: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str) -> None:
    monkeypatch.chdir(root)
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not (root / "site").exists()


def test_a_gallery_is_written(root: Path) -> None:
    out = root / "site"
    result = run("--project", str(root), "--out", str(out))
    assert result.exit_code == 0
    assert f"4 pictures of 2 templates: {(out / 'index.html').as_posix()}" in result.stderr
    assert result.stdout == ""
    assert "Hi Zoë" in (out / "t/order.html").read_text(encoding="utf-8")


def test_problems_do_not_stop_a_gallery(root: Path) -> None:
    (root / "templates/long.json.j2").write_text('{"template_type": "text", "text": "%s"}' % ("x" * 3000), "utf-8")
    result = run("--project", str(root), "--out", str(root / "site"), "--channel", "messenger")
    assert result.exit_code == 1
    assert "1 error in 1 template" in result.stderr
    assert (root / "site/t/long.html").exists()
    assert "hb-at-sms" not in (root / "site/t/order.html").read_text(encoding="utf-8")


def test_a_project_without_templates(tmp_path: Path) -> None:
    result = run("--project", str(tmp_path), "--out", str(tmp_path / "site"))
    assert result.exit_code == 2
    assert "handbill init" in result.stderr


def test_names_of_editors_and_what_settings_take_are_the_same() -> None:
    from handbill.resources import load
    from handbill.validate import schema

    rules = schema("project.schema.json")
    for name, editor in load("editors.json")["editors"].items():
        assert rules.is_valid({"editor": name})
        assert rules.is_valid({"editor": editor["url"]})
        assert "{path}" in editor["url"]
        assert "{line}" in editor["url"]
    for wrong in (
        "http://x/{path}",
        "javascript:{path}",
        "data:{path}",
        "vscode",
        "file://{path}",
        "vscode://x y{path}",
    ):
        assert rules.is_valid({"editor": wrong}) is (wrong == "vscode")
