"""What a template reads, and what its contract names: held against one another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from handbill.diagnostic import Diagnostic, Severity

Check = Callable[..., list[Diagnostic]]
A = "params:\n  a: {type: string}\nexamples:\n  e: {a: x}\n"
A_AND_B = "params:\n  a: {type: string}\n  b: {type: string}\nexamples:\n  e: {a: x, b: y}\n"


def template(front: str, text: str, before: str = "") -> str:
    return f'---\n{front}---\n{before}{{"template_type": "text", "text": "{text}"}}\n'


def told(found: list[Diagnostic]) -> list[tuple[str, str]]:
    """Each finding's code and the text it stands at."""
    return [(d.code, d.label.span.text if d.label else "") for d in found]


def test_a_template_that_keeps_its_contract(check: Check) -> None:
    assert check(template(A_AND_B, "{{ a }}{{ b }}")) == []


def test_unused(check: Check) -> None:
    [found] = check(template(A_AND_B, "{{ a }}"))
    assert (found.code, found.severity, found.parameters) == ("unused-parameter", Severity.WARNING, ("b",))
    assert found.label
    assert found.label.span.source.position(found.label.span.start) == (4, 3)
    assert found.template == "m"


READ = {
    "in an include": ({"_p": "{{ b }}"}, "{% include '_p.j2' %}", ""),
    "in an include of an include": ({"_p": "{% include '_q.j2' %}", "_q": "{{ b }}"}, "{% include '_p.j2' %}", ""),
    "as a macro's argument": (
        {"_p": "{% macro f(x) %}{{ x }}{% endmacro %}"}, "{{ f(b) }}", "{% from '_p.j2' import f %}\n",
    ),
    "in an imported macro with context": (
        {"_p": "{% macro f() %}{{ b }}{% endmacro %}"}, "{{ f() }}", "{% from '_p.j2' import f with context %}\n",
    ),
    "in a macro of the file": ({}, "{{ f() }}", "{% macro f() %}{{ b }}{% endmacro %}\n"),
    "in a condition": ({}, "{% if b == 'z' %}z{% endif %}", ""),
    "by way of a variable": ({}, "{{ c }}", "{% set c = b ~ '!' %}\n"),
    "as a filter's argument": ({}, "{{ a | replace('x', b) }}", ""),
    "in a filter block": ({}, "{% filter upper %}{{ b }}{% endfilter %}", ""),
    "as an index": ({}, "{{ {'y': 1}[b] }}", ""),
    "as a loop": ({}, "{% for c in b %}{{ c }}{% endfor %}", ""),
    "in a branch that no example reaches": ({}, "{% if a == 'z' %}{{ b }}{% endif %}", ""),
}  # fmt: skip


@pytest.mark.parametrize("place", READ)
def test_read(check: Check, place: str) -> None:
    files, text, before = READ[place]
    assert check(template(A_AND_B, "{{ a }}" + text, before), **files) == []


def test_read_in_a_parent_and_in_a_block(check: Check) -> None:
    parent = '{"template_type": "text", "text": "{{ a }}{% block rest %}{% endblock %}"}'
    child = f"---\n{A_AND_B}---\n{{% extends '_p.j2' %}}{{% block rest %}}{{{{ b }}}}{{% endblock %}}"
    assert check(child, _p=parent) == []


def test_what_a_parent_sets_is_there_in_a_block(check: Check) -> None:
    parent = '{% set brand = "Ark" %}{"template_type": "text", "text": "{{ a }}{% block rest %}{% endblock %}"}'
    child = f"---\n{A}---\n{{% extends '_p.j2' %}}{{% block rest %}}{{{{ brand }}}}{{% endblock %}}"
    assert check(child, _p=parent) == []


SET = {
    "a variable": "{% set c = a %}{{ c }}",
    "a block of text": "{% set c %}{{ a }}{% endset %}{{ c }}",
    "in one branch": "{% if a %}{% set c = a %}{% endif %}{{ c }}",
    "a loop": "{% for c in [a] %}{{ c }}{{ loop.index }}{% endfor %}",
    "with": "{% with c = a %}{{ c }}{% endwith %}",
    "a global": "{{ a }}{% for i in range(2) %}{{ i }}{% endfor %}",
    "a namespace": "{% set n = namespace(x=a) %}{% set n.x = 'y' %}{{ n.x }}",
    "the channel": "{{ a }}{{ channel.name }}{{ locale }}",
    "a loop around an include": "{{ a }}{% for part in ['x'] %}{% include '_p.j2' %}{% endfor %}",
}


