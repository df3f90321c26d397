"""What is reached, by what, and why the rest is not."""

from __future__ import annotations

import pytest

from .exploring import explore

FRONT = """\
params:
  vip: {type: boolean}
  n: {type: integer, minimum: 0, maximum: 9}
  tier: {enum: [gold, silver]}
  name: {type: string, maxLength: 30}
  code: {type: string, pattern: "^[A-Z]{2}-[0-9]{4}$"}
  nick: {type: [string, "null"]}
  xs: {type: array, maxItems: 4, items: {type: string}}
  one: {type: array, minItems: 1, maxItems: 1, items: {type: string}}
  user: {type: object, properties: {age: {type: integer, minimum: 0}, city: {type: string}}, required: [age]}
  items:
    type: array
    items: {type: object, properties: {ok: {type: boolean}, price: {type: number}}, required: [ok, price]}
  late: {type: boolean, default: false}
examples:
  default:
    {vip: false, n: 3, tier: silver, name: Zoë, code: AB-1234, nick: null, xs: [a], one: [b], user: {age: 30},
     items: [{ok: true, price: 1}]}
"""

REACHED = [
    "{% if vip %}a{% endif %}",
    "{% if not vip %}a{% else %}b{% endif %}",
    "{% if n > 7 %}a{% elif n == 5 %}b{% elif n < 1 %}c{% else %}d{% endif %}",
    "{% if 2 < n <= 3 %}a{% endif %}",
    "{% if tier == 'gold' %}a{% endif %}",
    "{% if tier in ['gold', 'bronze'] %}a{% endif %}",
    "{% if name == 'Bob' %}a{% elif name != 'Ann' %}b{% else %}c{% endif %}",
    "{% if name %}a{% endif %}",
    "{% if name | length > 20 %}a{% endif %}",
    "{% if name | lower == 'bob' %}a{% endif %}",
    "{% if code == 'XY-9999' %}a{% endif %}",
    "{% if nick is none %}a{% elif nick %}b{% else %}c{% endif %}",
    "{% if user.city is defined %}a{% endif %}",
    "{% if user.city is defined and user.city == 'Rome' %}a{% endif %}",
    "{% if user.age >= 65 or vip %}a{% endif %}",
    "{% if user['age'] == 18 %}a{% endif %}",
    "{% if late %}a{% endif %}",
    "{{ 'a' if vip else 'b' }}",
    "{{ ('a' if n > 8 else 'b') if vip else ('c' if late else 'd') }}",
    "{% for x in xs %}{{ x }}{% endfor %}",
    "{% for x in xs %}{{ x }}{% else %}none{% endfor %}",
    "{% for x in xs[:3] %}{{ x }}{% endfor %}",
    "{% for x in xs | sort %}{{ x }}{% endfor %}",
    "{% for x in xs %}{% if loop.first %}a{% elif loop.last %}b{% else %}c{% endif %}{% endfor %}",
    "{% for x in xs %}{% if loop.index == 4 %}a{% endif %}{% endfor %}",
    "{% if xs %}a{% endif %}",
    "{% if xs | length > 3 %}a{% endif %}",
    "{% for i in items %}{% if not i.ok %}a{% elif i.price > 100 %}b{% endif %}{% endfor %}",
    "{% for i in items if i.ok %}a{% else %}b{% endfor %}",
    "{% if items[0].ok %}a{% endif %}",
    "{% set big = n > 7 %}{% if big and vip %}a{% endif %}",
    "{% with m = n %}{% if m == 9 %}a{% endif %}{% endwith %}",
    "{% macro f(a, b=1) %}{% if a %}x{% elif b == 2 %}y{% endif %}{% endmacro %}{{ f(vip) }}{{ f(late, b=n) }}",
    "{% if vip %}{% if n == 8 %}{% if tier == 'gold' %}{% if late %}deep{% endif %}{% endif %}{% endif %}{% endif %}",
    "{% if n * 2 == 8 %}a{% endif %}",
    "{% if n is divisibleby 9 %}a{% endif %}",
    "{% if n is odd %}a{% endif %}",
    "{% for k in range(n) %}a{% endfor %}",
    "{% if locale == 'en' %}a{% endif %}",
]


@pytest.mark.parametrize("body", REACHED)
def test_all_of_it_is_reached(tmp_path, body):
    found = explore(tmp_path, FRONT, body)
    assert found.reached.arms
    assert found.missed == {}
    assert found.by_examples < len(found.reached.arms) or not found.contexts
    rules = found.explorer.rules
    assert all(rules.holds(rules.complete(context)) for context in found.contexts)


