"""Exit codes: one place makes them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import click
import pytest
from cli.test_group import SOURCE
from handbill.cli.errors import exit_code
from handbill.diagnostic import Diagnostic, Failed, Label, Severity
from handbill.source import Source, Span


def raising(error: BaseException):
    def run() -> None:
        raise error

    return run


PLACE = Label(Span(Source("handbill.toml", "x"), 0, 1))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Failed(Diagnostic("bad-config", "Bad")), 1),
        (Failed(Diagnostic("poor", "Poor", severity=Severity.WARNING)), 0),
        (Failed(Diagnostic("unknown-template", "No template `x`")), 2),
        (Failed(Diagnostic("unknown-channel", "No channel `x`", PLACE)), 1),
        (click.UsageError("no"), 2),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (ValueError("secret words"), 3),
        (RecursionError(), 3),
        (BrokenPipeError(), 1),
    ],
    ids=repr,
)
def test_exit_code(error, code, capfd):
    assert exit_code(raising(error)) == code
    assert "Traceback" not in capfd.readouterr().err


def test_exit_code_of_a_clean_end():
    assert exit_code(lambda: None) == 0
    assert exit_code(lambda: 1) == 1


def test_a_fault_is_one_line_that_asks_for_a_report(capsys):
    """The exception's words stay out: they may hold what was in a message."""
    exit_code(raising(ValueError("secret words")))
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "fault of Handbill (ValueError" in said
    assert "report it" in said
    assert "secret" not in said


def test_a_fault_is_shown_in_full_when_asked_for(capsys, monkeypatch):
    monkeypatch.setenv("HANDBILL_DEBUG", "1")
    assert exit_code(raising(ValueError("words"))) == 3
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "ValueError: words" in said


def test_a_fault_within_a_command(run, project, monkeypatch):
    monkeypatch.setattr("handbill.cli.opening.find", raising_find)
    assert "fault of Handbill (ZeroDivisionError" in run("check", code=3).stderr


def raising_find(folder: object) -> None:
    raise ZeroDivisionError


def test_a_reader_that_goes_away_is_no_fault():
    command = f"{sys.executable} -m handbill channels | true"
    done = subprocess.run(
        ["/bin/sh", "-c", command], env={"PYTHONPATH": SOURCE}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""


def test_interrupted(project):
    """Ctrl-C while data is awaited: a pipe that is open at both ends and stays empty."""
    os.mkfifo("data.json")
    command = [sys.executable, "-m", "handbill", "compile", "greeting", "--channel", "messenger", "--data", "data.json"]
    process = subprocess.Popen(
        command, env={"PYTHONPATH": SOURCE}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    pipe = None
    while pipe is None and process.poll() is None:
        try:
            pipe = os.open("data.json", os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            continue  # nobody reads yet
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert pipe is not None, err
    os.close(pipe)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
