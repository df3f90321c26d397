# ruff: noqa: E501 - a template is read best on one line
"""Data goes through every feature of a template without ever becoming part of its structure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from core.rendering import make, trouble, value
from hypothesis import given, settings
from hypothesis import strategies as st

EVIL = '"}],"x":[{"y":"\\ {{ 7*7 }} {% raw %} \ue000\ue001\ue002\ue003\ue004 \n\t\u2028 \x00 \\u0022 \U0001f468\u200d\U0001f469'
DATA = {
    "v": EVIL, "n": 3, "f": 1.5, "t": True, "null": None, "empty": "", "s": "abc",
    "l": [1, 'a"b'], "o": {"a": None, "items": [1, 2], "name": "Zoë"},
}  # fmt: skip

EXACT: list[tuple[str, Any]] = [
    ('{"a": "{{ v }}"}', {"a": EVIL}),
    ('{"a": {{ v }}}', {"a": EVIL}),
    ('{"a": "<{{ v }}|{{ v }}>"}', {"a": f"<{EVIL}|{EVIL}>"}),
    ('{"a": {{ n }}, "b": {{ f }}, "c": {{ t }}, "d": {{ null }}}', {"a": 3, "b": 1.5, "c": True, "d": None}),
    ('{"a": "{{ n }} {{ f }} {{ t }}"}', {"a": "3 1.5 true"}),
    ('{"a": {{ l }}, "b": {{ o }}}', {"a": DATA["l"], "b": DATA["o"]}),
    ('{"a": {{ v | tojson }}, "b": {{ o | tojson }}}', {"a": EVIL, "b": DATA["o"]}),
    ('{"a": "x{{ l | tojson }}"}', {"a": 'x[1,"a\\"b"]'}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": "{{ x }}"}', {"a": f"<{EVIL}>"}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": "{{ x | upper }}"}', {"a": f"<{EVIL}>".upper()}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": {{ x | length }}}', {"a": len(EVIL) + 2}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": "{{ x[0] }}{{ x[-1] }}"}', {"a": "<>"}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": {{ x == "<" ~ v ~ ">" }}, "b": {{ x != v }}}', {"a": True, "b": True}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": {{ "7*7" in x }}, "b": {{ x is string }}}', {"a": True, "b": True}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": "{{ x.upper() }}"}', {"a": f"<{EVIL}>".upper()}),
    ("{% set x %}<{{ v }}>{% endset %}" + '{"a": "{{ x ~ s }}", "b": "{{ x + s }}"}', {"a": f"<{EVIL}>abc", "b": f"<{EVIL}>abc"}),
    ('{% set x | replace("x", v) %}x{{ s }}{% endset %}{"a": "{{ x }}"}', {"a": f"{EVIL}abc"}),
    ('{% set x %}{{ empty }}{% endset %}{"a": "{% if x %}1{% else %}2{% endif %}"}', {"a": "2"}),
    ('{% set d = {"k": v} %}{% set k %}k{% endset %}{"a": "{{ d[k] }}"}', {"a": EVIL}),
    ('{% macro m(a) %}"{{ a }}"{% endmacro %}{"a": {{ m(v) }}}', {"a": EVIL}),
    ('{% macro m(a) %}"{{ a }}"{% endmacro %}{"a": [{% for i in l %}{{ m(i) }},{% endfor %}]}', {"a": ["1", 'a"b']}),
    ('{% macro m() %}[{{ caller() }}]{% endmacro %}{"a": "{% call m() %}{{ v }}{% endcall %}"}', {"a": f"[{EVIL}]"}),
    ('{% macro m() %}{{ caller(v) }}{% endmacro %}{"a": "{% call(x) m() %}{{ x }}{% endcall %}"}', {"a": EVIL}),
    ('{"a": "{% filter upper %}x {{ v }}{% endfilter %}"}', {"a": f"x {EVIL}".upper()}),
    ('{"a": "{% filter replace("x", v) | trim %} x {% endfilter %}"}', {"a": EVIL.strip()}),
    ('{"a": "{{ v if t else s }}", "b": "{{ "" or s }}"}', {"a": EVIL, "b": "abc"}),
    ('{"a": {{ o.items }}, "b": "{{ o.name }}", "c": {{ o["items"][1] }}}', {"a": [1, 2], "b": "Zoë", "c": 2}),
    ('{"a": {{ l | map("string") }}}', {"a": ["1", 'a"b']}),
    ('{% set ns = namespace(x=0) %}{% for i in l %}{% set ns.x = ns.x + 1 %}{% endfor %}{"a": {{ ns.x }}}', {"a": 2}),
    ('{% raw %}{"a": "{{ x }}"}{% endraw %}', {"a": "{{ x }}"}),
    ('{"a": "x{# c #}y", {#- q -#} "b": "{%- if t -%}  z  {%- endif -%} "}', {"a": "xy", "b": "z"}),
    ('{"a": [{% for i in l recursive %}"{{ i }}",{% endfor %}]}', {"a": ["1", 'a"b']}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), EXACT)
def test_values_come_back_exactly(tmp_path: Path, body: str, expected: Any) -> None:
    assert value(tmp_path, body, DATA) == expected


@pytest.mark.parametrize(
    ("body", "files", "expected"),
    [
        ('{% include "p.j2" %}', {"p__j2": '---\ndescription: x\n---\n{"a": "{{ v }}"}'}, {"a": EVIL}),
        ('[{% include "p.j2" without context %}]', {"p__j2": '"{{ s | default("none") }}"'}, ["none"]),
        ('{% import "p.j2" as p %}[{{ p.m(v) }}, "{{ p.k }}"]', {"p__j2": '{% macro m(x) %}"{{ x }}"{% endmacro %}{% set k %}K{{ 1 }}{% endset %}'}, [EVIL, "K1"]),
        ('{% from "p.j2" import m with context %}[{{ m() }}]', {"p__j2": '{% macro m() %}"{{ v }}"{% endmacro %}'}, [EVIL]),
        ('{% extends "p.j2" %}{% block t %}{{ super() }}+{{ v }}{% endblock %}', {"p__j2": '["{% block t %}{{ s }}{% endblock %}", "{{ self.t() }}"]'}, [f"abc+{EVIL}", f"abc+{EVIL}"]),
    ],
)  # fmt: skip
def test_values_come_back_through_other_files(tmp_path: Path, body: str, files: dict[str, str], expected: Any) -> None:
    assert value(tmp_path, body, DATA, **files) == expected


def test_an_imported_module_belongs_to_its_render(tmp_path: Path) -> None:
    """A module's fragments hold holes of the render that made them."""
    made = make(
        tmp_path, '{% import "p.j2" as p %}["{{ s }}", "{{ p.k }}"]', DATA, p__j2="{% set k %}{{ 7 }}{% endset %}"
    )
    again = make(
        tmp_path, '{% import "p.j2" as p %}["{{ p.k }}", "{{ s }}"]', DATA, p__j2="{% set k %}{{ 7 }}{% endset %}"
    )
    assert (made.value, again.value) == (["abc", "7"], ["7", "abc"])


