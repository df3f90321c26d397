"""A source that is a stretch of a file: its lines have the file's numbers."""

from __future__ import annotations

from handbill.diagnostic import Diagnostic, Label, in_order, merged
from handbill.report.text import report
from handbill.source import Source, Span

TEXT = "one\ntwo\nthree"


def test_numbers_begin_at_the_first_line() -> None:
    part = Source("people.csv", TEXT, 41)
    assert [part.position(offset) for offset in (0, 4, len(TEXT))] == [(41, 1), (42, 1), (43, 6)]
    assert [part.line(number) for number in (40, 41, 43, 44, 1)] == ["", "one", "three", "", ""]
    assert part.offset(42, 2) == 5
    assert (part.offset(1), part.offset(99)) == (0, 8), "held within the text"


def test_a_whole_file_begins_at_one() -> None:
    assert Source("a", TEXT).position(4) == (2, 1)


def _at(line: int) -> Diagnostic:
    source = Source("people.csv", "1,soon", line)
    return Diagnostic("wrong-parameter", "Wrong value", Label(Span(source, 2, 6), "text"))


def test_the_same_mistake_on_two_lines_is_two_mistakes_in_order() -> None:
    found = [_at(900), _at(7), _at(900)]
    assert [d.label.span.source.first_line for d in merged(found) if d.label] == [7, 900]
    assert [d.label.span.source.first_line for d in in_order(found) if d.label] == [7, 900, 900]


def test_a_report_shows_the_line_and_its_number() -> None:
    assert report([_at(900)]).splitlines()[:2] == ["people.csv:900:3: error: wrong-parameter", "900 │ 1,soon"]
