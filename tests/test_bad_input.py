"""Bad input, through the real command: a diagnostic at the text at fault, never a traceback, nothing half-written."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from handbill.cli.group import handbill

TEXT = '{"template_type": "text", "text": "Your parcel is here."}\n'
READS_N = '{"template_type": "text", "text": "{{ n }}"}'
CARDS = "\n".join(f'{{"title": "Card {n}", "subtitle": "x"}},' for n in range(1, 12))
MANY_CARDS = f'{{"template_type": "carousel", "cards": [\n{CARDS}\n]}}'
REPLIES = "\n".join(f'{{"text": "Day {n}", "value": "day_{n}"}},' for n in range(1, 15))
MANY_REPLIES = f'{{"template_type": "quick_reply", "text": "Which day?", "buttons": [\n{REPLIES}\n]}}'
LINK = '{"template_type": "card", "title": "Shop", "buttons": [{"text": "Go", "url": "%s"}]}'
TWO = '{"template_type": "quick_reply", "text": "?", "buttons": [%s, %s]}'

Check = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    (folder / "templates").mkdir(parents=True)
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n')
    monkeypatch.chdir(folder)
    return folder


def _write(project: Path, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)


def _state(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, to see that nothing was written."""
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {name: p.read_bytes() for name, p in files.items() if not name.startswith(".handbill/")}  # what is kept


@pytest.fixture
def command(project: Path) -> Callable[..., Result]:
    """Run a command in the project; it ends with `code`, tells no traceback, and writes nothing."""

    def command(*arguments: object, code: int, stdin: bytes = b"") -> Result:
        before = _state(project)
        result = CliRunner().invoke(handbill, [str(a) for a in arguments], input=stdin)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        assert _state(project) == before
        return result

    return command


@pytest.fixture
def check(project: Path, command: Callable[..., Result]) -> Check:
    """Check templates given as `text` (case.json.j2) or `files`; the diagnostics, as the JSON report has them."""

    def check(text: str | bytes = "", *, files: dict[str, str | bytes] | None = None, code: int = 1) -> Any:
        _write(project, files or {"templates/case.json.j2": text})
        _agrees(command, code)
        return json.loads(command("check", "--format", "json", code=code).stdout)

    return check


def _agrees(command: Callable[..., Result], code: int) -> None:
    """No report of any form breaks, and `compile` refuses what `check` refuses, with nothing written."""
    for form in ("text", "sarif", "github"):
        command("check", "--format", form, code=code)
    if code:
        command("compile", "--all", "--out", "build", code=code)


def _underlined(project: Path, found: dict[str, Any]) -> str:
    """The characters of the file that a diagnostic of the JSON report is about."""
    text = (project / found["file"]).read_bytes().decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if found["line"] == found["end_line"]:
        return lines[found["line"] - 1][found["column"] - 1 : found["end_column"] - 1]
    first = lines[found["line"] - 1][found["column"] - 1 :]
    between = lines[found["line"] : found["end_line"] - 1]
    return "\n".join([first, *between, lines[found["end_line"] - 1][: found["end_column"] - 1]])


def _front(settings: str, body: str = TEXT) -> str:
    return f"---\n{settings}\n---\n{body}"


