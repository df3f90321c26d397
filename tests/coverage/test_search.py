"""Whatever conditions a template has: what any context reaches is reached, or there is a reason that holds."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

from handbill.coverage.sites import sites
from hypothesis import given, settings
from hypothesis import strategies as st

from .exploring import explorer

FRONT = """\
params:
  a: {type: boolean}
  b: {type: boolean, default: true}
  n: {type: integer, minimum: 0, maximum: 4}
  m: {type: integer, minimum: 2, maximum: 3}
  tier: {enum: [gold, silver, none]}
  name: {type: string, maxLength: 3}
  xs: {type: array, maxItems: 2, items: {type: object, properties: {ok: {type: boolean}, k: {type: integer, minimum: 0, maximum: 1}}, required: [ok]}}
examples:
  default: {a: true, n: 1, m: 2, tier: silver, name: Zoë, xs: []}
"""  # noqa: E501

ITEMS = [{"ok": ok, **({} if k is None else {"k": k})} for ok in (True, False) for k in (None, 0, 1)]
LISTS = [[], *([item] for item in ITEMS), *([a, b] for a in ITEMS for b in (ITEMS[0], ITEMS[5]))]
DOMAINS: dict[str, list[Any]] = {
    "a": [True, False],
    "b": [True, False],
    "n": [0, 1, 2, 3, 4],
    "m": [2, 3],
    "tier": ["gold", "silver", "none"],
    "name": ["", "Zoë", "Bob", "x"],
    "xs": LISTS,
}

atoms = st.one_of(
    st.sampled_from(["a", "b", "not a", "name", "xs", "tier == 'gold'", "tier != 'none'", "tier in ['gold', 'tin']"]),
    st.sampled_from(["name == 'Bob'", "name is none", "xs | length > 1", "c is defined", "n % 2 == 1", "n > m"]),
    st.sampled_from(["n | abs == 3", "name | upper == 'BOB'", "m - n > 2", "xs[0].ok", "1 < n < 3"]),
    st.builds(
        "{} {} {}".format, st.sampled_from("nm"), st.sampled_from(["==", "!=", "<", ">=", ">"]), st.integers(-1, 5)
    ),
)
inner = st.sampled_from(
    ["x.ok", "not x.ok", "x.k is defined", "x.k is defined and x.k == 1", "loop.first", "loop.last"]
)


def joined(conditions: Any) -> Any:
    return st.one_of(
        conditions,
        st.builds("({}) and ({})".format, conditions, conditions),
        st.builds("({}) or ({})".format, conditions, conditions),
        st.builds("not ({})".format, conditions),
    )


def bodies(conditions: Any, depth: int) -> Any:
    text = st.sampled_from(["t", "{{ n }}"])
    if depth == 0:
        return text
    below = bodies(conditions, depth - 1)
    whole = joined(conditions)
    return st.one_of(
        text,
        st.builds("{{{{ 'p' if {} else 'q' }}}}".format, whole),
        st.builds("{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format, whole, below, below),
        st.builds("{{% if {} %}}{}{{% elif {} %}}{}{{% endif %}}".format, whole, below, whole, below),
        st.builds("{{% for x in xs %}}{}{{% endfor %}}".format, bodies(st.one_of(atoms, inner), 1))
        if depth > 1
        else text,
        st.builds("{{% for x in xs %}}{{% if {} %}}t{{% endif %}}{{% endfor %}}".format, joined(inner)),
        st.builds("{}{}".format, below, below),
    )


@settings(max_examples=60)
@given(bodies(atoms, 3))
def test_what_any_context_reaches_is_reached_or_there_is_a_reason(body: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = explorer(Path(folder), FRONT, body)
        reached = made.explore()
        why = {arm.key: said for arm, said in reached.missed}
        for arm in sites(made.tracer, made.template.source.path, made._all).arms:
            assert arm.key in made._all or arm.key in why or not arm.written
        never = {key for key, said in why.items() if said.startswith("no context of the contract")}
        never |= {arm.key for arm in _arms(made) if arm.key not in made._all and arm.key not in why}
        names = list(DOMAINS)
        contexts = itertools.islice(itertools.product(*DOMAINS.values()), 0, None, 37)
        for values in contexts:
            context = dict(zip(names, values, strict=True))
            found, _ = made.tracer.trace(made.template, {**context, **made.places[0]})
            assert not found & never, (context, {key: why.get(key) for key in found & never})


def _arms(made: Any) -> list[Any]:
    return sites(made.tracer, made.template.source.path, made._all).arms


@settings(max_examples=60)
@given(bodies(atoms.filter(lambda each: each not in HARD), 2))
def test_simple_conditions_are_always_solved(body: str) -> None:
    """Of conditions that compare one parameter with constants, whatever a context reaches is reached."""
    with tempfile.TemporaryDirectory() as folder:
        made = explorer(Path(folder), FRONT, body)
        made.explore()
        names = list(DOMAINS)
        for values in itertools.islice(itertools.product(*DOMAINS.values()), 0, None, 41):
            context = dict(zip(names, values, strict=True))
            found, whole = made.tracer.trace(made.template, {**context, **made.places[0]})
            assert not whole or found <= made._all, context


HARD = ("n > m", "m - n > 2", "xs[0].ok")
