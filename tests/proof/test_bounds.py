"""Sound: no text that a template gives is longer than what was proved of it, in any unit, whatever the data."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from handbill import units
from handbill.contracts import ContextRules
from handbill.diagnostic import Failed
from handbill.document import parse
from handbill.job import about
from handbill.locales import Speech
from handbill.marks import Unreadable
from handbill.names import known_channel
from handbill.pipeline import Compiler
from handbill.project import Project, open_project
from handbill.proof.prover import Prover
from handbill.proof.sizes import NOTHING, Size
from handbill.proof.texts import size
from handbill.proof.ways import NotFollowed
from handbill.template import Template
from handbill.tree import NotText, fill
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st
from proof.making import BODIES, CONTEXTS, LOCALES, PARAMS

CHANNEL = known_channel("open")


def project(folder: Path, body: str, params: dict[str, Any] = PARAMS, **more: str) -> tuple[Project, Template]:
    templates = folder / "templates"
    templates.mkdir(exist_ok=True)
    front = json.dumps({"channels": ["open"], "params": params}, ensure_ascii=False)
    (templates / "t.json.j2").write_text(f"---\n{front}\n---\n{body}", "utf-8")
    for name, text in more.items():
        (templates / name).write_text(text, "utf-8")
    opened = open_project(folder)
    return opened, opened.template("t")


def bound(compiler: Compiler, template: Template, locale: str = "") -> Size:
    """The largest size of `text`, over every way."""
    prover = Prover(compiler)
    found = NOTHING
    for made in prover._made(template, CHANNEL, locale, PARAMS):
        text = made.shape.text(made.shape.root["text"])
        if text is not None:
            found = found.largest(size(text))
    return found


def measured(compiler: Compiler, template: Template, context: dict[str, Any], locale: str = "") -> str | None:
    """The text with these values; None when the template gives none."""
    if not ContextRules(template).holds(context):
        return None
    try:
        rendered = compiler.renderer.render(
            template, {**context, "channel": about(CHANNEL), "locale": locale}, Speech(compiler.catalog(locale))
        )
        document = parse(rendered.skeleton, rendered.values, "json")
        text = fill(document.root, rendered.values)["text"]
    except (Failed, NotText, Unreadable):
        return None
    return text if isinstance(text, str) else None


def held(text: str, most: Size) -> None:
    assert len(text) <= most.points
    assert units.utf16(text) <= most.utf16
    assert units.utf8(text) <= most.bytes
    assert units.graphemes(text) <= most.graphemes
    assert len(orjson.dumps(text)) - 2 <= most.json
    septets = units.septets(text)
    if septets is None:
        assert not most.gsm
    else:
        assert septets <= most.septets
    assert text.isascii() or not most.ascii


def compared(folder: Path, body: str, contexts: list[dict[str, Any]], locale: str) -> None:
    opened, template = project(folder, '{"template_type": "text", "text": "' + body + '"}')
    compiler = Compiler(opened)
    try:
        compiler.renderer.compiled(template)
    except Failed:
        assume(False)
    try:
        most = bound(compiler, template, locale)
    except NotFollowed as reason:
        event(f"not followed: {reason}")
        assume(False)
    texts = [text for context in contexts if (text := measured(compiler, template, context, locale)) is not None]
    event(f"bounded: {most.points < float('inf')}, texts: {bool(texts)}")
    for text in texts:
        held(text, most)


def searches(examples: int) -> Callable[[Any], Any]:
    return settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))


CONTEXT_LISTS = st.lists(CONTEXTS, min_size=12, max_size=12)


@searches(80)
@given(BODIES, CONTEXT_LISTS, st.sampled_from(LOCALES))
def test_no_text_is_longer_than_its_bound(
    tmp_path_factory, body: str, contexts: list[dict[str, Any]], locale: str
) -> None:
    compared(tmp_path_factory.mktemp("p"), body, contexts, locale)


@pytest.mark.slow
@searches(2000)
@given(BODIES, CONTEXT_LISTS, st.sampled_from(LOCALES))
def test_no_text_is_longer_than_its_bound_of_very_many(
    tmp_path_factory, body: str, contexts: list[dict[str, Any]], locale: str
) -> None:
    compared(tmp_path_factory.mktemp("p"), body, contexts, locale)
