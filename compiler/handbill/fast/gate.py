"""A contract of plain parameters as one expression of Python, which says yes to nearly every context.

Where it does not say yes, the contract itself is asked: this is only a short cut to what that says. A
contract with lists and objects in it is asked at once; `jsonschema-rs` is faster for them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, cast

from ..contracts import ContextRules
from ..keywords import ANNOTATIONS
from ..residue import IDLE

Gate: TypeAlias = Callable[[Mapping[str, Any]], bool]

# what a rule may have beside its type, as an expression of a value v and a limit
_LENGTHS = {"minLength": "len({v}) >= {limit}", "maxLength": "len({v}) <= {limit}"}
_SIZES = {"minimum": "{v} >= {limit}", "maximum": "{v} <= {limit}"}
_RULES: dict[str, tuple[str, dict[str, str]]] = {
    "string": ("type({v}) is str", _LENGTHS),
    "integer": ("type({v}) is int", _SIZES),
    "boolean": ("type({v}) is bool", {}),
}
_MOST = 50  # parameters


def gate(rules: ContextRules) -> Gate:
    """Whether a context keeps the contract: what `rules.holds` says."""
    contract = rules.template.contract
    written = [_written(name, rule) for name, rule in contract.params.items()] if contract.has_params else []
    if not written or not all(written) or len(written) > _MOST:
        return rules.holds
    expression = " and ".join([f"len(given) == {len(written)}", *map(str, written)])
    lines = [
        "def holds(given):",
        "    try:",
        f"        return ({expression}) or ask(given)",
        "    except KeyError:",
        "        return ask(given)",
    ]
    namespace: dict[str, Any] = {"ask": rules.holds}
    exec("\n".join(lines), namespace)
    return cast("Gate", namespace["holds"])


def _written(name: str, rule: Any) -> str | None:
    """One parameter's rule; None for one that is not plain."""
    if not isinstance(rule, dict) or rule.get("type") not in _RULES:
        return None
    kind, limits = _RULES[rule["type"]]
    value = f"given[{name!r}]"
    tests = [kind.format(v=value)]
    for keyword, limit in rule.items():
        if keyword in limits and type(limit) is int:
            tests.append(limits[keyword].format(v=value, limit=limit))
        elif keyword not in ANNOTATIONS | IDLE and keyword != "type":
            return None
    return " and ".join(tests)
