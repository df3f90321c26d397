"""Sound: what a channel refuses for its length or its number, with any data that keep the contract, was foretold."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from handbill.channels import CHANNELS
from handbill.diagnostic import Diagnostic, Severity
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove, prover
from handbill.template import Template
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

EVERY = sorted(name for name in CHANNELS if known_channel(name).direct)
LINK = "https://example.com"
NUMBERS = (1, 2, 3, 4, 10, 14)
TOO_MUCH = ("text-too-long", "too-many-buttons", "too-many-cards", "too-many-items", "output-too-large")


def contract(longest: int, most: int) -> dict[str, Any]:
    label = {"type": "string", "minLength": 1, "maxLength": longest}
    item = {
        "type": "object",
        "properties": {"text": label, "value": label, "url": {"enum": [f"{LINK}/a", f"{LINK}/b"]}},
        "required": ["text"],
        "additionalProperties": False,
    }
    return {
        "a": label,
        "c": {"type": "string", "minLength": 1, "maxLength": 20},
        "flag": {"type": "boolean"},
        "kind": {"enum": ["text", "quick_reply", "card"]},
        "n": {"type": "integer", "minimum": 0, "maximum": most},
        "xs": {"type": "array", "maxItems": most, "items": label},
        "os": {"type": "array", "maxItems": most, "items": item},
    }


def contexts(longest: int, most: int) -> st.SearchStrategy[dict[str, Any]]:
    letters = st.sampled_from('aß😀é&"*\x01')
    label = st.one_of(letters.map(lambda c: c * longest), st.text("abß😀 &<*1.", min_size=1, max_size=min(longest, 90)))
    item = st.fixed_dictionaries({"text": label}, optional={"value": label, "url": st.just(f"{LINK}/a")})
    return st.fixed_dictionaries(
        {
            "a": label,
            "c": letters.map(lambda c: c * 20),
            "flag": st.booleans(),
            "kind": st.sampled_from(["text", "quick_reply", "card"]),
            "n": st.one_of(st.just(most), st.integers(0, most)),
            "xs": st.one_of(st.lists(label, max_size=most), st.lists(label, min_size=most, max_size=most)),
            "os": st.one_of(st.lists(item, max_size=most), st.lists(item, min_size=most, max_size=most)),
        }
    )


TEXTS = st.sampled_from(
    """
{{ a }}
Hi {{ a }}!
{{ a|upper }}
{{ a|truncate(12) }}
{{ c }}
{{ xs|join(', ') }}
ok
{% if flag %}{{ a }}{% else %}{{ c }}, {{ n }}{% endif %}
{% for x in xs %}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{{ label(a) }}
{% set v %}{{ c }}{% if flag %}!{% endif %}{% endset %}{{ v }}
{{ a[:10] }} {{ n }}
{{ c ~ a }}
""".strip().split("\n")
)
BUTTONS = st.sampled_from(
    [
        '{"text": "TEXT", "value": "v1"},',
        '{% if flag %}{"text": "TEXT", "value": "v2"},{% endif %}',
        '{% if flag %}{"text": "TEXT", "value": "v3"},{% else %}{"text": "More", "url": "LINK"},{% endif %}',
        '{% for x in xs %}{"text": "{{ x }}", "value": "{{ loop.index }}"},{% endfor %}',
        '{% for x in xs %}{"text": "{{ x }}", "value": "{{ x }}"}{% if not loop.last %},{% endif %}{% endfor %}',
        (
            '{% for x in os %}{"text": "{{ x.text }}"'
            '{% if x.url %}, "url": "{{ x.url }}"{% else %}, "value": "TEXT"{% endif %}},{% endfor %}'
        ),
        "{% for x in xs[:2] %}{{ button(x, loop.index) }},{% endfor %}",
        '{% for i in range(n) %}{"text": "No. {{ i }}", "value": "n{{ i }}"},{% endfor %}',
        '{% for x in ["p", "q"] %}{"text": "{{ x }}{{ a }}", "value": "{{ x }}"},{% endfor %}',
        (
            '{% for x in xs if x %}{% if loop.first %}{"text": "First TEXT", "value": "f"},'
            '{% else %}{"text": "{{ x }}", "value": "o{{ loop.index }}"},{% endif %}{% endfor %}'
        ),
        '{% set b %}{"text": "TEXT", "value": "s"}{% endset %}{{ b }},',
        '{% include "_more.json.j2" %}',
        "{{ os[0] }},",
    ]
)
MACROS = (
    "{% macro label(x) %}{{ x }}.{% endmacro %}"
    '{% macro button(x, i) %}{"text": "{{ x }}", "value": "m{{ i }}"}{% endmacro %}'
)


SHAPES = [
    "text",
    "quick",
    "card",
    "kinds",
    "either",
    "cards",
    "list",
    "two",
    "member",
    "fallback",
    "picker",
    "framed",
]


@st.composite
def messages(draw: st.DrawFn) -> str:
    text = draw(TEXTS)

    def filled(piece: str) -> str:
        return piece.replace("TEXT", draw(TEXTS)).replace("LINK", LINK)

    buttons = "[" + "".join(filled(piece) for piece in draw(st.lists(BUTTONS, min_size=1, max_size=3))) + "]"
    if draw(st.integers(0, 9)) == 0:
        buttons = "{{ os }}"
    card = f'{{"title": "{text}", "subtitle": "{draw(TEXTS)}", "buttons": {buttons}}}'
    shape = draw(st.sampled_from(SHAPES))
    if shape == "fallback":
        other = f'{{"template_type": "quick_reply", "text": "{text}", "buttons": {buttons}}}'
        fallback = draw(st.sampled_from(['"{{ a }} {{ c }}"', other]))
        image = '"kind": "image", "url": "LINK/a.jpg"'.replace("LINK", LINK)
        return f'{{"template_type": "media", {image}, "caption": "{draw(TEXTS)}", "fallback": {fallback}}}'
    if shape == "picker":
        slot = '{"start": "2026-12-01T09:30:00Z", "duration": {{ n + 1 }}}'
        slots = "[" + "{% for i in range(n) %}" + slot + ", {% endfor %}" + slot + "]"
        title = draw(st.sampled_from(["", f'"title": "{draw(TEXTS)}", ']))
        return f'{{"template_type": "date_picker", "text": "{text}", {title}"slots": {slots}}}'
    if shape == "framed":
        frame = f'"header": "{draw(TEXTS)}", "footer": "{draw(TEXTS)}", "metadata": {{"k": "{draw(TEXTS)}"}}'
        return f'{{"template_type": "quick_reply", "text": "{text}", "buttons": {buttons}, {frame}}}'
    if shape == "text":
        return f'{{"template_type": "text", "text": "{text}"}}'
    if shape == "quick":
        return f'{{"template_type": "quick_reply", "text": "{text}", "buttons": {buttons}}}'
    if shape == "card":
        return f'{{"template_type": "card", {card[1:]}'
    if shape == "kinds":
        return f'{{"template_type": "{{{{ kind }}}}", "text": "{text}", "buttons": {buttons}}}'
    if shape == "either":
        other = f'"text": "{draw(TEXTS)}"'
        return (
            f'{{% if flag %}}{{"template_type": "quick_reply", "text": "{text}", "buttons": {buttons}}}'
            f'{{% else %}}{{"template_type": "text", {other}}}{{% endif %}}'
        )
    if shape == "cards":
        return f'{{"template_type": "carousel", "cards": [{{% for o in os %}}{card},{{% endfor %}}{card}]}}'
    if shape == "list":
        items = f'[{{% for x in xs %}}{{"text": "{{{{ x }}}}", "value": "{draw(TEXTS)}"}},{{% endfor %}}]'
        sections = f'[{{% for o in os %}}{{"title": "{{{{ o.text }}}}", "items": {items}}},{{% endfor %}}]'
        return f'{{"template_type": "list", "text": "{text}", "button": "{draw(TEXTS)}", "sections": {sections}}}'
    if shape == "two":
        each = '{% for x in xs %}{"template_type": "text", "text": "{{ x }}"},{% endfor %}'
        return f'[{{"template_type": "text", "text": "{text}"}}, {each}]'
    either = f'{{% if flag %}}"text": "{text}"{{% else %}}"text": "ok"{{% endif %}}'
    return f'{{"template_type": "quick_reply", {either}, "buttons": {buttons}}}'


def foretold(found: Diagnostic, proof: list[Diagnostic]) -> bool:
    """Whether something was said at the same place; of a list, of its number; of a whole, of that."""
    if found.title.endswith("too large"):
        return any("too large" in d.title or d.code == "length-unknown" for d in proof)
    if found.code != "text-too-long":
        return any(d.code in ("may-be-too-many", "length-unknown") for d in proof)
    assert found.label is not None
    span = found.label.span
    return any(
        d.label is not None
        and d.label.span.source.path == span.source.path
        and d.label.span.start <= span.end
        and span.start <= d.label.span.end
        for d in proof
        if d.code != "may-be-too-many"
    ) or any(d.title == "Lengths unknown" for d in proof)


def everything(compiler: Compiler, template: Template, name: str) -> list[Diagnostic]:
    """What the proof has found, also what is left out since nearly the same is said already."""
    target = (template, known_channel(name), compiler.via(template, None, name))
    said = prove(compiler, *target)
    with patch.object(prover, "_each_once", lambda found: found):
        found = prove(compiler, *target)
    assert bool(said) == bool(found)
    return found


def searched(data: st.DataObject, folder: Path, policy: str, count: int, numbers: Sequence[int] = NUMBERS) -> None:
    longest = data.draw(st.sampled_from([5, 10, 20, 21, 40, 81, 700, 1700]))
    most = data.draw(st.sampled_from(numbers))
    channels = data.draw(st.lists(st.sampled_from(EVERY), min_size=count, max_size=count, unique=True))
    body = MACROS + data.draw(messages())
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    (folder / "handbill.toml").write_text(f'policy = "{policy}"\nvia = "direct"\n')
    front = json.dumps({"channels": channels, "params": contract(longest, most)}, ensure_ascii=False)
    (templates / "t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    (templates / "_more.json.j2").write_text('{"text": "{{ c }}", "value": "more"},', "utf-8")
    compiler = Compiler(open_project(folder))
    template = compiler.base("t")
    proofs = {name: everything(compiler, template, name) for name in channels}
    event(f"proved: {sum(not proof for proof in proofs.values())} of {len(proofs)}")
    event(f"followed: {not any(d.title == 'Lengths unknown' for d in proofs[channels[0]])}")
    refused = 0
    for context in data.draw(st.lists(contexts(longest, most), min_size=4, max_size=4)):
        for name in channels:
            for found in compiler.compile("t", name, None, context).diagnostics:
                if found.code in TOO_MUCH and found.severity is Severity.ERROR:
                    refused += 1
                    event(f"refused: {found.code}")
                    assert foretold(found, proofs[name]), (name, found.code, found.title, found.label, proofs[name])
    event(f"refused: {refused > 0}")


def searches(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


@searches(25)
@given(st.data())
def test_what_is_refused_was_foretold(tmp_path_factory, data: st.DataObject) -> None:
    searched(data, tmp_path_factory.mktemp("p"), "strict", 3)


@searches(20)
@given(st.data())
def test_what_is_refused_was_foretold_of_lowered_messages(tmp_path_factory, data: st.DataObject) -> None:
    searched(data, tmp_path_factory.mktemp("p"), "adapt", 2, numbers=(1, 2, 3, 4, 6))


@pytest.mark.slow
@searches(150)
@given(st.data(), st.sampled_from(["strict", "adapt"]))
def test_what_is_refused_was_foretold_of_very_many(tmp_path_factory, data: st.DataObject, policy: str) -> None:
    searched(data, tmp_path_factory.mktemp("p"), policy, 4)
