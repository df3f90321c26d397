"""Reads and writes a place in a body by its JSON pointer (RFC 6901)."""

from __future__ import annotations

from typing import Any


def at(tree: Any, pointer: str) -> Any:
    """The value there; None where there is none."""
    for step in _steps(pointer):
        if isinstance(tree, dict):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return None
    return tree


def text_at(tree: Any, pointer: str) -> str:
    """The text or number there, as text; "" where there is something else."""
    value = at(tree, pointer)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def put(tree: dict[str, Any], pointer: str, value: Any) -> None:
    """Write a value there, unless the place is taken. What stands above it is made; a number is a place in a list."""
    above: Any = tree
    steps = _steps(pointer)
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        new = value if following is None else [] if following.isdigit() else {}
        if isinstance(above, list):
            if int(step) == len(above):
                above.append(new)
            above = above[int(step)]
        elif isinstance(above, dict):
            above = above.setdefault(step, new)
        else:
            return


def without(tree: Any, pointer: str) -> Any:
    """A copy that lacks what is there."""
    first, *rest = _steps(pointer)
    if not isinstance(tree, dict) or first not in tree:
        return tree
    if rest:
        return {**tree, first: without(tree[first], "/" + "/".join(rest))}
    return {name: value for name, value in tree.items() if name != first}


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