# name: template, code, line, column, what is underlined
TEMPLATES: dict[str, tuple[str, str, int, int, str]] = {
    # the template language
    "tag never closed": ('{% if x %}\n{"template_type": "text"}', "template-syntax", 1, 4, "if"),
    "brace never closed": ('{"template_type": "text", "text": "{{ name"}', "template-syntax", 1, 43, '"'),
    "stray character": ('{"template_type": "text", "text": "{{ a ! b }}"}', "template-syntax", 1, 41, "!"),
    "unknown tag": ("{% fore x in y %}\n{}", "template-syntax", 1, 4, "fore"),
    "other languages' tag": ("{% if true %}{% elseif x %}{% endif %}", "template-syntax", 1, 17, "elseif"),
    "end of another": ("{% if x %}\n{% for y in x %}\n{% endif %}", "template-syntax", 3, 4, "endif"),
    "operator behind a tag of two lines": ("{% set a =\n 1 %}{{ 1 / 0 }}", "filter-failed", 2, 6, "{{ 1 / 0 }}"),
    "end without a beginning": ('{"text": "x"}\n{% endif %}', "template-syntax", 2, 4, "endif"),
    "unknown filter": ('{"text": "{{ 1 | rund }}"}', "template-syntax", 1, 18, "rund"),
    "undefined variable": ('{"text": "Hi {{ first_nam }}"}', "undefined-variable", 1, 17, "first_nam"),
    "undefined in a condition": ("{% if later %}\n{% endif %}" + TEXT, "undefined-variable", 1, 7, "later"),
    "undefined attribute": (
        _front("examples:\n  d: {order: {id: 7}}", '{"template_type": "text", "text": "{{ order.number }}"}'),
        "undefined-variable", 5, 45, "number",
    ),
    "filter that raises": ('{"text": "{{ [1, \'a\'] | sum }}"}', "filter-failed", 1, 25, "sum"),
    "operator that raises": ('{"text": "{{ 1 / 0 }}"}', "filter-failed", 1, 11, "{{ 1 / 0 }}"),
    "list in a text": ('{"template_type": "text",\n "text": "a {{ [1] }}"}', "value-not-text", 2, 13, "{{ [1] }}"),
    "endless macro": ("{% macro m() %}\n{{ m() }}\n{% endmacro %}\n{{ m() }}", "too-costly", 2, 1, "{{ m() }}"),
    "endless loop": (
        '[{% for i in range(1000000000) %}\n{"template_type": "text", "text": "x"},\n{% endfor %}]',
        "too-costly", 1, 2, "{% for i in range(1000000000) %}",
    ),
    "loops in one another": (
        '["{% for i in range(99999) %}\n{% for j in range(99999) %}\n{{ j }}{% endfor %}{% endfor %}"]',
        "too-costly", 2, 1, "{% for j in range(99999) %}",
    ),
    "Python within": ('{"text": "{{ \'\'.__class__ }}"}', "not-allowed", 1, 17, "__class__"),
    # structure
    "comma missing": ('{"template_type": "text"\n "text": "x"}', "invalid-json", 1, 24, '"'),
    "brace missing": ('{"template_type": "text", "text": "x"', "invalid-json", 1, 1, "{"),
    "brace too many": (TEXT.strip() + "}", "invalid-json", 1, 58, "}"),
    "bracket for brace": ('{"template_type": "text", "text": "x"]', "invalid-json", 1, 38, "]"),
    "quote missing": ('{"template_type": "text",\n "text": "x}\n', "invalid-json", 2, 10, '"x}'),
    "name without quotes": ('{template_type: "text"}', "invalid-json", 1, 2, "template_type"),
    "single quotes": ("{'template_type': 'text'}", "invalid-json", 1, 2, "'template_type'"),
    "typographer's quotes": ('{"template_type": “text”}', "invalid-json", 1, 19, "“text”"),
    "quote within a text": ('{"text": "He said "hi" to me"}', "invalid-json", 1, 19, '"'),
    "line break within a text": ('{"text": "one\ntwo"}', "invalid-json", 1, 10, '"one'),
    "comment never closed": ('{"text": /* why', "invalid-json", 1, 10, "/*"),
    "number in another form": ('{"text": 007}', "invalid-json", 1, 10, "007"),
    "data in a misspelt name": ('{x{{ 1 }}: 2}', "hole-in-key", 1, 2, "x{{ 1 }}"),
    "nothing": ("", "invalid-json", 1, 1, ""),
    "field given twice": ('{"template_type": "text",\n "text": "a",\n "text": "b"}', "duplicate-key", 3, 3, "text"),
    "field name from data": ('{"template_type": "text", "{{ 1 }}": "x"}', "hole-in-key", 1, 28, "{{ 1 }}"),
    "half an emoji": ('{"template_type": "text", "text": "a\\ud83d"}', "lone-surrogate", 1, 37, "\\ud83d"),
    "unknown escape": ('{"template_type": "text", "text": "a\\d"}', "bad-escape", 1, 37, "\\d"),
    "number too large": ('{"template_type": "text", "text": 1e999}', "bad-number", 1, 35, "1e999"),
    # front matter
    "front matter that is not YAML": (_front("a: b: c"), "bad-front-matter", 2, 5, ": c"),
    "front matter that is a list": (_front("- a"), "bad-front-matter", 2, 1, "- a"),
    "front matter never closed": ("---\na: 1\n" + TEXT, "bad-front-matter", 1, 1, "---"),
    "front matter below the top": ("\n---\ndescription: a\n---\n" + TEXT, "bad-front-matter", 2, 1, "---"),
    "front matter with a name twice": (_front("channels: [line]\nchannels: [sms]"), "duplicate-key", 3, 1, "channels"),
    "front matter with an alias": (_front("description: *x"), "yaml-feature", 2, 14, "*x"),
    "unknown setting": (_front("chanels: [line]"), "unknown-setting", 2, 1, "chanels"),
    "setting of the wrong type": (_front("channels: line"), "wrong-type", 2, 11, "line"),
    "unknown channel": (_front("channels: [line, mesenger]"), "unknown-channel", 2, 18, "mesenger"),
    "unknown gateway": (_front("payload: genesys-bots"), "unknown-gateway", 2, 10, "genesys-bots"),
    "parameter without rules": (_front("params: {n: string}"), "invalid-contract", 2, 10, "n"),
    "parameter with a dash": (_front("params: {first-name: {}}"), "invalid-contract", 2, 10, "first-name"),
    "parameter that is taken": (_front("params: {channel: {}}"), "invalid-contract", 2, 10, "channel"),
    "no such type": (_front("params: {n: {type: text}}"), "invalid-contract", 2, 14, "type"),
    "example without a parameter": (
        _front("params: {n: {}}\nexamples: {d: {}}", READS_N), "missing-parameter", 3, 15, "{}",
    ),
    "example with too much": (_front("params: {}\nexamples: {d: {nn: 1}}"), "unknown-parameter", 3, 16, "nn"),
    "example of the wrong type": (
        _front("params: {n: {type: integer}}\nexamples: {d: {n: soon}}", READS_N), "wrong-parameter", 3, 19, "soon",
    ),
    # the message
    "unknown field for a missing one": ('{"template_type": "text",\n "txt": "x"}', "unknown-field", 2, 3, "txt"),
    "unknown field": ('{"template_type": "text", "text": "x",\n "colour": "red"}', "unknown-field", 2, 3, "colour"),
    "missing field": ('{"template_type": "text"}', "missing-field", 1, 1, "{"),
    "no template type": ('{"text": "x"}', "missing-field", 1, 1, "{"),
    "unknown template type": ('{"template_type": "texxt", "text": "x"}', "unknown-template-type", 1, 20, "texxt"),
    "a number for a text": ('{"template_type": "text", "text": 7}', "wrong-type", 1, 35, "7"),
    "null for a text": ('{"template_type": "text", "text": null}', "wrong-type", 1, 35, "null"),
    "an object for a list": (
        '{"template_type": "quick_reply", "text": "?",\n "buttons": {"text": "a"}}', "wrong-type", 2, 13, "{",
    ),
    "a text for a message": ('"Hello"', "wrong-type", 1, 2, "Hello"),
    "empty text": ('{"template_type": "text",\n "text": ""}', "empty-text", 2, 10, '""'),
    "empty value": (
        '{"template_type": "text",\n "text": "{{ note }}"}'.join(["---\nexamples: {d: {note: ''}}\n---\n", ""]),
        "empty-text", 5, 11, "{{ note }}",
    ),
    "no buttons": ('{"template_type": "quick_reply", "text": "?",\n "buttons": []}', "too-few-items", 2, 3, "buttons"),
    "14 quick replies": (MANY_REPLIES, "too-many-buttons", 15, 1, "{"),
    "11 cards": (MANY_CARDS, "too-many-cards", 12, 1, "{"),
    "address without a scheme": (LINK % "example.com", "bad-url", 1, 79, "example.com"),
    "javascript": (LINK % "javascript:alert(1)", "bad-url", 1, 79, "javascript:alert(1)"),
    "data address": (LINK % "data:text/html,x", "bad-url", 1, 79, "data:text/html,x"),
    "file address": (LINK % "file:///etc/passwd", "bad-url", 1, 79, "file:///etc/passwd"),
    "two actions": (
        TWO % ('{"text": "a", "value": "b"}', '{"text": "c", "value": "d", "url": "https://e.fr"}'),
        "one-of-fields", 1, 88, "{",
    ),
    "text too long": ('{"template_type": "text",\n "text": "%s"}' % ("x" * 2001), "text-too-long", 2, 11, "x" * 2001),
    # files
    "include that is not there": ("{% include '_no.j2' %}\n{}", "template-not-found", 1, 12, "'_no.j2'"),
    "include outside": ("{% include '../handbill.toml' %}\n{}", "include-outside", 1, 12, "'../handbill.toml'"),
    "include of the system": ("{% include '/etc/passwd' %}\n{}", "include-outside", 1, 12, "'/etc/passwd'"),
    "include of itself": ("{% include 'case.json.j2' %}\n{}", "include-cycle", 1, 1, "{% include 'case.json.j2' %}"),
    "parent that is itself": ("{% extends 'case.json.j2' %}", "include-cycle", 1, 1, "{% extends 'case.json.j2' %}"),
    # characters
    "NUL": ('{"template_type": "text",\n "text": "a\0b"}', "forbidden-character", 2, 12, "\0"),
    "NUL in the front matter": (_front("description: a\0b"), "forbidden-character", 2, 15, "\0"),
    "private use": ('{"template_type": "text",\n "text": "\ue000"}', "forbidden-character", 2, 11, "\ue000"),
    "tab in a text": ('{"template_type": "text",\n\t"txt":\t"a\tb"}', "unknown-field", 2, 3, "txt"),
    "right to left": ('{"template_type": "text", "text": "שלום \u202e עולם", "نص": "x"}', "unknown-field", 1, 51, "نص"),
    "emoji before the place": ('{"template_type": "text", "text": "👩‍🚀🇫🇷", "x": 1}', "unknown-field", 1, 45, "x"),
}  # fmt: skip


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_bad_template(name: str, project: Path, check: Check) -> None:
    text, code, line, column, underlined = TEMPLATES[name]
    found = check(text)
    assert [(d["code"], d["line"], d["column"]) for d in found] == [(code, line, column)], found
    assert found[0]["file"] == "templates/case.json.j2"
    assert _underlined(project, found[0]) == underlined
    assert found[0]["title"]
    assert found[0]["label"] or found[0]["text"]
    said = json.dumps({**found[0], "value": ""}, ensure_ascii=False)
    assert not re.search(r"[\ue000-\ue004]", said), "a hole is ours, not hers"


