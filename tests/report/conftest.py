"""Findings made by hand, one for each thing a reporter must get right."""

from __future__ import annotations

import pytest
from handbill.diagnostic import Diagnostic, Label, Severity
from handbill.source import Source, Span

TEMPLATE = """\
{
  "template_type": "quick_reply",
  "text": "Termin",
\t"note": "日本👍🏽é{{ note }}",
  "buttons": [
    {"text": "{{ yes_label }}", "value": "yes_confirmed"},
    {{ buttons.no(no_label) }}
  ],
}
"""
MACROS = "{# one line #}\n" * 119 + '{% macro no(label) %}{"text": "{{ label }}", "value": "no"}{% endmacro %}\n'
SOURCE = "https://developers.facebook.com/docs/messenger-platform/send-messages/quick-replies"


def span(source: Source, text: str, end: str = "") -> Span:
    start = source.text.index(text)
    return Span(source, start, source.text.index(end, start) + len(end) if end else start + len(text))


@pytest.fixture
def findings() -> dict[str, Diagnostic]:
    template = Source("templates/followup_call.json.j2", TEMPLATE)
    macros = Source("templates/_buttons.j2", MACROS)
    long_line = Source("templates/long line.json.j2", "[" + "«a» " * 100 + "{{ x }}" + " zz" * 100 + "]")
    hostile = Source("templates/a,b:c%\x1b[2J.j2", "x\x1b[31m \u202e{{ y }}\n")
    return {
        "issue": Diagnostic(
            "text-too-long",
            "Text too long",
            Label(span(template, "{{ yes_label }}"), "27 characters; Messenger allows 20"),
            value="Yes please, call me tomorrow",
            parameters=("yes_label",),
            source=SOURCE,
            checked="2026-11-22",
            hint="shorten it, or give `yes_label` a maxLength of 20",
            pointer="/buttons/0/text",
            template="followup_call",
            channel="messenger",
            gateway="genesys-event",
            example="long",
        ),
        "wide": Diagnostic(
            "empty-text",
            "Empty text",
            Label(span(template, "{{ note }}"), "nothing to show"),
            Severity.WARNING,
            template="followup_call",
        ),
        "macro": Diagnostic(
            "text-too-long",
            "Text too long",
            Label(span(macros, "{{ label }}"), "24 characters; Messenger allows 20"),
            related=(Label(span(template, "{{ buttons.no(no_label) }}"), "called here"),),
            value='Nein, "danke" \\o/',
            parameters=("no_label", "name", "title"),
            template="followup_call",
        ),
        "several-lines": Diagnostic(
            "too-many-buttons",
            "Too many buttons",
            Label(span(template, "[", "]"), "14 buttons; Messenger allows 13"),
            text="Messenger shows at most 13 quick replies.\nThe rest would be refused.",
            template="followup_call",
        ),
        "end-of-file": Diagnostic(
            "invalid-json",
            "Unclosed object",
            Label(Span(template, len(TEMPLATE), len(TEMPLATE)), ""),
            template="followup_call",
        ),
        "hostile": Diagnostic(
            "wrong-value",
            "Wrong value",
            Label(span(hostile, "{{ y }}"), "\x1b]0;owned\x07"),
            value="\x00\x7f\x9b\u2066\ud800\ue000\ufeff 👨‍👩‍👧 \t\r\n",
            hint="take \u200fit away",
            template="a\x1b",
        ),
        "long-line": Diagnostic(
            "undefined-variable",
            "Undefined variable",
            Label(span(long_line, "{{ x }}"), "`x` is not a parameter"),
            value="a" * 500,
            template="long line",
        ),
        "placeless": Diagnostic(
            "unknown-template",
            "Unknown template",
            text="There is no template `folowup_call`.",
            hint="did you mean `followup_call`?",
        ),
        "remark": Diagnostic("text-loss", "Loss", severity=Severity.INFO, template="product_carousel"),
    }
