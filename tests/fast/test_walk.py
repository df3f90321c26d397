"""What the generator covers, and what takes the ordinary way from the start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fast.test_both_ways import project
from handbill.pipeline import Compiler

COVERED = [
    "{{ a }}", "{{ o.k }}{{ o['k'] }}", "{% if a %}{{ a }}{% elif n %}1{% else %}2{% endif %}",
    "{{ a if n > 1 else 'b' }}", "{% for x in xs %}{{ loop.index }}{{ x }}{% else %}none{% endfor %}",
    "{% for k, v in o.items() %}{{ k }}{{ v }}{% endfor %}", "{% for x in xs if x != 'p' %}{{ x }}{% endfor %}",
    "{% set s = a ~ n %}{{ s }}", "{% set s %}<{{ a }}>{% endset %}{{ s }}{{ s }}",
    "{% with t = a %}{{ t }}{% endwith %}",
    "{% macro m(x, y='!') %}{{ x }}{{ y }}{% endmacro %}{{ m(a) }}{{ m(a, y='?') }}",
    "{% import '_macros.j2' as f %}{{ f.quoted(a) }}", "{% from '_macros.j2' import quoted as q %}{{ q(a) }}",
    "{% include 'part.j2' %}", "{{ a|upper|replace('A', 'b') }}", "{{ gone|default('d') }}",
    "{{ n|number }}{{ xs|join(', ') }}", "{{ _('Yes') }}{% trans v=a %}Dear {{ v }}{% endtrans %}",
    "{% trans num=n %}one {{ num }}{% pluralize %}{{ num }} things{% endtrans %}",
    "{{ 'y' if a is defined and n is divisibleby 2 }}y", "{{ n + 1 }}{{ n * 2 - 1 }}{{ -n }}",
    "{% if a in ['Ada', 'Bo'] %}known{% endif %}", "{{ locale }}{{ channel.name }}",
]  # fmt: skip
ORDINARY = {
    "{% for x in xs recursive %}{{ x }}{% endfor %}": "a recursive loop",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{% endif %}{% endmacro %}x{{ m(n) }}": "recursion",
    "{% include ['gone.j2', 'part.j2'] %}": "a choice of files",
    "{% filter upper %}{{ a }}{% endfilter %}": "filterblock",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ a }}{% endcall %}": "callblock",
    "{{ a[:2] }}": "a slice",
    "{% for i in range(3) %}{{ i }}{% endfor %}": "call",
    "{% set ns = namespace(x=1) %}{{ ns.x }}": "call",
    "{{ a|tojson }}": "`tojson`",
    "{% for y in xs %}{{ s }}{% endfor %}{% set s = 1 %}": "`s` before it is set",
}
GIVEN: dict[str, Any] = {"a": "Ada", "n": 2, "o": {"k": "v"}, "xs": ["p", "q"], "s": "S", "x": "X"}


def made(folder: Path, body: str) -> tuple[Compiler, list[Any]]:
    compiler = Compiler(project(folder, f'{{"template_type": "text", "text": "{body}"}}'))
    return compiler, list(compiler.many("t", "messenger", None, [GIVEN] * 4))


@pytest.mark.parametrize("body", COVERED)
def test_covered(tmp_path: Path, body: str) -> None:
    compiler, found = made(tmp_path, body)
    (line,) = compiler._lines.values()
    assert line.uncovered is None
    assert line.fill(GIVEN, None) == found[0] == found[-1]


@pytest.mark.parametrize(("body", "why"), ORDINARY.items())
def test_ordinary(tmp_path: Path, body: str, why: str) -> None:
    compiler, found = made(tmp_path, body)
    (line,) = compiler._lines.values()
    assert line.uncovered is not None
    assert line.uncovered.what == why
    assert len({bytes(each) if isinstance(each, bytes) else each.bodies is None for each in found}) == 1


def test_every_shipped_template_is_covered() -> None:
    from handbill.project import shipped

    compiler = Compiler(shipped())
    for name in compiler.project.names():
        for channel in compiler.targets(compiler.project.template(name)):
            assert compiler.line(name, channel, None)[1].uncovered is None


@pytest.mark.parametrize(
    "attack",
    ["{{ a * 9999999 }}", "{% for x in xs %}{% for y in xs %}.{% endfor %}{% endfor %}"],
)
def test_a_bomb_takes_the_ordinary_way_which_stops_it(tmp_path: Path, attack: str) -> None:
    compiler = Compiler(project(tmp_path, f'{{"template_type": "text", "text": "x{attack}"}}'))
    given = {"a": "x" * 10, "xs": ["x"] * 1000}
    fast = list(compiler.many("t", "messenger", None, [given] * 3))
    slow = compiler.compile("t", "messenger", None, given)
    assert [each.diagnostics[0].code for each in fast] == [slow.diagnostics[0].code] * 3


def test_doubling_is_stopped(tmp_path: Path) -> None:
    body = "".join(f"{{% set v{n + 1} = v{n} ~ v{n} %}}" for n in range(40))
    compiler = Compiler(project(tmp_path, f'{{"template_type": "text", "text": "{{% set v0 = a %}}{body}x"}}'))
    (found,) = compiler.many("t", "messenger", None, [{"a": "12345678"}])
    assert not isinstance(found, bytes)
    assert [d.code for d in found.diagnostics] == ["too-costly"]