YAML = {
    "unclosed quote": ('template_type: text\ntext: "Hello\n', "invalid-yaml", 2, 7, '"'),
    "unclosed bracket": ("template_type: quick_reply\nbuttons: [1\n", "invalid-yaml", 2, 10, "["),
    "indentation": ("template_type: text\n  text: x\n", "invalid-yaml", 2, 3, "text"),
    "tab": ("buttons:\n\t- text: x\n", "invalid-yaml", 2, 1, "\t- text: x"),
    "colon": ("template_type: text\ntext: One thing: this\n", "invalid-yaml", 2, 16, ": this"),
    "name twice": ("text: a\ntext: b\n", "duplicate-key", 2, 1, "text"),
    "alias": ("text: &a x\n", "yaml-feature", 1, 7, "&a x"),
    "bold": ("text: *new* today\n", "yaml-feature", 1, 7, "*new* today"),
    "tag": ("text: !!python/object/apply:os.system [ls]\n", "yaml-feature", 1, 7, "!!python/object/apply:os.system ["),
    "two documents": ("text: a\n---\ntext: b\n", "invalid-yaml", 2, 1, "---"),
    "half an emoji": ('text: "\\ud83d"\n', "lone-surrogate", 1, 8, "\\ud83d"),
    "unknown field": ("template_type: text\ntext: hi\n'no': x\n", "unknown-field", 3, 2, "no"),
    "not text": ("template_type: text\ntext: 7\n", "wrong-type", 2, 7, "7"),
    "yes is text": ("template_type: yes\ntext: x\n", "unknown-template-type", 1, 16, "yes"),
}


