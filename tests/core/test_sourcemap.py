# ruff: noqa: E501 - a template is read best on one line
"""Every leaf of a rendered message leads back to the characters that made it."""

from __future__ import annotations

from pathlib import Path

import pytest
from core.rendering import Made, make
from handbill.marks import Path as KeyPath
from hypothesis import given, settings
from hypothesis import strategies as st


def source_of(made: Made, path: KeyPath) -> tuple[str, str]:
    """The file and the text that a leaf came from."""
    span = made.places.skeleton(*made.places.offsets(made.document, path))
    return span.source.path, span.text


CASES = [
    # body, other files, {path: (file, text)}
    ('{"a": "one", "b": "{{ x }}", "c": {{ x }}}', {}, {("a",): "one", ("b",): "{{ x }}", ("c",): "{{ x }}"}),
    ('{"a": "Hi {{ x }}, you", "b": "{{ x }}{{ x }}"}', {}, {("a",): "Hi {{ x }}, you", ("b",): "{{ x }}{{ x }}"}),
    ('[{% for i in many %}"n {{ i }}", {% endfor %}"z"]', {}, {(0,): "n {{ i }}", (1,): "n {{ i }}", (2,): "z"}),
    ('["a{%- if x -%}  b  {%- endif %}", {# c #} "d"]', {}, {(0,): "a{%- if x -%}  b", (1,): "d"}),
    ('{% macro m(t) %}{"t": "{{ t }}"}{% endmacro %}[{{ m(x) }}, {{ m("k") }}]', {}, {(0, "t"): "{{ t }}", (1, "t"): "{{ t }}"}),
    ('{% macro m() %}[{{ caller() }}]{% endmacro %}["x{% call m() %}c{% endcall %}y", "z"]', {}, {(1,): "z"}),
    ('[{% include "p.j2" %}, "q"]', {"p__j2": '---\ndescription: d\n---\n{"k": "{{ x }} v"}'}, {(0, "k"): ("p.j2", "{{ x }} v"), (1,): "q"}),
    ('{% extends "p.j2" %}{% block b %}in {{ x }}{% endblock %}', {"p__j2": '{"o": "out", "i": "{% block b %}{% endblock %}"}'}, {("o",): ("p.j2", "out"), ("i",): "in {{ x }}"}),
    ('{% import "p.j2" as p %}["{{ p.m(x) }}"]', {"p__j2": "{% macro m(t) %}<{{ t }}>{% endmacro %}"}, {(0,): ("p.j2", "<{{ t }}>")}),
    ('["{% filter upper %}{{ x }}{% endfilter %}", "b"]', {}, {(1,): "b"}),
    ("[\"\U0001f468\u200d\U0001f469 {{ x }}\",\r\n \"\u202ez\"]", {}, {(0,): "\U0001f468\u200d\U0001f469 {{ x }}", (1,): "\u202ez"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "files", "expected"), CASES)
def test_leaves_lead_back(tmp_path: Path, body: str, files: dict[str, str], expected: dict[KeyPath, object]) -> None:
    made = make(tmp_path, body, {"x": "value", "many": [1, 2]}, **files)
    assert made.places.map is not None
    for path, text in expected.items():
        assert source_of(made, path) == (text if isinstance(text, tuple) else ("m.json.j2", text))


def test_a_macro_leads_to_its_call_and_the_parameter(tmp_path: Path) -> None:
    made = make(tmp_path, '{% macro m(t) %}["{{ t }}"]{% endmacro %}\n[{{ m("No " ~ x) }}]', {"x": "v"})
    leaf = made.document.root[0][0]  # type: ignore[index]
    place = made.document.place("/0/0")
    assert [label.span.text for label in made.places.sites(place.start)] == ['{{ m("No " ~ x) }}']
    assert made.places.parameters(leaf) == ("x",)  # type: ignore[arg-type]


def test_a_line_and_column(tmp_path: Path) -> None:
    made = make(tmp_path, '---\ndescription: d\n---\n{\n\t"\U0001f600a": [\n    "{{ x }}"]}', {"x": 1})
    span = made.places.skeleton(*made.places.offsets(made.document, ("\U0001f600a", 0)))
    assert span.source.position(span.start) == (6, 6)


PIECES = st.lists(
    st.sampled_from([
        ('"s{n}"', "s{n}"), ('"{{{{ x }}}} t{n}"', "{{{{ x }}}} t{n}"), ('"{{%- if x %}}u{n}{{% endif -%}}"', None),
        ("{{% for i in many %}}\"f{{{{ i }}}}{n}\",{{% endfor %}}\"e{n}\"", "f{{{{ i }}}}{n}"),
        ('{{% set q %}}"c{n}"{{% endset %}}{{{{ q }}}}', "c{n}"), ('{{# comment #}}"k{n}"', "k{n}"),
        ('{{% include "inc.j2" %}}', ("inc.j2", "included {{ x }}")), ("{{{{ m(x) }}}}", '{{ t }}!'),
    ]),
    min_size=1, max_size=12,
)  # fmt: skip


@given(pieces=PIECES)
@settings(max_examples=60)
def test_every_leaf_of_any_template(tmp_path_factory: pytest.TempPathFactory, pieces: list[tuple[str, object]]) -> None:
    body = '{% macro m(t) %}"{{ t }}!"{% endmacro %}\n['
    expected: list[object] = []
    for number, (source, text) in enumerate(pieces):
        body += source.format(n=number) + ",\n"
        text = text.format(n=number) if isinstance(text, str) and "{n}" in text else text
        expected += [text] * 2 + [f"e{number}"] if "for i" in source else [text]
    made = make(
        tmp_path_factory.getbasetemp() / "any", body + "]", {"x": "v", "many": [1, 2]}, inc__j2='"included {{ x }}"'
    )
    assert made.places.map is not None
    for index, text in enumerate(expected):
        if text is not None:
            assert source_of(made, (index,)) == (text if isinstance(text, tuple) else ("m.json.j2", text))
