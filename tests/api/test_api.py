"""Handbill within a program."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import handbill
import pytest
from handbill.diagnostic import Diagnostic

GREETING = """---
channels: [messenger, whatsapp]
params:
  name: {type: string, maxLength: 40}
  items: {type: array, items: {type: string}, default: []}
---
{
  "template_type": "quick_reply",
  "text": "Hi {{ name }}{% for item in items %}, {{ item }}{% endfor %}",
  "buttons": [{"text": "Yes", "value": "{{ name }}"}],
}"""
CAROUSEL = """{"template_type": "carousel", "cards": [
  {% for n in [1, 2] %}
  {"title": "{{ title }} {{ n }}", "buttons": [{"text": "Buy {{ n }}", "value": "{{ n }}"}]},
  {% endfor %}
]}"""


@pytest.fixture
def project(tmp_path: Path) -> handbill.Project:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "greeting.json.j2").write_text(GREETING, encoding="utf-8")
    (tmp_path / "templates" / "cards.json.j2").write_text(CAROUSEL, encoding="utf-8")
    return handbill.load(tmp_path)


def contexts(count: int) -> list[dict[str, object]]:
    return [{"name": f"Zoë {n}", "items": ["x", 'q"'][: n % 3]} for n in range(count)]


def test_one_message(project: handbill.Project) -> None:
    payload = project.template("greeting").compile({"name": "Zoë"}, channel="messenger")
    assert payload.data["content"]["content"][0]["text"] == "Hi Zoë"
    assert json.loads(payload.json()) == payload.data
    assert payload.json().endswith(b"}\n")
    assert payload.json(indent=True).startswith(b"{\n  ")
    direct = project.template("greeting").compile(
        {"name": "Zoë"}, channel="whatsapp", via="direct", address={"to": "+4930123456"}
    )
    assert direct.data["to"] == "+4930123456"


def test_many_are_as_one_by_one(project: handbill.Project) -> None:
    template = project.template("greeting")
    made = list(template.compile_many(contexts(30), channel="messenger"))
    assert made == [template.compile(context, channel="messenger").json() for context in contexts(30)]


def test_contexts_are_taken_one_at_a_time(project: handbill.Project) -> None:
    taken: list[int] = []

    def endless() -> Iterator[dict[str, object]]:
        while True:
            taken.append(1)
            yield {"name": "Ada"}

    made = project.template("greeting").compile_many(endless(), channel="messenger")
    assert [next(made) for _ in range(3)]
    assert len(taken) == 3


def test_what_is_wrong_is_an_error_with_the_report(project: handbill.Project) -> None:
    template = project.template("greeting")
    with pytest.raises(handbill.CompileError) as caught:
        template.compile({}, channel="messenger")
    assert [d.code for d in caught.value.diagnostics] == ["missing-parameter"]
    assert "missing-parameter" in str(caught.value)
    with pytest.raises(handbill.CompileError) as caught:
        list(template.compile_many([{"name": "Ada"}, {"name": "x" * 41}], channel="messenger"))
    assert caught.value.index == 1
    assert str(caught.value).startswith("message 1: ")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@pytest.mark.parametrize(
    ("code", "options"),
    [("unknown-channel", {"channel": "messanger"}), ("unknown-gateway", {"channel": "messenger", "via": "dirct"}),
     ("unknown-locale", {"channel": "messenger", "locale": "tlh"})],
)  # fmt: skip
def test_an_unknown_name_is_said_at_once(project: handbill.Project, code: str, options: dict[str, str]) -> None:
    template = project.template("greeting")
    with pytest.raises(handbill.CompileError) as caught:
        template.compile_many([], **options)  # type: ignore[arg-type]
    assert [d.code for d in caught.value.diagnostics] == [code]
    with pytest.raises(handbill.CompileError):
        template.compile({"name": "Ada"}, **options)  # type: ignore[arg-type]
    with pytest.raises(handbill.CompileError, match="greeting"):
        project.template("greetin")


def test_a_wrong_message_can_be_left_out_when_somebody_is_told(project: handbill.Project) -> None:
    told: list[tuple[int, list[str]]] = []

    def tell(index: int, found: Sequence[Diagnostic]) -> None:
        told.append((index, [d.code for d in found]))

    given = [{"name": "Ada"}, {"name": 7}, {"name": "Bo"}]
    made = list(project.template("greeting").compile_many(given, channel="messenger", told=tell))
    assert len(made) == 2
    assert told == [(1, ["wrong-parameter"])]


def test_a_loss_is_a_warning(project: handbill.Project) -> None:
    adapting = handbill.load(project.root, policy="adapt").template("cards")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        made = list(adapting.compile_many([{"title": "a"}, {"title": "b"}], channel="sms", via="direct"))
    assert len(made) == 2
    assert [w.category for w in said] == [handbill.CompileWarning]
    fatal = handbill.load(project.root, policy="adapt", fail_on=["reply"]).template("cards")
    with pytest.raises(handbill.CompileError, match="lost-reply"):
        fatal.compile({"title": "a"}, channel="sms", via="direct")


def test_threads_share_a_template(project: handbill.Project) -> None:
    template = project.template("greeting")
    expected = [template.compile(context, channel="messenger").json() for context in contexts(40)]

    def run(_: int) -> list[bytes]:
        return list(template.compile_many(contexts(40), channel="messenger"))

    fresh = handbill.load(project.root).template("greeting")
    template = fresh
    with ThreadPoolExecutor(8) as pool:
        assert all(made == expected for made in pool.map(run, range(16)))


def compiled(template: handbill.Template) -> list[bytes]:
    return list(template.compile_many(contexts(5), channel="messenger"))


def test_another_process_loads_it_anew(project: handbill.Project) -> None:
    template = project.template("greeting")
    copy = pickle.loads(pickle.dumps(template))
    assert repr(copy) == repr(template)
    assert compiled(copy) == compiled(template)


@pytest.mark.slow
def test_a_template_goes_to_a_spawned_process(project: handbill.Project) -> None:
    template = project.template("greeting")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(compiled, template).result() == compiled(template)


def test_importing_handbill_costs_nothing() -> None:
    code = "import sys, handbill; print([m for m in sys.modules if m.startswith(('handbill.', 'jinja2'))])"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert made.stdout.strip() == "[]"
    assert {*handbill.__all__} <= {*dir(handbill), *handbill.__all__}
    with pytest.raises(AttributeError, match="lode"):
        handbill.lode  # noqa: B018
