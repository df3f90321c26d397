"""Templates made at random of what the fast way covers, and contexts that some of them like."""

from __future__ import annotations

from random import Random
from typing import Any

_LEAVES = (
    "a", "b", "n", "flag", "o.k", "o.z", "o['k']", "x", "y.k", "s", "maybe", "channel.name", "locale", "n + 1", "-n",
    "n * 2", "xs|length", "loop.index", "n / 4", "n // 2", "3 - n", "'c'", "1", "2.5", "true", "none", "a", "n", "x",
)  # fmt: skip
_EXPRESSIONS = (
    "{0}", "{0}", "{0}", "{0}|upper", "{0}|default('d')", "{0}|default('d', true)", "{0} ~ {1}", "{0} + {1}",
    "{0}|trim", "({0} if {1} else {2})", "({0} if {1})", "{0}|length", "{0}|replace('a', 'b')", "{0} or {1}",
    "{0} and {1}", "not {0}", "{0} == {1}", "{0} < {1}", "{0} in xs", "{0} not in ['c', a]", "{0} is defined",
    "{0} is not defined", "{0} is none", "{0} is string", "{0}|truncate(5)", "{0}|int", "{0}|round(1)",
    "xs|join('-')", "{0}[0]", "{0}|capitalize", "ys|map(attribute='k')|join", "xs|first", "{0}|number",
    "{0} is divisibleby 2", "xs|sort|join",
)  # fmt: skip
_PLAIN = (
    "word ", "{{ EXP }}", "{{ EXP }}", "{{ EXP }}", "{% set s = EXP %}", "{% set t %}<{{ EXP }}>{% endset %}{{ t }}",
    "{{ shout(EXP) }}", "{{ shout(EXP, '?') }}", "{{ m.quoted(EXP) }}", "{% include 'part.j2' %}", "{{ _('Yes') }}",
    "{% trans v=EXP %}Dear {{ v }}{% endtrans %}",
    "{% trans num=n %}one {{ num }}{% pluralize %}many {{ num }} of {{ num }}{% endtrans %}",
)  # fmt: skip
_NESTED = (
    "{% if EXP %}BODY{% endif %}", "{% if EXP %}BODY{% elif EXP %}BODY{% else %}BODY{% endif %}",
    "{% if EXP %}{% set s = EXP %}{% endif %}{{ s }}", "{% for x in LIST %}BODY{% endfor %}",
    "{% for y in ys if y.k %}BODY{{ loop.last }}{% else %}BODY{% endfor %}",
    "{% for k, v in o.items() %}{{ k }}{{ v }}BODY{% endfor %}", "{% with s = EXP %}BODY{% endwith %}",
)  # fmt: skip
_LISTS = ("xs", "xs", "ys", "zs", "['p', 'q']", "xs|sort", "a", "xs|reverse")

FILES = {
    "_macros.j2": "{% macro quoted(t) %}'{{ t }}'{% endmacro %}",
    "part.j2": "{{ a }}{% if x is defined %}+{{ x }}{% endif %}{% set s = 'inside' %}",
}
HEAD = "{% import '_macros.j2' as m %}{% macro shout(t, end='!') %}{{ t|upper }}{{ end }}{% endmacro %}"


def body(random: Random, depth: int = 2) -> str:
    """Statements, three at most, one inside the other `depth` times at most."""
    return "".join(_statement(random, depth) for _ in range(random.randint(1, 3)))


def _statement(random: Random, depth: int) -> str:
    made = random.choice(_PLAIN + _NESTED if depth else _PLAIN)
    while "BODY" in made:
        made = made.replace("BODY", body(random, depth - 1), 1)
    while "LIST" in made:
        made = made.replace("LIST", random.choice(_LISTS), 1)
    while "EXP" in made:
        made = made.replace("EXP", _expression(random, 2), 1)
    return made


def _expression(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.3:
        return random.choice(_LEAVES)
    return random.choice(_EXPRESSIONS).format(*(_expression(random, depth - 1) for _ in range(3)))


_TEXTS = ("", "Zoë", 'q"', "back\\", "two\nlines", "🌻", "plain", "x" * 1990, "𝕏" * 30, "c", "王芳", "\ud800")


def contexts(random: Random, count: int = 5) -> list[dict[str, Any]]:
    """Some contexts, most of them alike, as those of a campaign are."""
    return [_context(random) for _ in range(count)]


def _context(random: Random) -> dict[str, Any]:
    def text() -> str:
        return random.choice(_TEXTS if random.random() < 0.3 else ("Ada", "Bo", "Iris 7"))

    def value() -> Any:
        return random.choice((text(), text(), random.randint(-3, 70), True, None, 2.5, 3.0))

    def thing() -> dict[str, Any]:
        optional = {"z": value(), "items": text()}
        return {"k": text(), **{name: each for name, each in optional.items() if random.random() < 0.2}}

    number = random.randint(0, 5) if random.random() < 0.9 else value()
    lists = {"xs": [text() for _ in range(random.randint(0, 3))], "ys": [thing() for _ in range(random.randint(0, 3))]}
    known = {
        "a": text(),
        "b": value(),
        "n": number,
        "flag": random.random() < 0.5,
        "o": thing(),
        "x": text(),
        "s": text(),
    }
    optional = {"maybe": value(), "zs": [value()], "y": thing()}
    return {**known, **lists, **{name: each for name, each in optional.items() if random.random() < 0.5}}
