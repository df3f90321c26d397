"""What import-linter cannot see: which libraries a command loads while it runs. `check` runs at every commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
---
params:
  first_name: {type: string}
examples:
  default: {first_name: Zoë}
---
{"template_type": "text", "text": "Hi {{ first_name }}, your parcel is here."}
"""
PROGRAM = """
import atexit, sys
atexit.register(lambda: print("\\0", *sys.modules, file=sys.stderr))
from handbill.cli import main
main()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    tmp_path.joinpath("handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
    tmp_path.joinpath("templates").mkdir()
    tmp_path.joinpath("templates", "parcel.json.j2").write_text(GOOD, encoding="utf-8")
    return tmp_path


def _loaded(project: Path, *arguments: str) -> set[str]:
    """The modules that a run of `handbill` has loaded when it ends."""
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=False)
    said, _, modules = done.stderr.partition("\0")
    assert done.returncode == 0, done.stdout + said
    return set(modules.split())


def test_the_version_loads_next_to_nothing(project: Path) -> None:
    assert not _loaded(project, "--version") & {"click", "jinja2", "jsonschema_rs", "httpx", "rich", "yaml", "orjson"}


@pytest.mark.parametrize(
    "arguments",
    [("check",), ("compile", "parcel", "--channel", "messenger", "--example", "default")],
    ids=["check", "compile"],
)
def test_no_network_library_and_no_slow_validator_without_need(project: Path, arguments: tuple[str, ...]) -> None:
    loaded = _loaded(project, *arguments)
    assert "jinja2" in loaded
    assert not loaded & {"httpx", "httpx2", "rich", "jsonschema", "ssl", "asyncio"}
