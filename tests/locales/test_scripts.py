"""Hebrew and Arabic: texts are kept whole, in payloads and in reports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from handbill.channels import CHANNELS
from handbill.diagnostic import merged
from handbill.report import REPORTERS

from .speaking import message, project

HEBREW = "שלום %(name)s, ההזמנה \u200f(מס' %(n)s)\u200f בדרך!"
ARABIC = "مرحبا %(name)s، طلبك \u2067%(n)s\u2069 في الطريق؟"
TEXT = '"{% trans name, n %}Hello {{ name }}, order {{ n }} is on its way!{% endtrans %}"'
SOURCE = "Hello %(name)s, order %(n)s is on its way!"
FRONT = "---\nparams:\n  name: {type: string}\n  n: {type: integer}\nexamples:\n  default: {name: נועה, n: 42}\n---\n"


def texts(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize(("locale", "text"), [("he", HEBREW), ("ar", ARABIC)])
def test_a_payload_has_the_text_as_it_was_written(tmp_path: Path, channel: str, locale: str, text: str) -> None:
    entry = f'msgid "{SOURCE}"\nmsgstr "{text}"\n'
    compiler = project(tmp_path, {"templates/a.json.j2": message(TEXT, FRONT)}, **{locale: entry})
    via = None if CHANNELS.index(channel) >= 0 and channel in ("messenger", "whatsapp") else "direct"
    result = compiler.compile("a", channel, via, {"name": "نورة", "n": 42}, locale=locale)
    if not result.ok:
        assert {d.code for d in result.diagnostics} == {"unsupported-content"}, result.diagnostics
        return
    wanted = text.replace("%(name)s", "نورة").replace("%(n)s", "42")
    said = texts(result.payload).replace("\\\\", "")
    assert wanted in said or wanted in said.replace("\\", ""), said


@pytest.mark.parametrize("form", REPORTERS)
@pytest.mark.parametrize(("locale", "text"), [("he", HEBREW), ("ar", ARABIC)])
def test_a_report_shows_letters_in_their_order(tmp_path: Path, form: str, locale: str, text: str) -> None:
    """Marks of direction, which could reorder a line of the report, are written out; letters stay as they are."""
    long = " ".join([text] * 80)
    entry = f'msgid "{SOURCE}"\nmsgstr "{long}"\n'
    front = FRONT.replace("---\n", "---\nchannels: [messenger]\n", 1)
    compiler = project(tmp_path, {"templates/a.json.j2": message(TEXT, front)}, **{locale: entry})
    found = merged(d for each in compiler.check(["a"], ["messenger"]) for d in each.result.diagnostics)
    assert [d.code for d in found] == ["text-too-long"]
    assert found[0].value is not None
    assert found[0].value.startswith(text.replace("%(name)s", "נועה").replace("%(n)s", "42"))
    shown = REPORTERS[form](found)
    if form == "text":
        assert text.split()[0] in shown
    assert not any(mark in shown for mark in "\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
    if form in ("json", "sarif"):
        listed = json.loads(shown)
        listed = listed if form == "json" else [listed["runs"][0]["results"][0]["properties"]]
        assert listed[0]["value"] == found[0].value
        assert listed[0]["locale"] == locale
    else:
        assert f"locale: {locale}" in shown