@pytest.mark.parametrize("what", SET)
def test_what_the_template_sets_is_no_parameter(check: Check, what: str) -> None:
    assert check(template(A, SET[what]), _p="{{ part }}") == []


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("{% if a == 'z' %}{{ nick }}{% endif %}", Severity.ERROR),
        ("{{ nick | default('you') }}", Severity.WARNING),
        ("{{ 'x' if a != 'z' else nick }}", Severity.ERROR),
        ("{% if nick is defined %}{{ nick }}{% endif %}", Severity.WARNING),
    ],
)
def test_undeclared(check: Check, text: str, severity: Severity) -> None:
    [found] = check(template(A, "{{ a }}" + text))
    assert (found.code, found.severity) == ("undeclared-parameter", severity)
    assert told([found]) == [("undeclared-parameter", "nick")]


def test_undeclared_in_an_include_is_told_there(check: Check) -> None:
    [found] = check(template(A, "{{ a }}{% if a == 'z' %}{% include '_p.j2' %}{% endif %}"), _p="Hello\n{{ nick }}")
    assert found.label
    assert (found.label.span.source.path, found.label.span.source.position(found.label.span.start)) == (
        "templates/_p.j2", (2, 4),
    )  # fmt: skip


def test_a_value_does_not_reach_an_imported_file(check: Check) -> None:
    macro = "{% macro f() %}{{ b }}{% endmacro %}"
    text = template(A_AND_B, "{{ a }}{% if a == 'z' %}{{ f() }}{% endif %}", "{% from '_p.j2' import f %}\n")
    [found] = check(text, _p=macro)
    assert found.code == "undeclared-parameter"
    assert "with context" in found.hint


def test_a_macro_that_is_not_called_does_not_matter(check: Check) -> None:
    library = "{% macro f(x) %}{{ x }}{% endmacro %}{% macro g() %}{{ brand }}{% endmacro %}"
    for use in (
        "{% from '_p.j2' import f %}",
        "{% from '_p.j2' import f, g %}",
        "{% import '_p.j2' as p with context %}",
    ):
        call = "p.f(a)" if " as p" in use else "f(a)"
        assert check(template(A, f"{{{{ {call} }}}}", f"{use}\n"), _p=library) == []
    for use, call in (("from '_p.j2' import g as h", "h()"), ("import '_p.j2' as p", "p.g()")):
        found = check(template(A, f"{{{{ a }}}}{{% if a == 'z' %}}{{{{ {call} }}}}{{% endif %}}", f"{{% {use} %}}\n"))
        assert told(found) == [("undeclared-parameter", "brand")]


def test_a_misspelt_name_is_one_finding(check: Check) -> None:
    front = "params:\n  first_name: {type: string}\nexamples:\n  e: {first_name: x}\n"
    assert told(check(template(front, "{{ frist_name }}"))) == [("undefined-variable", "frist_name")]
    [found] = check(template(front, "x{% if channel.name == 'sms' %}{{ frist_name }}{% endif %}"))
    assert found.code == "undeclared-parameter"
    assert found.hint == "did you mean `first_name`?"


