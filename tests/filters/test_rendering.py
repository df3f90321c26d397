"""A filter of another package in a template: what goes in, what comes out, and what is said when it goes wrong."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filters.conftest import Write
from handbill.diagnostic import Diagnostic
from handbill.filtering import Filter, text_filter, value_filter
from handbill.pipeline import Compiler
from handbill.project import open_project


@text_filter(longest=lambda length: length + 2)
def quoted(text: str) -> str:
    return f"“{text}”"


@text_filter
def twice(text: str, times: int = 2, *, apart: str = "") -> str:
    return apart.join([text] * times)


@value_filter
def last_first(items: list[Any]) -> list[Any]:
    items.reverse()
    return items


@value_filter
def counted(items: Any) -> dict[str, Any]:
    return {"many": len(items), "all": tuple(items)}


@text_filter
def looked_up(text: str) -> str:
    return {"a": "b"}[text]


@value_filter
def any_day(value: Any) -> Any:
    return date(2026, 11, 22) if value == "today" else {1: "x"} if value == "tomorrow" else float(value)


@text_filter
def dice(text: str) -> str:
    return f"{text} {random.random()}"


@text_filter(longest="same")
def wider(text: str) -> str:
    return f"{text}!"


@text_filter
def leaving(text: str) -> str:
    raise SystemExit(text)


@text_filter
def markup(text: str) -> str:
    return Shouted(text)


@text_filter
def huge(text: str) -> str:
    return text * 100_000_000


class Shouted(str):
    def __str__(self) -> str:
        return "HA"


FILTERS: list[Filter[Any, Any]] = [
    quoted, twice, last_first, counted, looked_up, any_day, dice, wider, leaving, markup, huge,
]  # fmt: skip
VALUES: dict[str, Any] = {"a": "a", "n": 5, "xs": ["p", "q"], "o": {"x": 1}, "none": None}


def text(project: Path, body: str, **values: Any) -> str:
    [made] = compiled(project, body, **values)
    return str(made["content"]["text"])


def compiled(project: Path, body: str, **values: Any) -> list[Any]:
    result = _result(project, body, values)
    assert result.bodies is not None, result.diagnostics
    return result.bodies


def _result(project: Path, body: str, values: dict[str, Any]) -> Any:
    template = '{"template_type": "text", "text": "TEXT"}'.replace("TEXT", body)
    (project / "templates" / "t.json.j2").write_text(template, encoding="utf-8")
    compiler = Compiler(open_project(project), filters=FILTERS)
    return compiler.compile("t", "messenger", "genesys-event", {**VALUES, **values})


def found(project: Path, body: str, **values: Any) -> Diagnostic:
    [diagnostic] = _result(project, body, values).diagnostics
    assert isinstance(diagnostic, Diagnostic)
    return diagnostic


@pytest.fixture(autouse=True)
def _own(project: Path) -> None:
    (project / "handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{{ a|quoted }}", "“a”"),
        ("{{ n|quoted }}", "“5”"),
        ("{{ a|twice(3, apart='-') }}", "a-a-a"),
        ("{{ a|twice(times=n) }}", "aaaaa"),
        ("{{ xs|map('quoted')|join(', ') }}", "“p”, “q”"),
        ("{% filter quoted %}Hi {{ a }}{% endfilter %}", "“Hi a”"),
        ("{% set v %}Hi {{ a }}{% endset %}{{ v|quoted|upper }}", "“HI A”"),
        ("{% macro m(x) %}[{{ x }}]{% endmacro %}{{ m(a)|twice }}", "[a][a]"),
        ("{{ xs|last_first|join }}{{ xs|join }}", "qppq"),
        ("{{ (xs|counted).many }} {{ (xs|counted).all|first }}", "2 p"),
        ("{{ 'y'|twice if n|quoted == '“5”' }}", "yy"),
        ("{{ missing|default('x')|quoted }}", "“x”"),
        ("{{ a|markup }}", "a"),  # as its characters, whatever it shows of itself
    ],
)
def test_what_comes_out(project: Path, body: str, shown: str) -> None:
    assert text(project, body) == shown


def test_a_value_keeps_its_type_and_what_a_quote_does_is_nothing(project: Path) -> None:
    assert text(project, "{{ a|twice(1) }}", a='", "x": "\n') == '", "x": "\n'


def test_the_value_of_a_context_is_never_changed(project: Path) -> None:
    given = {"xs": ["p", "q"]}
    assert text(project, "{{ xs|last_first|join }}", **given) == "qp"
    assert given == {"xs": ["p", "q"]}


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("{{ 'z'|looked_up }}", "filter-failed", "`looked_up` fails with KeyError: 'z'"),
        ("{{ a|leaving }}", "filter-failed", "`leaving` fails with SystemExit: a"),
        ("{{ a|dice }}", "filter-failed", "`dice` gives another result for the same value"),
        ("{{ 'today'|any_day }}", "filter-failed", "`any_day` gives a date"),
        ("{{ 'tomorrow'|any_day }}", "filter-failed", "`any_day` gives an object with names that are no texts"),
        ("{{ 'inf'|any_day }}", "filter-failed", "`any_day` gives inf, which no message can hold"),
        ("{{ a|twice(1, 2, 3) }}", "filter-failed", "it takes fewer values than stand here"),
        ("{{ a|twice(tims=1) }}", "filter-failed", "it takes no `tims`"),
        ("{{ a|wider }}", "filter-out-of-bounds", "`wider` makes 2 characters of 1, and declares 1 at most"),
        ("{{ a|huge }}", "too-costly", "more than 1,000,000 characters or items in one value"),
        ("{{ xs|quoted }}", "value-not-text", "this is a list"),
        ("{{ none|quoted }}", "value-not-text", "this is null"),
        ("{{ nobody|quoted }}", "undefined-variable", "not given"),
        ("{{ range|counted }}", "filter-failed", "this prints a function, which is no value"),
        ("{{ a|qouted }}", "template-syntax", "there is no filter `qouted`"),
        ("{{ xs|map('qouted')|join }}", "template-syntax", "there is no filter `qouted`"),
    ],
)
def test_what_is_said(project: Path, body: str, code: str, said: str) -> None:
    diagnostic = found(project, body)
    assert diagnostic.label is not None
    assert (diagnostic.code, diagnostic.label.text.partition("; a filter")[0]) == (
        code,
        said.partition("; a filter")[0],
    )


def test_a_failure_is_told_at_the_filter_and_names_its_own_place(project: Path) -> None:
    diagnostic = found(project, "{{ a|upper }} {{ 'z' | looked_up }}")
    assert diagnostic.label is not None
    assert diagnostic.label.span.text == "looked_up"
    line = looked_up.function.__code__.co_firstlineno + 2  # type: ignore[attr-defined]
    assert diagnostic.hint == f"look at the value, and at the filter: {__name__}, line {line}"


def test_it_is_found_in_a_file_that_is_included(project: Path) -> None:
    (project / "templates" / "_part.j2").write_text("{{ 'z'|looked_up }}", encoding="utf-8")
    diagnostic = found(project, "{% include '_part.j2' %}")
    assert diagnostic.label is not None
    assert (diagnostic.label.span.source.path, diagnostic.label.span.text) == ("templates/_part.j2", "looked_up")


def test_did_you_mean_knows_its_name(project: Path) -> None:
    assert found(project, "{{ a|qouted }}").hint == "did you mean `quoted`?"


def test_many_messages_and_one_for_which_it_breaks_its_word(project: Path, write: Write) -> None:
    @text_filter(longest=3)
    def short(word: str) -> str:
        return word

    write("{{ word|short }}", "word: {type: string}", "word: one")
    compiler = Compiler(open_project(project), filters=[short])
    words = ["one", "two", "three", "six", *["ten"] * 20, "eleven"]
    made = list(compiler.many("a", "messenger", "direct", [{"word": word} for word in words]))
    told = [None if isinstance(each, bytes) else [d.code for d in each.diagnostics] for each in made]
    assert told == [None if len(word) <= 3 else ["filter-out-of-bounds"] for word in words]


def test_a_compiler_with_another_policy_has_the_same_filters(project: Path, write: Write) -> None:
    write("{{ 'a'|quoted }}")
    assert (
        Compiler(open_project(project), filters=FILTERS).under("adapt", ()).compile("a", "messenger", "direct", {}).ok
    )


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("upper", "`upper` is a filter of Jinja itself"),
        ("safe", "`safe` is a filter of Jinja itself"),
        ("currency", "`currency` is a filter of Handbill itself"),
        ("quoted", "two filters are called `quoted`"),
    ],
)
def test_no_filter_takes_the_name_of_another(project: Path, name: str, said: str) -> None:
    other = text_filter(name=name)(quoted.function)
    with pytest.raises(ValueError, match=said):
        Compiler(open_project(project), filters=[quoted, other])
