"""The report for people."""

from __future__ import annotations

import re
import unicodedata

import pytest
from handbill.diagnostic import Diagnostic, Label
from handbill.report import REPORTERS
from handbill.report.printable import printable, quoted
from handbill.report.text import summary
from handbill.source import Source, Span

NAMES = ["issue", "wide", "macro", "several-lines", "end-of-file", "hostile", "long-line", "placeless", "remark"]
report = REPORTERS["text"]


@pytest.mark.parametrize("name", NAMES)
def test_each_finding(findings, name, snapshot):
    snapshot.assert_match(report([findings[name]]), "report.txt")


def test_every_finding_is_tried(findings):
    assert list(findings) == NAMES


def test_findings_are_apart_by_an_empty_line(findings):
    both = report([findings["issue"], findings["wide"]])
    assert both == report([findings["issue"]]) + "\n" + report([findings["wide"]])
    assert report([]) == ""


def test_colour_changes_nothing_but_colour(findings, snapshot):
    coloured = report(list(findings.values()), colour=True)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == report(list(findings.values()))
    snapshot.assert_match(report([findings["macro"]], colour=True).replace("\x1b", "␛"), "report.txt")


@pytest.mark.parametrize(
    ("before", "columns"),
    [
        ("", 0),
        ("abc", 3),
        ("\t", 4),
        ("ab\t", 4),
        ("abcd\t", 8),
        ("日本", 4),
        ("e\u0301", 1),
        ("\x1b", 4),
        ("👩\u200d🚀", 4),
    ],
)
def test_underline_stands_below_its_text(before, columns):
    """Columns counted as a terminal counts them."""
    source = Source("t.j2", f"{before}here")
    place = Span(source, len(before), len(before) + 4)
    line, underline = report([Diagnostic("c", "t", Label(place, "x"))]).splitlines()[1:3]
    assert underline == f"  │ {' ' * columns}^^^^ x"
    assert line.startswith("1 │ ")


def test_nothing_steers_the_terminal(findings):
    """No text of an author, a context or a channel reaches the terminal as a control character."""
    text = report(list(findings.values()))
    bad = [c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp")]
    assert not bad
    assert not set(text) & set("\u202e\u2066\u200f\ufeff")


def test_every_control_character_is_written_out():
    for code in range(0x20000):
        shown = printable(chr(code))
        if unicodedata.category(chr(code)) in ("Cc", "Cs", "Co", "Zl", "Zp") or code in range(0x202A, 0x202F):
            assert shown.startswith("\\"), hex(code)
            assert shown.isascii()
    assert printable("👨‍👩‍👧 ок\u00a0日本") == "👨‍👩‍👧 ок\u00a0日本"


def test_a_long_value_keeps_its_ends():
    assert quoted("a" * 200 + "z").endswith('aaz" (201 code points)')
    assert quoted("a" * 100) == f'"{"a" * 100}"'


def test_summary(findings):
    assert summary([], 12) == "12 payloads checked, no problems"
    assert summary([], 1) == "1 payload checked, no problems"
    assert summary(list(findings.values())) == "7 errors, 1 warning, 1 remark in 4 templates"
    assert summary([findings["placeless"]]) == "1 error"