def test_without_params_the_examples_name_what_there_is(check: Check) -> None:
    front = "examples:\n  e: {a: x}\n"
    assert check(template(front, "{{ a }}{{ b | default('') }}")) == []
    [found] = check(template(front, "{{ a }}{% if a == 'z' %}{{ b }}{% endif %}"))
    assert (found.code, found.severity) == ("undeclared-parameter", Severity.WARNING)
    assert told(check(template(front, "{{ b }}"))) == [("undefined-variable", "b")]


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("{% if channel.name == 'sms' %}{{ b }}{% endif %}", "SMS"),
        ("{% if channel.name != 'sms' %}{{ b }}{% endif %}", "Messenger and WhatsApp"),
        ("{% if channel.name in ['sms', 'whatsapp'] %}{{ b }}{% endif %}", "WhatsApp and SMS"),
        ("{% if channel.name == 'sms' %}x{% elif a %}{{ b }}{% endif %}", "Messenger and WhatsApp"),
        ("{% if not (channel.name == 'sms' or channel['name'] == 'whatsapp') %}{{ b }}{% endif %}", "Messenger"),
        ("{{ b if 'list' in channel.supports and a else '' }}", "WhatsApp"),
        ("{% if channel.name == 'sms' %}{% include '_p.j2' %}{% endif %}", "SMS"),
    ],
)
def test_read_on_some_channels(check: Check, text: str, channels: str) -> None:
    [found] = check(template(f"channels: [messenger, sms, whatsapp]\n{A_AND_B}", "{{ a }}" + text), _p="{{ b }}")
    assert (found.code, found.severity) == ("channel-parameter", Severity.INFO)
    assert found.label
    assert set(found.label.text.removeprefix("only read on ").replace(" and ", ", ").split(", ")) == set(
        channels.split(" and ")
    )


@pytest.mark.parametrize(
    "text", ["{% if a %}{{ b }}{% endif %}", "{% if channel.name == 'sms' %}{{ b }}{% else %}{{ b }}{% endif %}"]
)
def test_read_on_every_channel(check: Check, text: str) -> None:
    assert check(template(f"channels: [messenger, sms]\n{A_AND_B}", "{{ a }}" + text)) == []


def test_a_parameter_of_an_override(check: Check) -> None:
    front = f"channels: [messenger, sms]\n{A_AND_B}"
    own = '{"template_type": "text", "text": "{{ a }} {{ b }}"}'
    assert told(check(template(front, "{{ a }}"), m__sms=own)) == [("channel-parameter", "b")]
    optional = front.replace("b: {type: string}", "b: {type: string, default: ''}")
    assert check(template(optional, "{{ a }}"), m__sms=own) == []


def test_an_override_with_a_contract_of_its_own(check: Check) -> None:
    own = template("params: {b: {type: string}, c: {type: string}}\nexamples: {e: {b: x, c: y}}\n", "{{ b }}")
    found = check(template(f"channels: [messenger, sms]\n{A}", "{{ a }}"), m__sms=own)
    assert told(found) == [("unused-parameter", "c")]


def test_examples_that_break_the_contract(check: Check) -> None:
    broken = A.replace("e: {a: x}", "e: {a: 7}\n  f: {}\n  g: {a: x, b: y}")
    found = check(template(broken, "{{ a }}"))
    assert told(found) == [("wrong-parameter", "7"), ("missing-parameter", "{}"), ("unknown-parameter", "b")]


def test_examples_of_no_channel(check: Check) -> None:
    own = template("examples: {e: {a: x}}\n", "{{ a }}")
    [found] = check(template(A, "{{ a }}"), m__messenger=own)
    assert told([found]) == [("unused-example", "examples")]
    assert check(template(f"channels: [messenger, sms]\n{A}", "{{ a }}"), m__messenger=own) == []


def test_includes_that_double_at_each_step_are_read_once(check: Check) -> None:
    files = {f"_{n}": f"{{% include '_{n + 1}.j2' %}}" * 2 for n in range(30)}
    front = A_AND_B.replace("examples:", "  c: {type: string, default: ''}\nexamples:")
    text = template(front, "{{ a }}{% if a == 'z' %}{% include '_0.j2' %}{% endif %}")
    assert told(check(text, **files, _30="{{ b }}")) == [("unused-parameter", "c")]


def test_what_cannot_be_read_is_not_judged(check: Check) -> None:
    assert [d.code for d in check(template(A_AND_B, "{{ a }}{% include '_gone.j2' %}"))] == ["template-not-found"]
    assert [d.code for d in check(template(A_AND_B, "{{ a "))] == ["template-syntax"]
    assert "unused-parameter" not in {d.code for d in check(template(A_AND_B, f"{{{{ {'9' * 5000} }}}}"))}
    assert [d.code for d in check(template("params: {a: {typ: string}, b: {}}\n", "{{ a }}"))] == ["invalid-contract"]