MISSED = [
    ("{% if n > 5 and n < 3 %}a{% endif %}", "`if n > 5 and n < 3`",
     "no context of the contract makes `n > 5 and n < 3` true"),
    ("{% if n > 9 %}a{% endif %}", "`if n > 9`", "no context of the contract makes `n > 9` true"),
    ("{% if n >= 0 %}a{% else %}b{% endif %}", "`else`", "no context of the contract makes `n >= 0` false"),
    ("{% if n > 5 %}{% if n < 2 %}a{% endif %}{% endif %}", "`if n < 2`",
     "no context of the contract makes `n < 2` true where the conditions before it allow it"),
    ("{% if tier == 'bronze' %}a{% endif %}", "`if tier == 'bronze'`",
     "no context of the contract makes `tier == 'bronze'` true"),
    ("{% if name is none %}a{% endif %}", "`if name is none`",
     "no context of the contract makes `name is none` true"),
    ("{% if nam is defined %}a{% endif %}", "`if nam is defined`",
     "no context of the contract makes `nam is defined` true"),
    ("{% if xs | length > 4 %}a{% endif %}", "`if xs | length > 4`",
     "no context that was tried makes `xs | length > 4` true"),
    ("{% if xs | sum == 3 %}a{% endif %}", "`if xs | sum == 3`", "depends on the filter `sum`"),
    ("{% if n ** 2 == 50 %}a{% endif %}", "`if n ** 2 == 50`", "depends on what a template computes"),
    ("{% if channel.name == 'sms' %}a{% endif %}", "`if channel.name == 'sms'`",
     "no context of the contract makes `channel.name == 'sms'` true on messenger"),
    ("{% macro f(a) %}{% if a %}x{% else %}y{% endif %}{% endmacro %}", "`if a`",
     "the macro `f` is called nowhere"),
    ("{% if n > 9 %}{{ 'a' if vip else 'b' }}{% endif %}", "`… if vip`", "what it stands in is not reached"),
    ("{% for x in one %}{% if loop.index == 2 %}a{% endif %}{% endfor %}", "`if loop.index == 2`",
     "no context of the contract makes `loop.index == 2` true"),
    ("{{ 1 // 0 }}{% if vip %}a{% endif %}", "`if vip`", "with every value that was tried, the render ends before"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "what", "why"), MISSED)
def test_why_it_is_not_reached(tmp_path, body, what, why):
    assert explore(tmp_path, FRONT, body).missed[what] == why


def test_what_a_contract_rules_out_and_nobody_wrote_does_not_count(tmp_path):
    found = explore(
        tmp_path, FRONT, "{% for x in one %}{{ x }}{% endfor %}{% for y in ['a', 'b'] %}{{ y }}{% endfor %}"
    )
    assert [arm.key[2] for arm in found.reached.arms] == [1, 2]  # one turn; more than one
    assert found.missed == {}


def test_a_condition_on_the_channel(tmp_path):
    body = "{% if channel.name == 'sms' %}{% if vip %}a{% endif %}{% endif %}"
    found = explore(tmp_path, FRONT, body, channels=("messenger", "sms"))
    assert found.missed == {}
    assert found.by_examples == 3


def test_places_are_exact(tmp_path):
    body = 'x\n  {% if vip %}a{%- elif n == 4 -%}\n b{% else %}c{% endif %}{{ "p" if late else "q" }}'
    body += "{% for x in xs %}{% endfor %}"
    arms = explore(tmp_path, FRONT, body).reached.arms
    assert [(arm.kind, arm.span.text) for arm in arms] == [
        ("if", "if vip"),
        ("elif", "n == 4"),
        ("else", "else"),
        ("then", "late"),
        ("else", "late"),
        ("loop", "for x in xs"),
        ("loop", "for x in xs"),
        ("loop", "for x in xs"),
    ]
    lines = {arm.span.source.position(arm.span.start)[0] - FRONT.count("\n") - 2 for arm in arms}
    assert lines == {2, 3}


def test_other_files_count_as_far_as_they_are_run(tmp_path):
    body = (
        "{% import '_m.j2' as m %}{% from '_m.j2' import g %}{{ m.f(vip) }}{% include '_p.j2' %}{% extends '_b.j2' %}"
    )
    found = explore(
        tmp_path,
        FRONT,
        body,
        _m__j2="".join(f"{{% macro {name}(a) %}}{{{{ 'x' if a else 'y' }}}}{{% endmacro %}}" for name in "fg"),
        _p__j2="{% if tier == 'gold' %}{{ name }}{% endif %}",
        _b__j2="{% block a %}{% if n == 7 %}z{% endif %}{% endblock %}",
    )
    places = [arm.key[0] for arm in found.reached.arms]
    assert sorted(places) == ["_b.j2"] * 2 + ["_m.j2"] * 2 + ["_p.j2"] * 2
    assert found.missed == {}


def test_no_contract(tmp_path):
    found = explore(tmp_path, "examples: {default: {vip: true}}\n", "{% if vip %}a{% else %}b{% endif %}")
    assert found.missed == {"`else`": "depends on `vip`; the template has no `params`"}


def test_twice_the_same(tmp_path):
    body = "".join(REACHED)
    first, second = (explore(tmp_path / name, FRONT, body) for name in ("a", "b"))
    assert first.contexts == second.contexts
    assert first.missed == second.missed
    assert len(first.contexts) <= first.explorer.figures["contexts"]


def test_a_template_that_is_too_much_work_is_given_up(tmp_path):
    loops = "{% for a in range(500) %}" * 3 + "{% endfor %}" * 3
    found = explore(tmp_path, FRONT, f"{loops}{{% if vip %}}a{{% endif %}}{{% if late %}}b{{% endif %}}")
    assert found.missed["`if late`"] in (
        "with every value that was tried, the render ends before",
        "it would take too much work to look for it",
    )