@pytest.mark.parametrize("name", YAML)
def test_a_bad_yaml_template(name: str, project: Path, check: Check) -> None:
    text, code, line, column, underlined = YAML[name]
    found = check(files={"templates/case.yaml.j2": text})
    assert [(d["code"], d["line"], d["column"]) for d in found] == [(code, line, column)], found
    assert _underlined(project, found[0]) == underlined


def test_duplicate_payloads(project: Path, check: Check) -> None:
    """Where a channel tells buttons by their payload."""
    (project / "handbill.toml").write_text('channels = ["whatsapp"]\n')
    [found] = check(TWO % ('{"text": "Yes", "value": "a"}', '{"text": "No", "value": "a"}'))
    assert (found["code"], found["column"]) == ("duplicate-value", 90)
    assert [(r["line"], r["column"]) for r in found["related"]] == [(1, 59)]


def test_100_megabytes_of_output(project: Path, check: Check) -> None:
    text = '{"template_type": "text",\n "text": "{% for i in range(10000) %}' + "x" * 10_000 + '{% endfor %}"}'
    [found] = check(text)
    assert (found["code"], found["line"], found["column"]) == ("output-too-large", 2, 11)
    assert _underlined(project, found) == "{% for i in range(10000) %}"


def test_a_circle_of_includes(project: Path, check: Check) -> None:
    [found] = check(
        files={
            "templates/case.json.j2": '{"text": "{% include \'_a.j2\' %}"}',
            "templates/_a.j2": "a\n{% include '_b.j2' %}",
            "templates/_b.j2": "\n b {% include '_a.j2' %}",
        }
    )
    assert (found["code"], found["file"], found["line"], found["column"]) == (
        "include-cycle", "templates/_b.j2", 2, 4,
    )  # fmt: skip
    assert found["text"] == "The include never ends: _a.j2 → _b.j2 → _a.j2."
    assert _underlined(project, found) == "{% include '_a.j2' %}"


