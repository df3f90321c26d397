"""The command as a whole: what there is, and what it costs to start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import handbill
import pytest
from handbill.cli.group import COMMANDS

SOURCE = str(Path(handbill.__file__).parents[1])


def python(*args: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """A real process."""
    environment = {**os.environ, "PYTHONPATH": SOURCE, "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, *args], env=environment, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(run, name):
    for flag in ("--help", "-h"):
        text = run(name, flag).stdout
        assert f"Usage: handbill {name}" in text
        assert "Example" in text
        assert f"  handbill {name}" in text
        assert "--project DIR" in text


def test_help_lists_every_command(run):
    text = run("--help").stdout
    assert all(f"  {name} " in text and about in text for name, about in COMMANDS.items())
    assert "Example" in text


def test_version(run):
    assert run("--version").stdout == f"handbill {handbill.__version__}\n"
    assert python("-m", "handbill", "--version").stdout == f"handbill {handbill.__version__}\n"


def test_an_unknown_command_is_answered_with_the_nearest(run):
    assert "did you mean `check`?" in run("chekc", code=2).stderr
    assert "handbill --help" in run("frobnicate", code=2).stderr
    run(code=2)


def test_version_reads_nothing_but_itself():
    code = "import sys; sys.argv = ['handbill', '--version']; import handbill.cli as c; c.main(); print(*sys.modules)"
    modules = set(python("-c", code).stdout.split())
    assert "handbill.cli" in modules
    assert not modules & {"click", "jinja2", "json", "handbill.diagnostic"}


def test_the_frame_imports_no_heavy_library():
    code = "import sys, handbill.cli.group; print(*sys.modules)"
    modules = set(python("-c", code).stdout.split())
    heavy = {"jinja2", "httpx", "rich", "jsonschema", "jsonschema_rs", "orjson", "yaml", "regex", "handbill.pipeline"}
    assert not modules & heavy


def test_a_real_process(tmp_path):
    done = python("-m", "handbill", "check", "--project", str(tmp_path / "nowhere"), code=1)
    assert "bad-config" in done.stdout
    assert "Traceback" not in done.stderr
