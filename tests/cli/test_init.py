"""`handbill init` makes a project in which everything works at once; `handbill demo` shows one."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
import yaml
from cli.test_group import SOURCE
from handbill.cli.init import starter

FILES = [
    ".gitignore",
    ".pre-commit-config.yaml",
    "README.md",
    "handbill.toml",
    "templates/followup_call.json.j2",
    "templates/product_carousel.json.j2",
    "tests/test_payloads.py",
]


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_the_files(run, tmp_path):
    said = run("init", tmp_path / "messages").stdout
    assert "handbill check" in said
    assert files(tmp_path / "messages") == FILES
    assert sorted(starter()) == FILES


def test_the_new_project_is_clean(run, tmp_path, monkeypatch):
    run("init", tmp_path / "new")
    monkeypatch.chdir(tmp_path / "new")
    assert run("check").stderr.endswith("no problems\n")
    run("compile", "--all", "--out", "build")
    run("compile", "--all", "--out", "build", "--check")


def test_its_snapshot_test_passes_once_written_and_then_notices(run, tmp_path):
    run("init", tmp_path / "new")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pytest_snapshot.plugin"]
    environment = {"PYTHONPATH": SOURCE, "PATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

    def pytest_ends(code: int, *flags: str) -> str:
        done = subprocess.run(
            [*command, *flags], cwd=tmp_path / "new", env=environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    pytest_ends(1)
    assert "Created snapshots" in pytest_ends(1, "--snapshot-update")
    pytest_ends(0)
    template = tmp_path / "new" / "templates" / "followup_call.json.j2"
    template.write_text(template.read_text("utf-8").replace('"Yes"', '"Sure"'), encoding="utf-8")
    assert "followup_call" in pytest_ends(1)


def test_its_commit_check_is_what_pre_commit_wants(run, tmp_path):
    run("init", tmp_path)
    hooks = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_bytes())["repos"][0]["hooks"]
    assert [hook["id"] for hook in hooks] == ["handbill-check", "handbill-snapshot"]


def test_a_folder_with_files_is_refused(run, tmp_path):
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert "--force" in run("init", tmp_path, code=2).stderr
    assert files(tmp_path) == ["mine.txt"]
    run("init", tmp_path, "--force")
    assert files(tmp_path) == sorted([*FILES, "mine.txt"])
    assert (tmp_path / "mine.txt").read_text("utf-8") == "mine"


def test_a_new_repository_is_empty(run, tmp_path):
    (tmp_path / ".git").mkdir()
    run("init", "--project", tmp_path)
    assert files(tmp_path) == FILES


def test_nothing_is_half_written(run, tmp_path):
    """A file stands where a folder must be."""
    (tmp_path / "tests").write_text("mine", encoding="utf-8")
    assert "cannot write" in run("init", tmp_path, "--force", code=2).stderr
    assert files(tmp_path) == ["tests"]


@pytest.mark.parametrize("args", [[], ["a-file"]])
def test_wrong_usage(run, tmp_path, monkeypatch, args):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a-file").touch()
    run("init", *args, code=2)


def test_demo(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = run("demo").stdout
    assert text.count('"yes_confirmed"') == 2
    assert text.count('"Durable gadget"') == 2
    assert "templates/appointment.json.j2:13:15: error: text-too-long\n" in text
    assert "Messenger allows 20" in text
    assert len(text[: text.index("$ handbill send")].splitlines()) < 90, "two screens"
    assert files(tmp_path) == []


def test_the_demo_sends(run, tmp_path, monkeypatch):
    """Over real HTTP, to a sandbox that fails: everyone has the message, nobody has it twice."""
    monkeypatch.chdir(tmp_path)
    text = run("demo").stdout
    sent = text[text.index("$ handbill send followup_call --channel messenger --recipients") :]
    assert re.search(r"\d{8}-\d{4}-\w{4}  200 messages: 199 sent, 1 not sent\n", sent)
    assert re.search(r"customers\.csv:\d+: sent, id [0-9a-f-]{36}, 2 attempts\n", sent)
    assert "customers.csv:201: not sent: conversation-not-found" in sent
    took, faults = re.search(r"took (\d+) requests for 200 messages \((.*)\)", sent).groups()
    assert 1.1 < (int(took) - 200) / 40 + 1 < 3
    assert {"429", "500", "503", "drop", "reset"} <= set(re.findall(r"\w+(?=,|$)", faults))
    assert "199 customers have the message, none of them twice.\n" in sent
    assert "HANDBILL_DEMO_CLIENT_ID" not in os.environ
    assert files(tmp_path) == []


def test_the_demo_without_the_sandbox(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("handbill.cli.rehearsal.find_spec", lambda name: None)
    assert "install the sandbox: pip install 'handbill[sandbox]'" in run("demo").stdout
