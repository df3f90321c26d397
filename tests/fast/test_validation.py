"""The fast way refuses what the schemas refuse of a whole message, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest
from fast.test_both_ways import project
from handbill.pipeline import Compiler
from hypothesis import given, settings
from hypothesis import strategies as st

PAIRS = [
    ("quick_reply", "messenger", "genesys-event"), ("quick_reply", "messenger", "direct"),
    ("quick_reply", "line", "direct"),
    ("quick_reply", "whatsapp", "direct"), ("quick_reply", "instagram", "genesys-bot"),
    ("quick_reply", "slack", "direct"),
    ("quick_reply", "telegram", "direct"), ("carousel", "messenger", "genesys-event"),
    ("carousel", "messenger", "direct"),
    ("carousel", "line", "direct"), ("carousel", "slack", "direct"), ("text", "messenger", "genesys-event"),
    ("text", "sms", "direct"), ("text", "instagram", "direct"), ("location", "line", "direct"),
    ("location", "whatsapp", "direct"),
]  # fmt: skip
TEMPLATES = {
    "quick_reply": """{"template_type": "quick_reply", "text": "For {{ a }}: {{ b }}", "buttons": [
        {% for r in replies %}{"text": "{{ r.text }}", "value": "{{ r.value }}"}, {% endfor %}]}""",
    "carousel": """{"template_type": "carousel", "cards": [{% for c in cards %}
        {"title": "{{ c.title }}", "subtitle": "{{ c.sub }}!", "image": {"url": "{{ c.image }}"},
         "buttons": [{"text": "{{ c.text }}", "value": "{{ c.value }}"}, {"text": "Look", "url": "{{ c.image }}"}]},
        {% endfor %}]}""",
    "text": '{"template_type": "text", "text": "{{ a }}{{ b }}, {{ n }}"}',
    "location": """{"template_type": "location", "latitude": {{ n }}, "longitude": {{ n }}, "name": "{{ a }}",
        "address": "{{ b }}"}""",
}  # fmt: skip
# around the limits of many channels, in characters that take one or more of each unit
_LENGTHS = (0, 1, 10, 19, 20, 21, 24, 25, 40, 41, 60, 72, 75, 80, 81, 160, 255, 256, 640, 1000, 1024, 1600, 2000, 2001)
_SIGNS = ("x", "x", "é", "王", "🌻", '"', "\n", "€")
_URLS = (
    "https://example.com/a.png",
    "http://example.com/ö",
    "javascript:x",
    "",
    "https://example.com/b c",
    "https://e.com",
)


def _text(random: Random) -> str:
    if random.random() < 0.93:
        return random.choice(("Ada", "Bo", "Zoë", "Yes", "No"))
    return random.choice(_SIGNS) * random.choice(_LENGTHS)


def _context(random: Random) -> dict[str, Any]:
    def card() -> dict[str, str]:
        url = random.choice(_URLS) if random.random() < 0.1 else f"https://example.com/{random.randint(1, 9)}.png"
        return {
            "title": _text(random),
            "sub": _text(random),
            "image": url,
            "text": _text(random),
            "value": _text(random),
        }

    number = random.choice(
        (0, 1.5, 7, -180, 91, 1e300, float("nan"), "7", None, True, 2**70) if random.random() < 0.3 else (1, 2.5)
    )
    replies = [
        {"text": f"{_text(random)}{n}", "value": _text(random)} for n in range(random.choice((1, 2, 3, 3, 3, 14)))
    ]
    cards = [card() for _ in range(random.choice((1, 2, 2, 11)))]
    return {"a": _text(random), "b": _text(random), "replies": replies, "cards": cards, "n": number}


def check(folder: Path, seed: int, rounds: int) -> int:
    """How many messages went the fast way."""
    random = Random(seed)
    name, channel, via = random.choice(PAIRS)
    compiler = Compiler(project(folder, TEMPLATES[name]))
    contexts = [_context(random) for _ in range(rounds)]
    list(compiler.many("t", channel, via, contexts * 3))
    (line,) = compiler._lines.values()
    assert line.uncovered is None
    payload = compiler._judge(*_who(channel, via)).payload.schema
    went = 0
    for context in contexts:
        fast, slow = line.fill(context, None), compiler.compile("t", channel, via, context)
        if fast is None:
            assert slow.diagnostics or line.walk is None or line.walk(context)[0] not in line._shapes, context
        else:
            went += 1
            assert not slow.diagnostics
            bodies = json.loads(fast)
            for body in bodies if isinstance(bodies, list) else [bodies]:
                assert payload.violations(body) == []
    return went


def _who(channel: str, via: str) -> Any:
    from handbill.names import known_channel, known_gateway

    return known_channel(channel), known_gateway(via)


@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=40)
def test_refuses_what_the_schemas_refuse(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    check(tmp_path_factory.getbasetemp() / "refuses", seed, 12)


@pytest.mark.slow
@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=1500)
def test_refuses_what_the_schemas_refuse_very_often(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    check(tmp_path_factory.getbasetemp() / "often", seed, 40)


def test_that_search_sees_messages_go_the_fast_way(tmp_path: Path) -> None:
    assert sum(check(tmp_path / str(seed), seed, 12) for seed in range(12)) > 60


FRONT = "---\nparams:\n  a: {type: string, minLength: 1, maxLength: 10}\n  b: {type: string, maxLength: 600}\n---\n"


@pytest.mark.parametrize(
    ("body", "asked"), [("{{ a }}", 0), ("{{ a }}{{ a }}", 0), ("{{ b }}", 1), ("{{ a|upper }}", 1)]
)
def test_what_the_contract_settles_is_not_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, asked: int
) -> None:
    from handbill.fast import shape

    seen: list[list[str]] = []
    grouped = shape._grouped
    monkeypatch.setattr(shape, "_grouped", lambda tests: [seen.append(tests), *grouped(tests)][1:])
    quick = f'{{"template_type": "quick_reply", "text": "{body}", "buttons": [{{"text": "Yes", "value": "y"}}]}}'
    compiler = Compiler(project(tmp_path, quick, FRONT))
    made = list(compiler.many("t", "messenger", "direct", [{"a": "Ada", "b": "Bo"}] * 4))
    assert {type(each) for each in made} == {bytes}
    assert [len(tests) for tests in seen] == [asked]
