"""A check renders once what all channels see alike, and finds what it would find if it rendered for each anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from handbill.checking import Asked
from handbill.checking.work import compiler_for, examine
from handbill.pipeline import Compiler
from handbill.project import open_project
from handbill.render import Renderer

SETTINGS = 'channels = ["messenger", "whatsapp", "webmessaging"]\n'
CATALOG = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Hi"
msgstr "Hallo"

msgid "one"
msgid_plural "several"
msgstr[0] "eins"
msgstr[1] ""
"""
FRONT = """\
---
params:
  name: {type: string, maxLength: 20}
  n: {type: integer, minimum: 0, maximum: 9}
  vip: {type: boolean, default: false}
  items: {type: array, maxItems: 4, items: {type: object, properties: {a: {type: string, maxLength: 5}}}}
examples:
  one: {name: Zoë, n: 1, items: [{a: x}]}
  two: {name: "", n: 2, vip: true, items: [{}, {a: y}]}
---
"""
PARTIAL = "{% if channel.name == 'whatsapp' %}W{% elif n > 3 %}many{% else %}few{% endif %}"
MACRO = "{% macro hi(who) %}{% if who %}Hi {{ who }}{% else %}Hi{% endif %}{% endmacro %}"

TEXTS = {
    "plain": "Hi {{ name }}",
    "arms": "{% if vip %}A{% elif n == 5 %}B{% else %}C {{ name }}{% endif %}",
    "of the channel": "{% if channel.name == 'whatsapp' %}" + "x" * 5000 + "{% else %}{{ channel.title }}{% endif %}",
    "of the locale": "{% if locale == 'de' %}{{ nobody }}{% else %}ok{% endif %}",
    "an include that asks for the channel": "{% include '_part.j2' %}",
    "a macro": "{% from '_macro.j2' import hi %}{{ hi(name) }}{{ hi('') if vip }}",
    "a field that is not there": "{% for item in items %}{{ item.a }}{% else %}none{% endfor %}",
    "no such name": "{% if vip %}{{ nobody }}{% endif %}",
    "a test of nothing": "{% if nobody %}x{% else %}y{% endif %}",
    "a filter that fails": "{% if n > 1 %}{{ 1 // (n - 2) }}{% endif %}",
    "a filter there is not": "{% if vip %}{{ name | nosuch }}{% endif %}",
    "never closed": "{% if vip %}x",
    "what is no value": "{% if vip %}{{ loop }}{% endif %}{% for i in items %}{{ loop }}{% endfor %}",
    "no text": "{% if vip %}a{{ items }}{% endif %}",
    "a block of text": "{% set t %}{% if vip %}A{% endif %}{{ name }}{% endset %}{{ t | upper }}",
    "a call": "{% macro m() %}{{ caller() if n else '' }}{% endmacro %}{% call m() %}{{ name }}{% endcall %}",
    "turns": "{% for i in range(n) if i % 2 %}{{ loop.index if not loop.last else 'x' }}{% endfor %}",
    "a namespace": "{% set ns = namespace(k=0) %}{% for i in items %}{% set ns.k = ns.k + 1 %}{% endfor %}{{ ns.k }}",
    "too much": "{% if n > 1 %}{% for a in range(90000) %}{% for b in range(9) %}x{% endfor %}{% endfor %}{% endif %}",
    "languages": "{{ _('Hi') }}{% if vip %}{% trans n %}one{% pluralize %}several{% endtrans %}{% endif %}",
    "not translated": "{% if vip %}{{ _('Bye') }}{% else %}{{ _('Hi') }}{% endif %}",
    "too long in one arm": "{% if n == 7 %}" + "y" * 3000 + "{% endif %}{{ name }}",
}


def project(folder: Path, text: str) -> Compiler:
    body = f'{{"template_type": "text", "text": "{text}"}}'
    files = {"handbill.toml": SETTINGS, "templates/_part.j2": PARTIAL, "templates/_macro.j2": MACRO}
    files |= {"locales/de/messages.po": CATALOG, "templates/a.json.j2": FRONT + body}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return compiler_for(open_project(folder), Asked())


@pytest.mark.parametrize("coverage", [False, True], ids=["check", "coverage"])
@pytest.mark.parametrize("name", TEXTS)
def test_the_same_is_found(tmp_path: Path, name: str, coverage: bool) -> None:
    shared = project(tmp_path, TEXTS[name])
    anew = compiler_for(shared.project, Asked())
    anew.renderer = Renderer(shared.project.folders, shared.project.shown)
    asked = Asked(coverage=coverage)
    assert repr(examine(shared, "a", asked)) == repr(examine(anew, "a", asked))


@pytest.mark.parametrize(
    ("name", "times"),
    [("plain", 2), ("arms", 2), ("of the channel", 6), ("an include that asks for the channel", 6)],
)
def test_how_often_is_rendered(tmp_path: Path, name: str, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two examples on three channels, in one language."""
    compiler = project(tmp_path, TEXTS[name])
    runs: list[bool] = []  # whether each was for places only
    run = Renderer._run

    def counted(self: Renderer, *args: Any, marked: bool) -> Any:
        runs.append(marked)
        return run(self, *args, marked=marked)

    monkeypatch.setattr(Renderer, "_run", counted)
    for _ in compiler.check(["a"], locales=["en"]):
        pass
    assert runs.count(False) == times