# what the same file says in other clothes

PLACED = '{\n  "template_type": "text",\n  "text": "ok",\n  "wrong": 1\n}\n'


@pytest.mark.parametrize(
    "data",
    [
        PLACED.encode(),
        b"\xef\xbb\xbf" + PLACED.encode(),
        PLACED.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + PLACED.replace("\n", "\r\n").encode(),
        PLACED.replace("\n", "\r").encode(),
        PLACED.replace("  ", "\t ").encode(),
        PLACED.replace("ok", "👩‍🚀 שלום\u202e").encode(),
    ],
    ids=["plain", "BOM", "CRLF", "BOM and CRLF", "CR", "tabs", "emoji and right to left"],
)
def test_lines_and_columns_are_the_editors(data: bytes, project: Path, check: Check) -> None:
    [found] = check(data)
    assert (found["code"], found["line"], found["column"], found["end_column"]) == ("unknown-field", 4, 4, 9)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_places_behind_front_matter(newline: str, mark: bytes, project: Path, check: Check) -> None:
    text = _front("params: {n: {type: string}}\nexamples: {long: {n: %s}}" % ("x" * 30), TWO % (
        '{"text": "👍", "value": "a"}', '\n  {"text": "{{ n }}", "value": "b"}'))  # fmt: skip
    [found] = check(mark + text.replace("\n", newline).encode())
    assert (found["code"], found["line"], found["column"]) == ("text-too-long", 6, 13)
    assert _underlined(project, found) == "{{ n }}"
    assert found["value"] == "x" * 30
    assert found["example"] == "long"


# places through everything a template can be made of

