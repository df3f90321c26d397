"""Random templates, and contexts that keep their contract, for the search for a proof that is wrong."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

# Letters that grow when their case changes, that are wide in some unit, or join with their neighbours.
LETTERS = 'aZ9 -_.,ßŉΐﬃǆİΣıé€😀🇩👩\u200d\u0301\n\x01<&%"\\{}'

PARAMS: dict[str, Any] = {
    "s": {"type": "string", "maxLength": 6},
    "code": {"type": "string", "pattern": "^[A-Z]{2}-[0-9]{1,3}$"},
    "b8": {"type": "string", "x-maxBytes": 8},
    "e": {"enum": ["x", "straße", "", 7, None]},
    "n": {"type": "integer", "minimum": -3, "maximum": 40},
    "f": {"type": "number", "minimum": -2.5, "maximum": 9},
    "b": {"type": "boolean"},
    "z": {"type": ["string", "null"], "maxLength": 4},
    "xs": {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 4}},
    "os": {
        "type": "array",
        "maxItems": 2,
        "items": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "maxLength": 3},
                "price": {"type": "number", "minimum": 0, "maximum": 99},
                "tag": {"type": "string", "maxLength": 5},
            },
            "required": ["name", "price"],
            "additionalProperties": False,
        },
    },
    "at": {"type": "string", "maxLength": 30},
    "when": {"enum": ["short", "medium", "yy"]},
    "o": {
        "type": "object",
        "properties": {
            "nick": {"type": "string", "maxLength": 5},
            "age": {"type": "integer", "minimum": 0, "maximum": 120},
        },
        "required": ["age"],
    },
}


def _text(most: int) -> st.SearchStrategy[str]:
    full = st.sampled_from(LETTERS).map(lambda letter: letter * most)
    return st.one_of(full, st.text(LETTERS, max_size=most), st.text(LETTERS, min_size=most, max_size=most))


def _number(low: float, high: float, whole: bool) -> st.SearchStrategy[Any]:
    ints = st.integers(int(low), int(high))
    if whole:
        return st.one_of(ints, ints.map(float), st.just(-0.0) if low <= 0 else ints)
    return st.one_of(ints, st.floats(low, high, allow_nan=False))


LOCALES = ["en", "de", "fr", "ar", "hi", "ja", "pl", "lt", "es", "sw"]

CONTEXTS = st.fixed_dictionaries(
    {
        "s": _text(6),
        "code": st.from_regex(r"\A[A-Z]{2}-[0-9]{1,3}\Z"),
        "b8": _text(2),
        "e": st.sampled_from(PARAMS["e"]["enum"]),
        "n": _number(-3, 40, whole=True),
        "f": _number(-2.5, 9, whole=False),
        "b": st.booleans(),
        "z": st.one_of(st.none(), _text(4)),
        "xs": st.one_of(st.lists(_text(4), max_size=3), _text(4).map(lambda text: [text] * 3)),
        "os": st.lists(
            st.fixed_dictionaries({"name": _text(3), "price": _number(0, 99, whole=False)}, optional={"tag": _text(5)}),
            max_size=2,
        ),
        "at": st.datetimes(timezones=st.just(UTC)).map(lambda moment: moment.isoformat("T", "seconds")),
        "when": st.sampled_from(["short", "medium", "yy"]),
        "o": st.fixed_dictionaries({"age": _number(0, 120, whole=True)}, optional={"nick": _text(5), "more": _text(9)}),
    }
)

_WORDS = st.sampled_from(["Hi ", "a", "ß", "Straße ", "", "no. ", "ΐx", "-", "😀"])
_QUOTED = _WORDS.map(lambda word: f"'{word}'")
_SMALL = st.integers(0, 7).map(str)
_MOMENTS = st.sampled_from(
    "at|datetime at|datetime('full') at|datetime('short',timezone='Asia/Tokyo') at|date at|date('full') at|time"
    " at|time('full') at|date('EEEE,\u00a0d.\u00a0MMMM\u00a0y') at|datetime('h:m\u00a0B')"
    " at|datetime('d/M\u00a0b') at|date('medium')|upper at|datetime(when)".split(" ")
)
_ATOMS = st.one_of(
    st.sampled_from(["s", "code", "b8", "e", "n", "f", "b", "z", "o.nick", "o.age", "xs[0]", "xs[-1]", "os[0].name"]),
    st.sampled_from(
        ["xs|first", "xs|last", "os|map(attribute='name')|join('-')", "xs|join(', ')", "xs|length", "o['nick']"]
    ),
    st.sampled_from(
        [
            "os|map(attribute='tag', default='none')|join",
            "xs|map('upper')|join('ß')",
            "xs[:2]|join",
            "(xs + ['q'])|join",
        ]
    ),
    st.sampled_from(
        ["xs|sort|join('.')", "xs|reverse|list|join", "xs|unique|join", "(xs|batch(2)|first)|join", "os|length"]
    ),
    st.sampled_from(
        [
            "os|sum(attribute='price')",
            "os|sum('price')|round(2)",
            "xs|sum(start='')",
            "[n, 2, f]|sum",
            "xs|slice(2)|first|join",
            "os|groupby('price')|map(attribute='grouper')|join('/')",
            "(os|groupby('name')|first).list|length",
            "{'x': s, 'y': n}|items|map('last')|join(',')",
            "{'x': s, 'y': z}|dictsort|map('join')|join('&')",
            "{'x': s, 'y': n}|urlencode",
            "xs|tojson",
            "os|tojson",
            "{'a': s, 'b': e}|tojson",
            "'%(a)s/%(b)5.1f'|format(a=s, b=f)",
        ]
    ),
    _MOMENTS,
    _QUOTED,
    _SMALL,
)
_FILTERS = st.sampled_from(
    "upper lower capitalize title trim string length first last reverse striptags indent abs int round float"
    " center(9) truncate(4) truncate(5,true,'…') truncate(4,false,'.',0) default('none') default('ß',true) d('x')"
    " replace('a','bcd') replace('ß','s') replace('','-') replace('aa','b',1) round(2) round(1,'ceil') round(3,'floor')"
    " int(9) indent(2,true) format('y') default(s) wordwrap(3) wordwrap(4,false) wordwrap(2,true,'<br>') wordcount"
    " urlencode tojson filesizeformat filesizeformat(true) round(-1) int(0,16) number number('0.00') percent"
    " number('#,##0.###;(#)') currency('EUR') currency('JPY','¤¤\u00a0#,##0.0')".split(" ")
)
_METHODS = st.sampled_from(
    "upper() lower() title() capitalize() casefold() strip() lstrip() removeprefix('a') replace('a','xyz') center(5)"
    " ljust(4,'ß') rjust(7)".split(" ")
)
_SLICES = st.sampled_from(
    ["[:3]", "[2:]", "[-2:]", "[:-1]", "[1:3]", "[::2]", "[::-1]", "[0]", "[-1]", "[5:2]", "[-4:2]"]
)
_FORMATS = st.sampled_from(["%s", "%d", "%.2f", "%5s!", "%03d", "%+d", "%-6s|", "%.0f", "100%% %s", "% d", "%5.1f"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(inner, _FILTERS).map(lambda p: f"({p[0]})|{p[1]}"),
        st.tuples(st.sampled_from(["s", "b8", "code", "z", "(s ~ 'ß!')"]), _METHODS).map(".".join),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) ~ ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) + ({p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) - ({p[1]})"),
        st.tuples(inner, _SMALL).map(lambda p: f"({p[0]}) * {p[1]}"),
        st.tuples(inner, _SMALL).map(lambda p: f"({p[0]}) // {p[1]}"),
        st.tuples(inner, _SMALL).map(lambda p: f"({p[0]}) % {p[1]}"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) / ({p[1]})"),
        st.tuples(inner, _SLICES).map(lambda p: f"({p[0]}){p[1]}"),
        st.tuples(inner, inner, CONDITIONS).map(lambda p: f"({p[0]} if {p[2]} else {p[1]})"),
        st.tuples(inner, CONDITIONS).map(lambda p: f"({p[0]} if {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} or {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} and {p[1]})"),
        st.tuples(_FORMATS, inner).map(lambda p: f"('{p[0]}' % ({p[1]}))"),
        st.tuples(_FORMATS, inner).map(lambda p: f"('{p[0]}'|format({p[1]}))"),
        st.lists(inner, max_size=3).map(lambda p: f"[{', '.join(p)}]|join('+')"),
    )


CONDITIONS = st.sampled_from(
    [
        "b",
        "not b",
        "n > 3",
        "n == 1",
        "e == 'x'",
        "e is none",
        "o.nick is defined",
        "xs",
        "s and b",
        "z",
        "'a' in s",
        "xs|length > 1",
    ]
)
EXPRESSIONS = st.recursive(_ATOMS, _grown, max_leaves=5)

_PIECES = st.sampled_from(["Hi ", "a\\nb", "ß, ", "😀", "\\u00e9", ": ", ""])


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    loops = st.sampled_from(
        [
            "x in xs",
            "x in xs if x",
            "x in os|map(attribute='name')",
            "x in ['a', s]",
            "x in range(3)",
            "x in 'ab'",
            "x in range(n)",
            "x, v in os|groupby('name')",
            "x in xs|slice(2)|map('join')",
        ]
    )
    turn = st.sampled_from(
        [
            "{{ x }}",
            "{{ x }}{% if not loop.last %}, {% endif %}",
            "{{ loop.index }}. {{ x|upper }}",
            "{{ '; ' if not loop.first }}{{ x }}",
            "{{ loop.cycle('odd', x) }}",
            "{% if loop.first %}{{ s }}{% else %}{{ x }}{% endif %}",
            "{{ loop.length }}{{ loop.revindex0 }}",
        ]
    )
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(CONDITIONS, inner).map(lambda p: f"{{% if {p[0]} %}}{p[1]}{{% endif %}}"),
        st.tuples(CONDITIONS, inner, inner).map(lambda p: f"{{% if {p[0]} %}}{p[1]}{{% else %}}{p[2]}{{% endif %}}"),
        st.tuples(CONDITIONS, CONDITIONS, inner, inner).map(
            lambda p: f"{{% if {p[0]} %}}{p[2]}{{% elif {p[1]} %}}{p[3]}{{% endif %}}"
        ),
        st.tuples(loops, turn).map(lambda p: f"{{% for {p[0]} %}}{p[1]}{{% endfor %}}"),
        st.tuples(loops, turn, inner).map(lambda p: f"{{% for {p[0]} %}}{p[1]}{{% else %}}{p[2]}{{% endfor %}}"),
        st.tuples(loops, inner).map(lambda p: f"{{% for {p[0]} %}}{p[1]}{{% endfor %}}"),
        st.tuples(inner, inner).map(lambda p: f"{{% set v %}}{p[0]}{{% endset %}}{{{{ v }}}}{{{{ v|upper }}}}{p[1]}"),
        st.tuples(EXPRESSIONS, inner).map(lambda p: f"{{% set w = {p[0]} %}}{{{{ w }}}}{p[1]}{{{{ w|upper }}}}"),
        inner.map(lambda p: f"{{% filter upper %}}{p}{{% endfilter %}}"),
        inner.map(lambda p: f"{{% with y = s %}}{p}{{{{ y }}}}{{% endwith %}}"),
        st.tuples(inner, EXPRESSIONS).map(
            lambda p: (
                f"{{% macro m(a, c='q') %}}{p[0]}{{{{ a }}}}{{{{ c }}}}{{% endmacro %}}"
                f"{{{{ m({p[1]}) }}}}{{{{ m(s, c=2)|title }}}}"
            )
        ),
        st.tuples(inner, inner).map(
            lambda p: (
                f"{{% macro k() %}}[{{{{ caller() }}}}]{p[0]}{{% endmacro %}}{{% call k() %}}{p[1]}{{% endcall %}}"
            )
        ),
    )


BODIES = st.recursive(
    st.one_of(_PIECES, EXPRESSIONS.map(lambda e: f"{{{{ {e} }}}}"), EXPRESSIONS.map(lambda e: f"{{{{ {e} }}}}")),
    _statements,
    max_leaves=5,
)
