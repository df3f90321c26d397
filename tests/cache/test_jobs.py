"""`check --jobs N`: the same as in one process, in the same order, with the same limits, and with a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cache.conftest import Check, write
from handbill.checking import Asked, jobs, run, work
from handbill.checking.run import usual
from handbill.diagnostic import Failed
from handbill.project import Project, open_project

LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"


@pytest.mark.parametrize("count", ["2", "3", "64"])
@pytest.mark.parametrize("form", ["text", "sarif"])
def test_the_same_as_in_one(count: str, form: str, project: Path, check: Check) -> None:
    one = check("--format", form, "--no-cache", "--jobs", "1")
    assert check("--format", form, "--no-cache", "--jobs", count) == one


def test_the_same_where_processes_begin_anew(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    one = check("--no-cache", "--jobs", "1")
    monkeypatch.setattr(jobs, "FORKS", False)
    assert check("--no-cache", "--jobs", "2") == one


def test_what_several_have_found_is_kept(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check("--jobs", "3")
    monkeypatch.setattr(work.Tracer, "examine", None)  # nobody is asked
    assert check("--jobs", "3") == first


def test_each_has_the_guard(project: Path, check: Check) -> None:
    write(project, {f"second/costly{n}.json.j2": LOOP for n in range(3)})
    one = check("--no-cache", "--jobs", "1")
    assert one[1].count("too-costly") == 3
    assert check("--no-cache", "--jobs", "2") == one


def test_a_process_that_is_ended_is_told_and_the_others_go_on(
    project: Path, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = check("--no-cache", "--jobs", "1")
    real = work.examine
    parent = os.getpid()

    def examine(compiler: object, name: str, asked: Asked) -> object:
        if name in ("macros", "own", "plain") and os.getpid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(compiler, name, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "examine", examine)
    code, said, _ = check("--no-cache", "--jobs", "2")
    assert code == 1
    assert said.count("too-costly") == 3
    assert "second/plain.json.j2:1:1: error: too-costly" in said
    kept = [line for line in one[1].splitlines() if ": error: " in line and "own" not in line and "macros" not in line]
    assert [line for line in kept if line not in said] == []


def test_a_fault_is_told_as_in_one_process(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def examine(compiler: object, name: str, asked: Asked) -> object:
        raise ZeroDivisionError(name) if name == "own" else Failed()

    opened = open_project(project)
    monkeypatch.setattr(work, "examine", examine)
    with pytest.raises(Failed):
        list(jobs.spread(opened, ["again", "own"], Asked(), 2))
    monkeypatch.setattr(work, "examine", lambda compiler, name, asked: 1 / (name != "own"))
    with pytest.raises(ZeroDivisionError):
        list(jobs.spread(opened, ["own", "again"], Asked(), 2))


def test_a_locale_that_nobody_knows_ends_it(project: Path) -> None:
    opened = open_project(project)
    with pytest.raises(Failed, match="xx"):
        list(run.run(opened, opened.names(), Asked(locales=("xx",)), keep=False, jobs=2))


def test_how_many_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "cores", lambda: 4)
    assert [usual(count) for count in (0, 1, run.LARGE - 1, run.LARGE, 10 * run.LARGE)] == [1, 1, 1, 2, 4]


@pytest.mark.skipif(not jobs.FORKS, reason="elsewhere the number of templates decides")
def test_more_processes_when_templates_take_their_time(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_project(project)
    names = opened.names()
    alone = repr(list(run.run(opened, names, Asked(), keep=False, jobs=1)))
    began: list[tuple[list[str], int]] = []

    def spread(
        project: Project, names: list[str], asked: Asked, processes: int, tracer: work.Tracer
    ) -> Iterator[jobs.Made]:
        began.append((names, processes))
        return spread_of(project, names, asked, processes, tracer)

    spread_of = jobs.spread
    monkeypatch.setattr(jobs, "spread", spread)
    monkeypatch.setattr(run, "cores", lambda: 3)
    monkeypatch.setattr(run, "WORTH", 1e-9)
    assert repr(list(run.run(opened, names, Asked(), keep=False))) == alone
    assert began == [(names[3:], 3)]
    monkeypatch.setattr(run, "WORTH", 1e9)
    assert repr(list(run.run(opened, names, Asked(), keep=False))) == alone
    assert len(began) == 1


def _processes(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return [int(pid) for pid, ppid in (line.split() for line in listed.splitlines()) if int(ppid) == parent]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes as Linux shows them")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_nobody_works_on_when_the_user_has_had_enough(sign: signal.Signals, project: Path) -> None:
    write(project, {f"second/costly{n}.json.j2": LOOP for n in range(20)})
    command = [sys.executable, "-m", "handbill", "check", "--no-cache", "--jobs", "2"]
    main = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    for _ in range(200):
        workers = _processes(main.pid)
        if len(workers) == 2 or main.poll() is not None:
            break
        time.sleep(0.05)
    assert len(workers) == 2
    if sign is signal.SIGINT:
        os.killpg(main.pid, sign)  # as a terminal does
    else:
        main.send_signal(sign)
    out, err = main.communicate(timeout=20)
    assert main.returncode == (130 if sign is signal.SIGINT else -sign)
    assert b"Traceback" not in out + err
    for _ in range(200):
        if not any(_alive(pid) for pid in workers):
            break
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in workers)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_what_was_done_before_is_kept(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle: what was checked need not be checked again."""
    real = work.examine

    def examine(compiler: object, name: str, asked: Asked) -> object:
        if name == "macros":
            raise KeyboardInterrupt
        return real(compiler, name, asked)  # type: ignore[arg-type]

    monkeypatch.setattr(work, "examine", examine)
    opened = open_project(project)
    with pytest.raises(KeyboardInterrupt):
        list(run.run(opened, opened.names(), Asked()))
    monkeypatch.setattr(work, "examine", real)
    asked: list[str] = []
    whole = work.Tracer.examine
    monkeypatch.setattr(work.Tracer, "examine", lambda self, name: (asked.append(name), whole(self, name))[1])
    check()
    assert asked == [name for name in opened.names() if name >= "macros"]
