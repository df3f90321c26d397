"""Sound: what a channel refuses for its length or its number, with any data that keep the contract, was foretold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from handbill.diagnostic import Diagnostic, Severity
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.proof import prove
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

CHANNELS = ["messenger", "line", "whatsapp", "open", "telegram"]
LINK = "https://example.com"
TOO_MUCH = ("text-too-long", "too-many-buttons", "too-many-cards", "too-many-items")


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
    letters = st.sampled_from("aß😀é")
    label = st.one_of(letters.map(lambda c: c * longest), st.text("abß😀 ", min_size=1, max_size=longest))
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


@st.composite
def messages(draw: st.DrawFn) -> str:
    text = draw(TEXTS)

    def filled(piece: str) -> str:
        return piece.replace("TEXT", draw(TEXTS)).replace("LINK", LINK)

    buttons = "[" + "".join(filled(piece) for piece in draw(st.lists(BUTTONS, min_size=1, max_size=3))) + "]"
    if draw(st.integers(0, 9)) == 0:
        buttons = "{{ os }}"
    card = f'{{"title": "{text}", "subtitle": "{draw(TEXTS)}", "buttons": {buttons}}}'
    shape = draw(st.sampled_from(["text", "quick", "card", "kinds", "either", "cards", "list", "two", "member"]))
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
    """Whether something was said at the same place; of a list, of its number."""
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


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_is_refused_was_foretold(tmp_path_factory, data: st.DataObject) -> None:
    longest, most = (
        data.draw(st.sampled_from([5, 10, 20, 21, 40, 81])),
        data.draw(st.sampled_from([1, 2, 3, 4, 10, 14])),
    )
    body = MACROS + data.draw(messages())
    folder: Path = tmp_path_factory.mktemp("p")
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    front = json.dumps({"channels": CHANNELS, "params": contract(longest, most)}, ensure_ascii=False)
    (templates / "t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    (templates / "_more.json.j2").write_text('{"text": "{{ c }}", "value": "more"},', "utf-8")
    compiler = Compiler(open_project(folder))
    template = compiler.base("t")
    proofs = {
        name: prove(compiler, template, known_channel(name), compiler.via(template, None, name)) for name in CHANNELS
    }
    event(f"proved: {sum(not proof for proof in proofs.values())} of {len(proofs)}")
    event(f"followed: {not any(d.title == 'Lengths unknown' for d in proofs['open'])}")
    refused = 0
    for context in data.draw(st.lists(contexts(longest, most), min_size=4, max_size=4)):
        for name in CHANNELS:
            for found in compiler.compile("t", name, None, context).diagnostics:
                if found.code in TOO_MUCH and found.severity is Severity.ERROR:
                    refused += 1
                    assert foretold(found, proofs[name]), (name, found.code, found.label, proofs[name])
    event(f"refused: {refused > 0}")
