"""The hooks, run by pre-commit itself in a scratch repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

BIN = Path(sys.executable).parent
SETTINGS = 'channels = ["messenger"]\n'
GOOD = '{"template_type": "text", "text": "Your parcel is here."}\n'
BAD = '{"template_type": "text", "text": ""}\n'

Repository = Callable[..., "Scratch"]


class Scratch:
    """A git repository with one message template and our hooks."""

    def __init__(self, folder: Path, config: dict[str, Any]) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "GIT_AUTHOR_NAME": "An author",
            "GIT_AUTHOR_EMAIL": "author@example.com",
            "GIT_COMMITTER_NAME": "An author",
            "GIT_COMMITTER_EMAIL": "author@example.com",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
            "PRE_COMMIT_COLOR": "never",
            "PRE_COMMIT_HOME": str(folder.parent / "cache"),
        }
        folder.mkdir()
        self.write("handbill.toml", SETTINGS)
        self.write("templates/parcel.json.j2", GOOD)
        self.write(".pre-commit-config.yaml", yaml.safe_dump(config))
        self.run("git", "init", "--quiet")
        self.run(sys.executable, "-m", "pre_commit", "install")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *command: str, code: int = 0) -> str:
        """What a command printed, once it has ended with `code`."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout
        return done.stdout

    def commit(self, code: int = 0) -> str:
        self.run("git", "add", "--all")
        return self.run("git", "commit", "--message", "a change", code=code)


def _hooks(root: Path) -> list[dict[str, Any]]:
    hooks: list[dict[str, Any]] = yaml.safe_load((root / ".pre-commit-hooks.yaml").read_bytes())
    return hooks


@pytest.fixture
def repository(root: Path, tmp_path: Path) -> Repository:
    def make(*names: str) -> Scratch:
        """The hooks as the manifest has them, but run from this environment: installing takes the network."""
        hooks = [{**hook, "language": "unsupported"} for hook in _hooks(root) if hook["id"] in names]
        return Scratch(tmp_path / "scratch", {"repos": [{"repo": "local", "hooks": hooks}]})

    return make


def test_a_good_template_is_committed(repository: Repository) -> None:
    assert "handbill check" in repository("handbill-check").commit()


def test_a_bad_template_stops_the_commit_and_the_author_sees_where(repository: Repository) -> None:
    scratch = repository("handbill-check")
    scratch.write("templates/parcel.json.j2", BAD)
    printed = scratch.commit(code=1)
    assert "empty-text" in printed
    assert "templates/parcel.json.j2:1:" in printed


def test_a_change_of_a_partial_checks_what_includes_it(repository: Repository) -> None:
    scratch = repository("handbill-check")
    scratch.write("templates/_closing.j2", "Bye.")
    scratch.write("templates/parcel.json.j2", GOOD.replace("Your", "{% include '_closing.j2' %} Your"))
    scratch.commit()
    scratch.write("templates/_closing.j2", "{{ unheard_of }}")
    assert "undefined-variable" in scratch.commit(code=1)


def test_a_stale_snapshot_stops_the_commit_until_it_is_compiled(repository: Repository) -> None:
    scratch = repository("handbill-snapshot")
    scratch.commit(code=1)
    scratch.run("handbill", "compile", "--all", "--out", "build")
    scratch.commit()
    scratch.write("templates/parcel.json.j2", GOOD.replace("parcel", "letter"))
    assert "parcel" in scratch.commit(code=1)
    scratch.run("handbill", "compile", "--all", "--out", "build")
    scratch.commit()


def test_a_payload_changed_by_hand_stops_the_commit(repository: Repository) -> None:
    scratch = repository("handbill-snapshot")
    scratch.run("handbill", "compile", "--all", "--out", "build")
    scratch.commit()
    payload = next(path for path in (scratch.folder / "build").rglob("*") if path.is_file())
    payload.write_text(payload.read_text(encoding="utf-8").replace("parcel", "letter"), encoding="utf-8")
    scratch.commit(code=1)


def test_the_manifest_and_the_configuration_are_as_pre_commit_wants_them(root: Path) -> None:
    for command, name in (("manifest", ".pre-commit-hooks.yaml"), ("config", ".pre-commit-config.yaml")):
        subprocess.run([sys.executable, "-m", "pre_commit", f"validate-{command}", str(root / name)], check=True)


@pytest.mark.slow
def test_installed_from_this_repository(root: Path, tmp_path: Path) -> None:
    """As a content author has it: pre-commit clones, installs and runs the last commit."""
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=True)
    names = [{"id": hook["id"]} for hook in _hooks(root)]
    config = {"repos": [{"repo": str(root), "rev": head.stdout.strip(), "hooks": names}]}
    scratch = Scratch(tmp_path / "scratch", config)
    scratch.run("handbill", "compile", "--all", "--out", "build")
    scratch.commit()
    scratch.write("templates/parcel.json.j2", BAD)
    assert "empty-text" in scratch.commit(code=1)
