"""Hostile templates, through the real program: refused with a diagnostic, in time, in memory, touching nothing.

The cases lie in `hostile/*.yaml`, the watched runs are `hostile/driver.py`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the driver forks")

HERE = Path(__file__).parent / "hostile"
SECONDS = 3
MEGABYTES = 512
CANARY = "canary-7c1f"


def _cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{file.stem}-{case['name']}")
        for file in sorted(HERE.glob("*.yaml"))
        for case in yaml.safe_load(file.read_text("utf-8"))
    ]


@pytest.fixture(scope="module")
def driver() -> Iterator[subprocess.Popen[str]]:
    source = str(Path(__file__).parents[1] / "compiler")
    environment = {**os.environ, "PYTHONPATH": source, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1"}
    command = [sys.executable, str(HERE / "driver.py")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def _filled(text: str, case: dict[str, Any], outside: Path) -> str:
    for name, (piece, times) in case.get("fill", {}).items():
        text = text.replace(f"@{name}@", piece * times)
    return text.replace("{outside}", outside.as_posix())


def _body(case: dict[str, Any]) -> str:
    if "file" in case:
        return str(case["file"])
    if "yaml" in case:
        return str(case["yaml"])
    front = ""
    if "params" in case:
        values = json.dumps(case["params"])
        names = json.dumps({name: {} for name in case["params"]})
        front = f"---\nparams: {names}\nexamples: {{default: {values}}}\n---\n"
    return f'{front}{{"template_type": "text", "text": "{case["text"]}"}}\n'


def _build(case: dict[str, Any], folder: Path) -> Path:
    project = folder / "project"
    templates = project / "templates"
    templates.mkdir(parents=True)
    (project / "handbill.toml").touch()
    (project / "canary.txt").write_text(CANARY)
    (folder / "canary.txt").write_text(CANARY)
    suffix = "yaml" if "yaml" in case else "json"
    (templates / f"case.{suffix}.j2").write_text(_filled(_body(case), case, folder), "utf-8", "surrogatepass")
    for name, text in case.get("files", {}).items():
        (templates / name).parent.mkdir(exist_ok=True)
        (templates / name).write_text(_filled(text, case, folder), "utf-8")
    for name, target in case.get("links", {}).items():
        (project / name).symlink_to(target)
    for name in case.get("pipes", ()):
        os.mkfifo(project / name)
    return project


def _listing(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def _findings(result: dict[str, Any]) -> list[dict[str, Any]]:
    assert result["exit"] in (0, 1), result
    found: list[dict[str, Any]] = json.loads(result["stdout"])
    return found


@pytest.mark.parametrize("case", _cases())
def test_hostile_template(case: dict[str, Any], tmp_path: Path, driver: subprocess.Popen[str]) -> None:
    project = _build(case, tmp_path)
    before = _listing(tmp_path)
    assert driver.stdin is not None
    assert driver.stdout is not None
    driver.stdin.write(json.dumps({"project": str(project), "canary": "canary.txt"}) + "\n")
    driver.stdin.flush()
    result = json.loads(driver.stdout.readline())
    expected = case["code"] if isinstance(case["code"], list) else [case["code"]]
    errors = [finding for finding in _findings(result) if finding["severity"] == "error"]
    codes = [finding["code"] for finding in errors]
    assert (set(codes) or {None}) <= set(expected), errors
    assert len(codes) <= case.get("several", 1), errors
    assert result["exit"] == (1 if errors else 0)
    assert all(finding["file"] for finding in errors)
    for stream in ("stdout", "stderr"):
        assert "Traceback" not in result[stream]
        assert CANARY not in result[stream]
    assert result["seconds"] < SECONDS
    assert result["megabytes"] < MEGABYTES
    assert result["events"] == []
    assert _listing(tmp_path) == before


def test_the_watch_sees_what_must_not_happen(tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text(CANARY)
    program = (
        "import os, sys, socket; sys.path.insert(0, sys.argv[1]); import driver\n"
        "driver._watch('canary.txt', 1)\n"
        "open(sys.argv[2]).close(); open(os.devnull, 'w').close()\n"
        "socket.socket().close(); os.mkdir(sys.argv[2] + '.d')\n"
    )
    source = str(Path(__file__).parents[1] / "compiler")
    seen = subprocess.run(
        [sys.executable, "-c", program, str(HERE), str(canary)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert [line.split()[0] for line in seen] == ["open", "open", "socket.__new__", "os.mkdir"]