TROUBLE: list[tuple[str, str, str]] = [
    ("{% if x %}", "template-syntax", "if"),
    ("{{ a b }}", "template-syntax", "b"),
    ('{"a": "{{ s }"}', "template-syntax", "}"),
    ("{% fro i in l %}{% endfor %}", "template-syntax", "fro"),
    ("{% for i in l %}x{% endif %}", "template-syntax", "endif"),
    ('{"b": {{ nope }}}', "undefined-variable", "nope"),
    ('{"b": "{{ o.zip }}"}', "undefined-variable", "zip"),
    ('{"b": "{{ s }} {{ s | uper }}"}', "template-syntax", "uper"),
    ('{"b": "{{ s }} {{ s | truncate(2) }}"}', "filter-failed", "truncate"),
    ('{"b": {{ 1 / 0 }}}', "filter-failed", "{{ 1 / 0 }}"),
    ('{"b": "{{ null ~ s }}"}', "value-not-text", "{{ null ~ s }}"),
    ('{"b": "{{ null }}"}', "value-not-text", ""),
    ('{"b": "{{ l }}"}', "value-not-text", ""),
    ('[{% for i in l %}{{ loop }}{% endfor %}]', "filter-failed", "{% for i in l %}"),
    ('{% include "../x" %}', "include-outside", '"../x"'),
    ('{% include "/etc/passwd" %}', "include-outside", '"/etc/passwd"'),
    ('{% include "nope.j2" %}', "template-not-found", '"nope.j2"'),
    ("{% include s %}", "not-allowed", "include"),
    ('{% include "m.json.j2" %}', "include-cycle", '{% include "m.json.j2" %}'),
    ("{{ v.__class__ }}", "not-allowed", "__class__"),
    ('{"{{ s }}": 1}', "hole-in-key", ""),
    ('{"a": {{ v }}x}', "invalid-json", ""),
    ('{"a": "{{ s }}", "a": 1}', "duplicate-key", ""),
    ("{% call s.upper() %}x{% endcall %}", "filter-failed", "{% call s.upper() %}"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "code", "text"), TROUBLE)
def test_trouble_has_a_place(tmp_path: Path, body: str, code: str, text: str) -> None:
    found, at = trouble(tmp_path, body, DATA)
    assert (found, at if text else "") == (code, text)


# What a channel may be asked to carry: any text, however hostile, but no lone surrogates.
TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from(
        ['"', "\\", "{{ s }}", "{% endif %}", "\ue000", '"]', "\\u0022", "\u2028", "yes", "null", "- a", "a: b", "#"]
    ),
)
JSON = st.recursive(
    st.one_of(
        TEXT, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.none()
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)
SHAPES = {
    "m.json.j2": (
        '{% macro q(x) %}"{{ x }}"{% endmacro %}{% set f %}<{{ a }}>{% endset %}'
        '{"a": "{{ a }}", "b": [{% for i in many %}"{{ i }}!", {{ q(i) }},{% endfor %}], "c": {{ any }}, "d": "{{ f }}", "e": {{ a }},}'
    ),
    "m.yaml.j2": (
        '{% macro q(x) %}"{{ x }}"{% endmacro %}{% set f %}<{{ a }}>{% endset %}\n'
        "a: {{ a }}\nb:\n{% for i in many %}  - '{{ i }}!'\n  - {{ q(i) }}\n{% endfor %}  - end\nc: {{ any }}\nd: {{ f }}\ne: \"{{ a }}\"\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize("main", SHAPES)
@given(a=TEXT, many=st.lists(TEXT, min_size=1, max_size=4), anything=JSON)
@settings(deadline=None)
def test_no_value_changes_the_structure(
    tmp_path_factory: Any, main: str, a: str, many: list[str], anything: Any
) -> None:
    folder = tmp_path_factory.getbasetemp() / main.replace(".", "-")
    made = make(folder, SHAPES[main], {"a": a, "many": many, "any": anything}, main=main)
    listed = [text for item in many for text in (f"{item}!", item)]
    expected = {"a": a, "b": listed, "c": anything, "d": f"<{a}>", "e": a}
    if main == "m.yaml.j2":
        expected["b"] = [*listed, "end"]
    assert made.value == expected
    assert list(made.value) == list(expected)
