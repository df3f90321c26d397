"""Every filter: what it gives is never longer than was proved; which are known is what there is."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.dates import format_date, format_datetime, format_time
from handbill.pipeline import Compiler
from handbill.policy import FILTERS
from handbill.proof.filters import MODELS
from handbill.proof.modelling import filtered, text_of
from handbill.proof.sizes import of_text
from handbill.proof.texts import Given, size
from handbill.proof.values import Exact, Words
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.filters import do_wordwrap
from proof.making import CONTEXTS, LOCALES
from proof.test_bounds import bound, held, measured, project

EXPRESSIONS = """
s|wordcount
s|urlencode
{'x': s, 'y': n}|urlencode
s|tojson
xs|tojson
os|tojson
{'a': s, 'b': e}|tojson
(n*1000)|filesizeformat
(o.age*99999)|filesizeformat(true)
s|filesizeformat
f|round(-1)
s|int(0,16)
n|number
f|number
f|number('0.00')
f|number('#,##0.###;(#)')
(f*1234)|number
s|number
f|percent
f|currency('EUR')
(n*1000)|currency('USD')
f|currency('JPY','¤¤ #,##0.0')
at|datetime
at|datetime('full')
at|datetime('long')
at|datetime('short',timezone='Asia/Tokyo')
at|date
at|date('full')
at|date('EEEE, d. MMMM y')
at|time
at|time('full')
at|datetime('h:m B')
at|datetime('d/M b')
at|datetime('yy G QQQQ LLLL ccc H:ss.SS')
at|datetime(when)
os|sum(attribute='price')
xs|sum(start='')
[n, 2, f]|sum
xs|map('length')|sum
os|groupby('price')|map(attribute='grouper')|join('/')
(os|groupby('name')|first)[0]
os|groupby('tag',default='none')|map(attribute='grouper')|join('/')
{'x': s, 'y': n}|items|map('last')|join(',')
{'x': s, 'y': z}|dictsort|map('join')|join('&')
'%(a)s/%(b)5.1f'|format(a=s, b=f)
xs|slice(2,'q')|map('join')|join
""".strip().split("\n")


def test_every_filter_is_modelled() -> None:
    assert FILTERS - {"format"} == set(MODELS)  # which is modelled as the operator % is


@settings(max_examples=2, deadline=None, phases=[Phase.generate])  # to shrink what is found takes minutes
@given(contexts=st.lists(CONTEXTS, min_size=25, max_size=25), locale=st.sampled_from(LOCALES))
def test_no_text_of_a_filter_is_longer(tmp_path_factory, contexts: list[dict[str, Any]], locale: str) -> None:
    searched(tmp_path_factory.mktemp("f"), contexts, locale)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, phases=[Phase.generate])
@given(contexts=st.lists(CONTEXTS, min_size=40, max_size=40), locale=st.sampled_from(LOCALES))
def test_no_text_of_a_filter_is_longer_of_very_many(
    tmp_path_factory, contexts: list[dict[str, Any]], locale: str
) -> None:
    searched(tmp_path_factory.mktemp("f"), contexts, locale)


def searched(folder: Path, contexts: list[dict[str, Any]], locale: str) -> None:
    given = 0
    for expression in EXPRESSIONS:
        opened, template = project(folder, f'{{"template_type": "text", "text": "{{{{ {expression} }}}}"}}')
        compiler = Compiler(opened)
        most = bound(compiler, template, locale)
        assert most.points < float("inf"), expression
        for context in contexts:
            text = measured(compiler, template, context, locale)
            if text is not None:
                given += 1
                held(text, most)
    assert given > 20 * len(EXPRESSIONS) // 2


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(
        st.text("ab -\n\u2028é", max_size=30),
        st.tuples(st.text("ab -", min_size=1, max_size=5), st.integers(2, 9)).map(lambda p: p[0] * p[1]),
    ),
    st.integers(1, 9),
    st.booleans(),
    st.sampled_from(["\n", "", "<br>", "é"]),
    st.booleans(),
)
def test_wordwrap(text: str, width: int, long_words: bool, wrapstring: str, hyphens: bool) -> None:
    arguments = [width, long_words, wrapstring, hyphens]
    found = filtered("wordwrap", Words(Given("x", of_text(text))), list(map(Exact, arguments)), {})
    held(do_wordwrap(Environment(), text, *arguments), size(text_of(found)))


@pytest.mark.parametrize("locale", ["en", "de", "pl", "hi"])
def test_every_day_and_every_hour(locale: str) -> None:
    moments = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day, minutes=37 * day) for day in range(365)]
    moments += [datetime(2027, 9, 29, hour, minute, tzinfo=UTC) for hour in range(24) for minute in (0, 1, 30, 59)]
    for name, form, write in (
        ("date", "full", format_date),
        ("date", "EEEE d MMMM", format_date),
        ("datetime", "long", format_datetime),
        ("datetime", "MMMM EEEE h:m B", format_datetime),
        ("time", "h:m b", format_time),
    ):
        most = size(text_of(filtered(name, Words(Given("x", of_text(""))), [Exact(form)], {}, locale)))
        written = []
        for each in moments:
            with suppress(ValueError):  # not every language has a name for each part of the day
                written.append(write(each, form, locale=locale))
        for text in written:
            held(text, most)
        assert most.points - max(map(len, written)) <= 4  # not every hour of every day is there


def test_the_same_text_as_the_filter_gives(tmp_path: Path) -> None:
    """Where all of it is known."""
    assert size(text_of(filtered("currency", Exact(1234.5), [Exact("EUR")], {}, "de"))) == of_text("1.234,50\u00a0€")
    assert size(text_of(filtered("percent", Exact("0.25"), [], {}, "en"))) == of_text("25%")