LONG = "x" * 30
WAYS: dict[str, tuple[dict[str, str], str, int, int, str, list[tuple[str, int]]]] = {
    "loop": (
        {
            "case.json.j2": _front(
                f"examples: {{d: {{days: [Mon, {LONG}, Tue]}}}}",
                '{"template_type": "quick_reply", "text": "?", "buttons": [\n{% for day in days %}\n'
                '  {"text": "{{ day }}", "value": "{{ loop.index }}"},\n{% endfor %}\n]}',
            )
        },
        "case.json.j2", 6, 13, "{{ day }}", [],
    ),
    "macro": (
        {
            "case.json.j2": '{% macro button(text) %}\n  {"text": "→ {{ text }}", "value": "v"}{% endmacro %}\n'
            '{"template_type": "quick_reply", "text": "?", "buttons": [\n  {{ button("ok") }},\n'
            f'  {{{{ button("{LONG}") }}}},\n]}}'
        },
        "case.json.j2", 2, 13, "→ {{ text }}", [("case.json.j2", 5)],
    ),
    "imported macro": (
        {
            "case.json.j2": '{% from "_parts.j2" import button %}\n{"template_type": "quick_reply", "text": "?", '
            f'"buttons": [\n{{{{ button("{LONG}") }}}}]}}',
            "_parts.j2": '{# all #}\n{% macro button(text) -%}\n{"text": "{{ text }}", "value": "v"}{% endmacro %}',
        },
        "_parts.j2", 3, 11, "{{ text }}", [("case.json.j2", 3)],
    ),
    "include": (
        {
            "case.json.j2": '{"template_type": "quick_reply", "text": "?", "buttons": [\n  {% include "_b.j2" %}\n]}',
            "_b.j2": '{"text": "Yes", "value": "y"},\n{"text": "' + LONG + '", "value": "n"},\n',
        },
        "_b.j2", 2, 11, LONG, [("case.json.j2", 2)],
    ),
    "inheritance": (
        {
            "case.json.j2": '{% extends "_base.j2" %}\n{% block button %}\n  {"text": "' + LONG + '", "value": "v"}\n'
            "{% endblock %}",
            "_base.j2": '{"template_type": "quick_reply", "text": "?",\n"buttons": [{% block button %}{% endblock %}]}',
        },
        "case.json.j2", 3, 13, LONG, [],
    ),
    "the parent's own text": (
        {
            "case.json.j2": '{% extends "_base.j2" %}\n{% block button %}{"text": "Yes", "value": "v"}{% endblock %}',
            "_base.j2": '{"template_type": "quick_reply", "text": "?",\n"buttons": [{% block button %}{% endblock %},\n'
            '{"text": "' + LONG + '", "value": "w"}]}',
        },
        "_base.j2", 3, 11, LONG, [],
    ),
    "set block": (
        {
            "case.json.j2": '{% set label %}{{ "x" * 30 }}{% endset %}\n{"template_type": "quick_reply", "text": "?",\n'
            '"buttons": [{"text": "{{ label }}", "value": "v"}]}'
        },
        "case.json.j2", 1, 16, '{{ "x" * 30 }}', [("case.json.j2", 3)],
    ),
    "override": (
        {
            "case.json.j2": TEXT,
            "case.messenger.json.j2": '{"template_type": "quick_reply", "text": "?", "buttons": [\n'
            '{"text": "' + LONG + '", "value": "v"}]}',
        },
        "case.messenger.json.j2", 2, 11, LONG, [],
    ),
    "condition": (
        {
            "case.json.j2": '{"template_type": "quick_reply", "text": "?", "buttons": [\n'
            '{% if true %}{"text": "' + LONG + '", "value": "v"}{% else %}{}{% endif %}]}'
        },
        "case.json.j2", 2, 24, LONG, [],
    ),
    "call block": (
        {
            "case.json.j2": "{% macro button() %}{\"text\": \"{{ caller() }}\", \"value\": \"v\"}{% endmacro %}\n"
            '{"template_type": "quick_reply", "text": "?", "buttons": [\n'
            "{% call button() %}" + LONG + "{% endcall %}]}"
        },
        "case.json.j2", 3, 20, LONG, [("case.json.j2", 1), ("case.json.j2", 3)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("crlf", [False, True], ids=["LF", "CRLF"])
@pytest.mark.parametrize("name", WAYS)
def test_the_place_through(name: str, crlf: bool, project: Path, check: Check) -> None:
    files, file, line, column, underlined, related = WAYS[name]
    [found] = check(files={f"templates/{n}": t.replace("\n", "\r\n") if crlf else t for n, t in files.items()})
    assert (found["code"], found["file"]) == ("text-too-long", f"templates/{file}")
    assert (found["line"], found["column"]) == (line, column), found
    assert _underlined(project, found) == underlined
    assert [(r["file"], r["line"]) for r in found["related"]] == [(f"templates/{f}", n) for f, n in related]


def test_an_include_that_breaks_the_line(project: Path, check: Check) -> None:
    """Editors end a file with a line break; within a text it is shown where it comes from."""
    text = '{"template_type": "text",\n "text": "%s"}'
    include = "{% include '_b.j2' %}"
    files = {"templates/case.json.j2": text % include, "templates/_b.j2": "Bye.\n"}
    [found] = check(files=files)
    assert (found["code"], found["line"], found["column"]) == ("invalid-json", 2, 10)
    assert [(r["file"], r["line"], r["column"]) for r in found["related"]] == [("templates/_b.j2", 1, 5)]
    assert "{% filter trim %}" in found["hint"]
    files["templates/case.json.j2"] = text % ("{% filter trim %}" + include + "{% endfilter %}")
    assert check(files=files, code=0) == []


def test_the_place_of_what_is_undefined_in_an_include(project: Path, check: Check) -> None:
    [found] = check(
        files={
            "templates/case.json.j2": '{"text": "a"}\n\n{% include "_b.j2" %}',
            "templates/_b.j2": "\n{{ 1 }} {{ nobody }}",
        }
    )
    assert (found["code"], found["file"], found["line"], found["column"]) == (
        "undefined-variable", "templates/_b.j2", 2, 12,
    )  # fmt: skip
    assert [(r["file"], r["line"]) for r in found["related"]] == [("templates/case.json.j2", 3)]


# files that cannot be read


def test_a_file_that_is_not_utf8(project: Path, check: Check) -> None:
    [found] = check(b'{\n "text": "caf\xe9"\n}')
    assert (found["code"], found["line"], found["column"]) == ("not-utf8", 2, 14)


@pytest.mark.parametrize("target", ["gone.json.j2", "case.json.j2"], ids=["to nothing", "to itself"])
def test_a_link(target: str, project: Path, check: Check) -> None:
    (project / "templates" / "case.json.j2").symlink_to(target)
    [found] = check(files={"templates/good.json.j2": TEXT})
    assert (found["code"], found["file"]) == ("unreadable-file", "templates/case.json.j2")


def test_a_link_that_leads_out(project: Path, check: Check) -> None:
    outside = project.parent / "secret.json.j2"
    outside.write_text(TEXT)
    (project / "templates" / "case.json.j2").symlink_to(outside)
    [found] = check(files={"templates/good.json.j2": TEXT})
    assert (found["code"], found["file"]) == ("include-outside", "templates/case.json.j2")


def test_a_file_without_permission(project: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "case.json.j2":
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    _write(project, {"templates/case.json.j2": TEXT})
    monkeypatch.setattr(Path, "read_bytes", refuse)
    result = CliRunner().invoke(handbill, ["check", "--format", "json"])
    [found] = json.loads(result.stdout)
    assert (result.exit_code, found["code"], found["file"]) == (1, "unreadable-file", "templates/case.json.j2")


def test_a_folder_with_a_templates_name_is_a_folder(project: Path, check: Check) -> None:
    (project / "templates" / "case.json.j2").mkdir()
    assert check(files={"templates/case.json.j2/good.json.j2": TEXT}, code=0) == []


@pytest.mark.parametrize("include", ["folder", "latin.j2", "gone.j2", "open.j2"])
def test_an_include_that_cannot_be_read(include: str, project: Path, check: Check) -> None:
    (project / "templates" / "folder").mkdir()
    (project / "templates" / "gone.j2").symlink_to("nowhere")
    [found] = check(
        files={
            "templates/case.json.j2": f'{{"template_type": "text",\n "text": "{{% include "{include}" %}}"}}',
            "templates/latin.j2": b"caf\xe9",
            "templates/open.j2": "---\na: b\n",
        }
    )
    if include == "latin.j2":
        assert (found["code"], found["file"], found["column"]) == ("not-utf8", "templates/latin.j2", 4)
    elif include == "open.j2":
        assert (found["code"], found["file"], found["line"]) == ("bad-front-matter", "templates/open.j2", 1)
    else:
        assert (found["code"], _underlined(project, found)) == ("template-not-found", f'"{include}"')


# names and data on the command line

WRONG_NAMES = {
    "channel": (["compile", "parcel", "--channel", "mesenger"], "no channel `mesenger`; did you mean `messenger`?"),
    "channel of check": (["check", "--channel", "fax"], "there is no channel `fax`"),
    "gateway": (["compile", "parcel", "--channel", "sms", "--via", "genesys-evnt"], "did you mean `genesys-event`?"),
    "template": (["compile", "parcell", "--channel", "messenger"], "did you mean `parcel`?"),
    "example": (["compile", "hello", "--channel", "messenger", "--example", "defalt"], "did you mean `default`?"),
    "no examples": (["compile", "parcel", "--channel", "messenger", "--example", "a"], "it has none"),
    "path": (["check", "templates/parcell.json.j2"], "templates/parcell.json.j2 is not there"),
    "path outside": (["check", "handbill.toml"], "handbill.toml is no template of this project"),
    "data file": (["compile", "hello", "--channel", "messenger", "--data", "gone.json"], "gone.json"),
    "setting": (["compile", "hello", "--channel", "messenger", "--set", "name"], "--set takes name=value"),
    "format": (["check", "--format", "xml"], "there is no format `xml`"),
    "command": (["chekc"], "did you mean `check`?"),
    "code": (["explain", "text-to-long"], "did you mean `text-too-long`?"),
    "up": (["compile", "../../etc/passwd", "--channel", "messenger"], "No template"),
}  # fmt: skip
HELLO = _front("params: {name: {type: string, maxLength: 9}}\nexamples: {default: {name: Ada}}",
               '{"template_type": "text", "text": "Hi {{ name }}"}')  # fmt: skip


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_a_wrong_name(name: str, project: Path, command: Callable[..., Result]) -> None:
    arguments, said = WRONG_NAMES[name]
    _write(project, {"templates/parcel.json.j2": TEXT, "templates/hello.json.j2": HELLO})
    out = ["--out", "payload.json"] if arguments[0] == "compile" else []
    result = command(*arguments, *out, code=2)
    assert said in result.stderr
    assert result.stdout == ""


DATA: dict[str, tuple[bytes, str, str]] = {
    "not JSON": (b'{"name": Ada}', "bad-data-file", "values.json:1:10"),
    "nothing": (b"", "bad-data-file", "values.json:1:1"),
    "a list": (b'[{"name": "Ada"}]', "bad-data-file", "values.json:1:1"),
    "a text": (b'"Ada"', "bad-data-file", "values.json:1:2"),
    "not UTF-8": (b'{"name": "Zo\xeb"}', "not-utf8", "values.json:1:13"),
    "a name twice": (b'{"name": "a",\n "name": "b"}', "duplicate-key", "values.json:2:3"),
    "half an emoji": (b'{"name": "\\udc00"}', "lone-surrogate", "values.json:1:11"),
    "no number": (b'{"name": NaN}', "bad-number", "values.json:1:10"),
    "too deep": (b'{"name": ' + b"[" * 99, "nesting-too-deep", "values.json:1:41"),
    "wrong type": (b'{"name": 7}', "wrong-parameter", "values.json:1:10"),
    "too long": (b'{"name": "Maximiliane"}', "wrong-parameter", "values.json:1:11"),
    "unknown": (b'{"nam": "Ada"}', "unknown-parameter", "values.json:1:3"),
    "missing": (b"{}", "missing-parameter", "values.json:1:1"),
}


@pytest.mark.parametrize("name", DATA)
@pytest.mark.parametrize("piped", [False, True], ids=["file", "pipe"])
def test_bad_data(name: str, piped: bool, project: Path, command: Callable[..., Result]) -> None:
    data, code, place = DATA[name]
    _write(project, {"templates/hello.json.j2": HELLO, "values.json": data})
    file = "-" if piped else "values.json"
    result = command(
        "compile", "hello", "--channel", "messenger", "--data", file, "--out", "payload.json", code=1, stdin=data
    )
    place = place.replace("values.json", "<stdin>") if piped else place
    assert result.stderr.startswith(f"{place}: error: {code}\n"), result.stderr
    assert len(re.findall(r": error: ", result.stderr)) == 1


# what comes out exactly

EXACT = [
    'quotes " and \' and \\ and \\"',
    "braces } ] { [ , : and {{ name }} and {% if x %} and {# x #}",
    "line\nbreaks\r\nand\ttabs",
    "\x00\x01\x1f\x7f\u2028\u2029",
    "\ue000\ue0001\ue001 \ue002\ue003\ue004 \uf8ff",
    "👩‍🚀 🇫🇷 e\u0301 שלום \u202e عربي",
    "---\nchannels: [x]\n---",
    '"}, {"template_type": "text", "text": "',
    "*bold* &a !b %c @d `e` # f // g /* h */",
    "yes",
    "null",
    "1e999",
]


@pytest.mark.parametrize("value", EXACT)
@pytest.mark.parametrize("syntax", ["json", "yaml"])
def test_a_value_comes_out_exactly(value: str, syntax: str, project: Path) -> None:
    bodies = {
        "json": '[{"template_type": "text", "text": {{ value }}}, {"template_type": "text", "text": "<{{ value }}>"}]',
        "yaml": "- template_type: text\n  text: {{ value }}\n- template_type: text\n  text: '<{{ value }}>'\n",
    }
    _write(project, {f"templates/case.{syntax}.j2": bodies[syntax], "values.json": json.dumps({"value": value})})
    arguments = ["compile", "case", "--channel", "open", "--via", "genesys-event", "--data", "values.json"]
    result = CliRunner().invoke(handbill, arguments)
    assert result.exit_code == 0, result.output
    texts = list(_texts(json.loads(result.stdout_bytes.decode("utf-8"))))
    assert value in texts
    assert f"<{value}>" in texts


def _texts(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(child)


# a few in a process of their own

PROCESSES = {
    "syntax": ({"templates/case.json.j2": '{"text": "{{ x"}'}, ["check"], 1, "template-syntax"),
    "endless": ({"templates/case.json.j2": TEMPLATES["loops in one another"][0]}, ["check"], 1, "too-costly"),
    "unknown channel": ({"templates/case.json.j2": TEXT}, ["compile", "case", "--channel", "x9"], 2, "no channel"),
    "not UTF-8": ({"templates/case.json.j2": b"\xff\xfe"}, ["compile", "case", "--channel", "sms"], 1, "not-utf8"),
    "bad handbill.toml": ({"handbill.toml": "a = ["}, ["check"], 1, "bad-config"),
}  # fmt: skip


@pytest.mark.parametrize("name", PROCESSES)
def test_in_a_process(name: str, project: Path) -> None:
    files, arguments, code, said = PROCESSES[name]
    _write(project, files)
    before = _state(project)
    done = subprocess.run(
        [sys.executable, "-m", "handbill", *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=20, check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert _state(project) == before
