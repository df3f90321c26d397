"""The fast way and the ordinary way give the same bytes, or the same findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import Project, open_project, shipped
from hypothesis import given, settings
from hypothesis import strategies as st


def project(folder: Path, **templates: str) -> Project:
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    for name, text in templates.items():
        (folder / "templates" / f"{name}.json.j2").write_text(text, encoding="utf-8")
    return open_project(folder)


def same(compiler: Compiler, name: str, channel: str, via: str | None, contexts: list[dict[str, Any]]) -> int:
    """Compare both ways; how many messages came out."""
    sent = 0
    for context, fast in zip(contexts, compiler.many(name, channel, via, contexts), strict=True):
        slow = compiler.compile(name, channel, via, context)
        if isinstance(fast, Result):
            assert [(d.code, d.pointer) for d in fast.diagnostics] == [(d.code, d.pointer) for d in slow.diagnostics]
            assert slow.diagnostics
            assert fast.bodies == slow.bodies
        else:
            assert fast == to_json(slow.payload, compact=True)
            assert not slow.diagnostics
            sent += 1
    return sent


def test_shipped_templates() -> None:
    compiler = Compiler(shipped())
    for name in compiler.project.names():
        template = compiler.project.template(name)
        contexts = [e.values for e in template.contract.examples.values()] or [{}]
        for channel in compiler.targets(template):
            assert same(compiler, name, channel, None, contexts * 3) == 3 * len(contexts)


CAROUSEL = """{
  "template_type": "carousel",
  "cards": [
    {% for c in cards %}
    {
      "title": "{{ c.title }}", "subtitle": "No. {{ loop.index }}: {{ c.subtitle }}",
      "image": {"url": {{ c.image }}},
      "buttons": [{"text": "Buy {{ c.title }}", "value": "{{ c.id }}"}, {"text": "Look", "url": "{{ c.image }}"}],
    },
    {% endfor %}
  ],
}"""
TEXT = st.one_of(st.text(max_size=30), st.sampled_from(["", "x" * 81, "\U0001f600" * 15, 'a"b\\', "x" * 20, "\ud800"]))
CARD = st.fixed_dictionaries({
    "title": TEXT, "subtitle": TEXT, "id": st.sampled_from(["a", "b", "c", "d", "", "x" * 1001]),
    "image": st.sampled_from(["https://example.com/a.png", "http://example.com/", "javascript:alert(1)", "", 7, None]),
})  # fmt: skip
GOOD = {"title": "T", "subtitle": "S", "image": "https://example.com/a.png"}


HANDS = st.lists(st.lists(CARD, min_size=1, max_size=3), min_size=2, max_size=4)


@given(hands=HANDS)
@settings(max_examples=8)
def test_any_values(tmp_path_factory: pytest.TempPathFactory, hands: list[list[dict[str, Any]]]) -> None:
    both_ways(tmp_path_factory, hands)


@pytest.mark.slow
@given(hands=HANDS)
@settings(max_examples=300)
def test_very_many_values(tmp_path_factory: pytest.TempPathFactory, hands: list[list[dict[str, Any]]]) -> None:
    both_ways(tmp_path_factory, hands)


def both_ways(tmp_path_factory: pytest.TempPathFactory, hands: list[list[dict[str, Any]]]) -> None:
    folder = tmp_path_factory.getbasetemp() / "stamps"
    compiler = Compiler(project(folder, c=CAROUSEL))
    good = [{**GOOD, "id": letter} for letter in "abc"]
    contexts = [{"cards": good[: len(hand)]} for hand in hands] + [{"cards": hand} for hand in hands]
    for channel in ("messenger", "webmessaging", "line", "whatsapp"):
        for via in ("genesys-event", "genesys-bot"):
            same(compiler, "c", channel, via, contexts)


def test_a_stamp_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = Compiler(project(tmp_path, c=CAROUSEL))
    contexts = [{"cards": [{**GOOD, "id": str(n)}]} for n in range(5)]
    first = list(compiler.many("c", "messenger", None, contexts[:1]))
    monkeypatch.setattr(compiler, "_attempt", lambda *_: pytest.fail("compiled the ordinary way"))
    rest = list(compiler.many("c", "messenger", None, contexts[1:]))
    assert [type(made) for made in first + rest] == [bytes] * 5


def test_a_duplicate_that_only_the_values_make(tmp_path: Path) -> None:
    compiler = Compiler(project(tmp_path, c=CAROUSEL))
    cards = [{**GOOD, "id": "a"}, {**GOOD, "id": "b"}]
    twice = [{**GOOD, "id": "a"}, {**GOOD, "id": "a"}]
    good, bad = compiler.many("c", "messenger", None, [{"cards": cards}, {"cards": twice}])
    assert isinstance(good, bytes)
    assert isinstance(bad, Result)
    assert [d.code for d in bad.diagnostics] == ["duplicate-value"]


def test_a_bare_hole_that_takes_a_list(tmp_path: Path) -> None:
    """The same skeleton, and another structure: a stamp must not vouch for it."""
    compiler = Compiler(
        project(
            tmp_path,
            b='{"template_type": "card", "title": "x", "subtitle": {{ s }}, "buttons": [{"text": "a", "value": "b"}]}',
        )
    )
    made = list(compiler.many("b", "messenger", None, [{"s": "text"}, {"s": ["no"]}, {"s": "again"}]))
    assert [type(m) for m in made] == [bytes, Result, bytes]
    assert isinstance(made[1], Result)
    assert [d.code for d in made[1].diagnostics] == ["wrong-type"]
    buttons = '{"template_type": "quick_reply", "text": "x", "buttons": {{ b }}}'
    compiler = Compiler(project(tmp_path, l=buttons))
    hands = [
        {"b": [{"text": "Yes", "value": "y"}]},
        {"b": [{"text": "No", "value": "n"}, {"text": "Yes", "value": "y"}]},
    ]
    assert same(compiler, "l", "messenger", None, hands) == 2


def test_an_address_for_each_message(tmp_path: Path) -> None:
    compiler = Compiler(project(tmp_path, c=CAROUSEL))
    items = [({"cards": [{**GOOD, "id": str(n)}]}, {"to": f'u"{n}', "channel_id": "c"}) for n in range(4)]
    for (context, address), made in zip(
        items, compiler.stream("c", "messenger", None, ((*item, "") for item in items)), strict=True
    ):
        slow = compiler.compile("c", "messenger", None, context, address=address)
        assert made == to_json(slow.payload, compact=True)
        assert slow.payload["external_conversation_reference"]["id"] == address["to"]
    bad = compiler.compile("c", "messenger", None, items[0][0], address={"to": "", "channel_id": "c"})
    assert [(d.code, d.title, d.label) for d in bad.diagnostics] == [("empty-text", "Wrong address field `to`", None)]
