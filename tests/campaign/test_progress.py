"""How a run shows that it goes on: a bar on a terminal, lines elsewhere, nothing when asked for."""

from __future__ import annotations

import io

import pytest
from campaign.conftest import Made
from handbill.report.progress import Bar, Lines, Silence, Step, meter, span

STEP = Step("sending", 1200, 5000, (("sent", 1190), ("rejected", 10), ("retried", 12)), 48.34, 78.6)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_step_in_words() -> None:
    assert STEP.line() == "sending: 1,200 of 5,000 (1,190 sent, 10 rejected, 12 retried, 48/s, 79 s left)\n"
    assert Step("compiling", 300, 0).line() == "compiling: 300\n"
    assert Step("sending", 0, 5, note="the server asks to wait 9 s").words() == "the server asks to wait 9 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 s"), (59.4, "59 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (7500, "2 h 5 min")],
)
def test_spans(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_lines_now_and_then() -> None:
    now = 100.0
    stream = io.StringIO()
    lines = Lines(stream, 5.0, lambda: now)
    for moment in (100, 103, 105.1, 106, 112):
        now = float(moment)
        lines.show(STEP)
    assert stream.getvalue() == STEP.line() * 2


def test_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "140")
    stream = Terminal()
    bar = meter(stream)
    assert isinstance(bar, Bar)
    bar.show(Step("compiling", 300, 0))
    bar.show(STEP)
    bar.close()
    bar.show(STEP)
    bar.close()
    text = stream.getvalue()
    assert "sending" in text
    for words in ("1,200 of 5,000", "1,190 sent", "10 rejected", "12 retried", "48/s", "79 s left"):
        assert words in text


def test_which_it_is() -> None:
    assert isinstance(meter(io.StringIO()), Lines)
    assert isinstance(meter(Terminal(), quiet=True), Silence)


def test_quiet(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handbill.report.progress.EVERY", 0.0)
    project = made()
    project.people(20)
    assert "sending: " not in project.send("--quiet").stderr
