"""Any message as a template whose texts are all values, lowered: the stamp gives the bytes of the ordinary way.

And what comes out has passed the payload's schema, or there is an error: never both, never a crash.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gateways.strategies import TEMPLATE_TYPES, messages
from handbill.channels import CHANNELS, channel
from handbill.diagnostic import Severity
from handbill.gateways import GATEWAYS
from handbill.pipeline import Compiler, Result, to_json
from handbill.project import open_project
from handbill.validate import schema
from hypothesis import given, settings
from hypothesis import strategies as st

ROUTES = [
    (name, via)
    for name in CHANNELS
    for via in ("genesys-event", "direct")
    if GATEWAYS[via].reaches(channel(name)) is None
]
ANY = st.tuples(st.sampled_from(ROUTES), st.sampled_from(TEMPLATE_TYPES).flatmap(messages))
NUMBERS = ("latitude", "longitude", "duration")


def as_template(message: Any, values: list[Any]) -> str:
    """A template of the message, with a hole for every text."""

    def write(node: Any, key: str = "") -> str:
        if isinstance(node, dict):
            return "{" + ", ".join(f"{json.dumps(k)}: {write(v, k)}" for k, v in node.items()) + "}"
        if isinstance(node, list):
            return "[" + ", ".join(map(write, node)) + "]"
        if key in ("template_type", "kind", "index"):
            return json.dumps(node)
        values.append(node)
        hole = f"{{{{ v[{len(values) - 1}] }}}}"
        return hole if isinstance(node, int | float) else f'"{hole}"'

    # names from metadata and from an approved template's parameters may hold anything, Jinja's signs too
    plain = {k: v for k, v in message.items() if k not in ("metadata", "parameters")}
    return write(plain)


def both_ways(folder: Path, route: tuple[str, str], message: Any) -> None:
    name, via = route
    values: list[Any] = []
    folder.joinpath("templates").mkdir(parents=True, exist_ok=True)
    folder.joinpath("templates", "m.json.j2").write_text(as_template(message, values), encoding="utf-8")
    compiler = Compiler(open_project(folder), policy="adapt")
    long = [
        f"{value}{'x' * 30}" if isinstance(value, str) and not value.startswith("http") else value for value in values
    ]
    contexts = [{"v": values}, {"v": long}, {"v": values}]
    slow = [compiler.compile("m", name, via, context) for context in contexts]
    for made, fast in zip(slow, compiler.many("m", name, via, contexts), strict=True):
        errors = [d for d in made.diagnostics if d.severity is Severity.ERROR]
        assert made.ok != bool(errors)
        if made.ok:
            rules = schema(GATEWAYS[via].schema(channel(name)))
            assert all(rules.is_valid(body) for body in made.bodies or [])
        if isinstance(fast, Result):
            assert fast.bodies == made.bodies
            assert [(d.code, d.pointer) for d in fast.diagnostics] == [(d.code, d.pointer) for d in made.diagnostics]
        else:
            assert fast == to_json(made.payload, compact=True)
            assert {d.code for d in made.diagnostics} <= {d.code for d in slow[0].diagnostics}, "told already"


@given(case=ANY)
@settings(max_examples=60)
def test_both_ways(tmp_path_factory: pytest.TempPathFactory, case: tuple[tuple[str, str], Any]) -> None:
    both_ways(tmp_path_factory.getbasetemp() / "lowered", *case)


@pytest.mark.slow
@given(case=ANY)
@settings(max_examples=3000)
def test_both_ways_very_often(tmp_path_factory: pytest.TempPathFactory, case: tuple[tuple[str, str], Any]) -> None:
    both_ways(tmp_path_factory.getbasetemp() / "lowered", *case)
