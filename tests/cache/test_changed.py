"""`check --changed REV`: the templates that a change reaches, in real repositories."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cache.conftest import FILES, write
from cache.test_cache import CHANGES
from click.testing import CliRunner
from handbill.checking.changed import reached
from handbill.cli.group import handbill
from handbill.project import open_project
from handbill.revision import NoRevision, Revision

Git = Callable[..., str]


@pytest.fixture
def git(project: Path) -> Git:
    """git in the project's folder, all of it committed on `main`."""

    def run(*arguments: str) -> str:
        author = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *author, *arguments], cwd=project, capture_output=True, text=True, check=True)
        return done.stdout

    run("init", "-q", "-b", "main")
    run("add", "-A")
    run("commit", "-q", "-m", "first")
    return run


def _reached(project: Path, revision: str = "HEAD") -> list[str]:
    opened = open_project(project)
    return reached(opened, opened.names(), Revision(project, revision).changed())


EVERY = sorted({Path(name).name.split(".")[0] for name in FILES if name.endswith(".json.j2") and "/_" not in name})


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a template", ["plain"]),
        ("a macro's file", ["again", "macros"]),
        ("an include of an include", ["again", "macros"]),
        ("a parent", ["child"]),
        ("a parent that is gone", ["child"]),
        ("an include that appears", ["perhaps"]),
        ("the first choice of an include", ["perhaps"]),
        ("an include in a folder that goes first", ["again", "macros"]),
        ("a template in a folder that goes first", ["plain"]),
        ("an include that is gone", ["again", "macros"]),
        ("an example", ["own"]),
        ("an override that appears", ["plain"]),
        ("an override that is gone", ["own"]),
        ("a template that is gone", ["own"]),  # its version for one channel is still there
        ("the channels", EVERY),
        ("a language", EVERY),
        ("what a vendor has approved", EVERY),
    ],
)
def test_what_a_change_reaches(name: str, expected: list[str], project: Path, git: Git) -> None:
    assert _reached(project) == []
    CHANGES[name](project)
    assert _reached(project) == expected
    git("add", "-A")
    assert _reached(project) == expected
    git("commit", "-q", "-m", "second")
    assert _reached(project) == []
    assert _reached(project, "HEAD~1") == expected


def test_a_template_that_cannot_be_read_is_reached(project: Path, git: Git) -> None:
    write(project, {"second/plain.json.j2": "{% include name %}", "second/own.json.j2": "---\n"})
    git("commit", "-q", "-a", "-m", "second")
    write(project, {"second/_new.j2": "x"})
    assert _reached(project) == ["own", "plain"]


def test_includes_in_a_circle_come_to_an_end(project: Path, git: Git) -> None:
    write(project, {"second/_a.j2": '{% include "_b.j2" %}', "second/_b.j2": '{% include "_a.j2" %}x'})
    write(project, {"second/plain.json.j2": '{% include "_b.j2" %}', "second/own.json.j2": '{% include "_a.j2" %}'})
    git("add", "-A")
    git("commit", "-q", "-m", "second")
    assert _reached(project) == []
    write(project, {"second/_a.j2": "y"})
    assert _reached(project) == ["own", "plain"]


def test_what_the_other_branch_changed_does_not_count(project: Path, git: Git) -> None:
    git("switch", "-q", "-c", "topic")
    git("switch", "-q", "main")
    CHANGES["a template"](project)
    git("commit", "-q", "-a", "-m", "second")
    git("switch", "-q", "topic")
    CHANGES["an example"](project)
    git("commit", "-q", "-a", "-m", "third")
    assert _reached(project, "main") == ["own", "plain"]
    assert _reached(project, "main...") == ["own"]


def test_a_project_in_a_folder_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "messages ümläut"
    write(inner, FILES)
    write(tmp_path, {"README.md": "one\n"})
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True)
    author = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *author, "commit", "-q", "-m", "first"], cwd=tmp_path, check=True)
    write(tmp_path, {"README.md": "two\n", "other.txt": "new\n"})
    assert Revision(inner, "HEAD").changed() == set()
    write(inner, {"second/plain.json.j2": "x"})
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))  # as a hook of another repository would leave it
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/nothing")
    assert Revision(inner, "HEAD").changed() == {"second/plain.json.j2"}


def _check(*arguments: str, code: int) -> str:
    result = CliRunner().invoke(handbill, ["check", *arguments], prog_name="handbill")
    assert result.exit_code == code, result.output
    return result.output


def test_the_command(project: Path, git: Git) -> None:
    assert _check("--changed", "HEAD", code=0) == "0 payloads checked, no problems\n"
    CHANGES["a template"](project)
    assert "second/plain.json.j2:1:" in _check("--changed", "HEAD", code=1)
    assert "1 error in 1 template" in _check("--changed", "HEAD", code=1)
    assert _check("second/child.json.j2", "--changed", "HEAD", code=0).startswith("0 payloads")


def test_wrong_revisions_and_no_repository(project: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nobody", "-x", "", "nobody...", "HEAD:second", "--output=x"):
        assert "git knows no revision" in _check(f"--changed={name}", code=2)
    monkeypatch.setenv("PATH", "")
    assert "git is not installed" in _check("--changed", "HEAD", code=2)


def test_no_repository(project: Path) -> None:
    assert "is in no git repository" in _check("--changed", "HEAD", code=2)


def test_a_repository_without_a_commit(project: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    with pytest.raises(NoRevision, match="git knows no revision `HEAD`"):
        Revision(project, "HEAD")
