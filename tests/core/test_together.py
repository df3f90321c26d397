"""One mistake that several channels refuse is one finding for people."""

from __future__ import annotations

from handbill.diagnostic import Diagnostic, Label, together
from handbill.report.text import report, summary
from handbill.source import Source, Span

SOURCE = Source("t.json.j2", '{"text": "too long"}')


def finding(who: str, allowed: int, start: int = 10) -> Diagnostic:
    label = Label(Span(SOURCE, start, 18), f"28 characters; {who} allows {allowed}")
    return Diagnostic("text-too-long", f"{who}'s own title", label, who=who, channel=who.lower())


def test_the_same_words_of_several_channels_are_one() -> None:
    found = together([finding("LINE", 20), finding("Messenger", 20), finding("LINE", 20), finding("WhatsApp", 20)])
    assert [(d.who, d.also) for d in found] == [("LINE", ("Messenger", "WhatsApp"))]
    assert "= also: Messenger and WhatsApp say the same" in report(found)
    assert summary([finding("LINE", 20), finding("Messenger", 20)]).startswith("1 error")


def test_another_figure_or_place_is_another() -> None:
    different = [finding("LINE", 20), finding("X", 36), finding("Messenger", 20, start=11)]
    assert together(different) == different
