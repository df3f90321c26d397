"""Limits on a message as a whole: all its texts, and its size as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.cli.group import handbill
from handbill.diagnostic import Diagnostic, Severity
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove
from proof.test_lowered import question, said


def said_of(folder: Path, body: str, channel: str, params: str) -> list[Diagnostic]:
    return said(folder, body, channel, "strict", params=params)


def params(text: str) -> str:
    return f"  a: {{type: string, {text}}}\n  b: {{type: string, maxLength: 1000}}\n"


WHOLES = [
    # Apple: 10,240 bytes of JSON. A control character takes 6 of them, an emoji 4.
    ("maxLength: 1600", ""),
    ("maxLength: 2000", "info"),
    ("maxLength: 3000", "warning"),
    (r"maxLength: 2000, pattern: '^[^\x00-\x1f]*$'", ""),
    ("maxLength: 3000, pattern: '^[A-Za-z ]*$'", ""),
    ("maxLength: 3000, x-maxBytes: 1600", ""),
    ("enum: [short, a little longer]", ""),
]


@pytest.mark.parametrize(("bound", "severity"), WHOLES)
def test_as_json(tmp_path: Path, bound: str, severity: str) -> None:
    found = said_of(tmp_path, question("{{ a }}"), "apple", params(bound))
    assert [str(d.severity) for d in found] == ([severity] if severity else [])


def apple(folder: Path, value: str) -> list[str]:
    compiler = Compiler(open_project(folder))
    return [d.code for d in compiler.compile("t", "apple", None, {"a": value, "b": ""}).diagnostics]


def test_the_figures_are_those_of_a_message(tmp_path: Path) -> None:
    """One character less than the bound that is named, and it goes out; one more, and it does not."""
    [found] = said_of(tmp_path, question("{{ a }}"), "apple", params("maxLength: 2000"))
    assert found.code == "may-be-too-long"
    assert found.severity is Severity.INFO
    assert found.text == (
        "`a` ≤ 2000 × 6 + the rest of the JSON 273 = 12273 > 10240. Only control characters, each of which takes 6"
        " bytes in JSON, and signs like them make it so long: without them it is 8273 bytes at most."
    )
    assert found.hint.startswith("give `a` a maxLength of 1661 or less, or a pattern without control characters")
    assert apple(tmp_path, "\x01" * 1661) == []
    assert apple(tmp_path, "\x01" * 1662) == ["output-too-large"]
    assert apple(tmp_path, "😀" * 2000) == []


def test_all_texts(tmp_path: Path) -> None:
    """Title and subtitle of a card on Telegram: 4,095 characters, said once although they become one text."""
    card = '{"template_type": "card", "title": "{{ a }}", "subtitle": "Dear {{ b }}"}'
    [found] = said_of(tmp_path, card, "telegram", params("maxLength: 3200"))
    assert (found.title, found.code) == ("Title and subtitle maybe too large", "may-be-too-long")
    assert found.label is not None
    assert found.label.span.text == "{{ a }}"
    assert found.label.text == "up to 4205 characters in all; Telegram allows 4095"
    assert found.text == "`a` ≤ 3200 + “Dear ” 5 + `b` ≤ 1000 = 4205 > 4095."
    assert said_of(tmp_path, card, "telegram", params("maxLength: 3090")) == []


def test_signs_that_a_channel_escapes(tmp_path: Path) -> None:
    text = '{"template_type": "text", "text": "{{ a }}"}'
    [found] = said_of(tmp_path, text, "discord", params("maxLength: 1500"))
    assert found.severity is Severity.INFO
    assert found.text.endswith("make it so long: without them it is 1500 characters at most.")
    assert said_of(tmp_path, text, "discord", params("maxLength: 1000")) == []


def test_without_a_bound(tmp_path: Path) -> None:
    [found] = said_of(tmp_path, question("{{ a }}"), "apple", "  a: {type: string}\n")
    assert (found.code, found.title) == ("length-unknown", "Size of interactive data inside a message unknown")
    assert found.hint == "give `a` a maxLength of 1661 or less"


def test_a_payload_of_ones_own(tmp_path: Path) -> None:
    """What a native template repeats counts as often as it can be there."""
    (tmp_path / "templates").mkdir()
    body = '{"type": "text", "text": "ok", "tracking_data": "{% for x in xs %}{{ x }}{% endfor %}"}'
    xs = "xs: {type: array, maxItems: 9, items: {type: string, maxLength: 900}}"
    front = f"payload: direct\nchannels: [viber]\nparams:\n  {xs}\n"
    (tmp_path / "templates/t.json.j2").write_text(f"---\n{front}---\n{body}", "utf-8")
    compiler = Compiler(open_project(tmp_path))
    template = compiler.base("t")
    found = prove(compiler, template, known_channel("viber"), compiler.via(template, None, "viber"))
    assert any("9 × (`xs[]` ≤ 900 × 6)" in d.text and "too large" in d.title for d in found), found


def test_an_example_that_is_too_large_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "handbill.toml").write_text('channels = ["apple"]\nvia = "direct"\n')
    (tmp_path / "templates").mkdir()
    front = f"---\nparams:\n{params('maxLength: 12000')}examples:\n  one: {{a: {'n' * 11000}, b: x}}\n---\n"
    (tmp_path / "templates/t.json.j2").write_text(front + question("{{ a }}{{ b }}"))
    told = CliRunner().invoke(handbill, ["check", "--no-cache", "--project", str(tmp_path), "--format", "json"])
    assert [found["code"] for found in json.loads(told.stdout)] == ["output-too-large"]
