"""Any valid message, any channel, the policy `adapt`: a payload that passes, or errors; and every loss is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from gateways.strategies import TEMPLATE_TYPES, messages
from handbill.channels import CHANNELS, channel
from handbill.diagnostic import Severity
from handbill.gateways import GATEWAYS
from handbill.judge import Judge
from handbill.lowering import Ladder, Plan, Words, plan
from handbill.tree import Leaf, Tree, fill
from handbill.validate import schema
from hypothesis import given, settings
from hypothesis import strategies as st

ROUTES = [
    (name, via)
    for name in CHANNELS
    for via in ("genesys-event", "direct")
    if GATEWAYS[via].reaches(channel(name)) is None
]
JUDGES = {(name, via): Judge(channel(name), GATEWAYS[via]) for name, via in ROUTES}
MESSAGES = st.sampled_from(TEMPLATE_TYPES).flatmap(messages)


def tree_of(value: Any, pointer: str = "") -> Tree:
    """A message as a template's text gives it: constants."""
    if isinstance(value, dict):
        return {key: tree_of(child, f"{pointer}/{key}") for key, child in value.items()}
    if isinstance(value, list):
        return [tree_of(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    return Leaf(pointer, value)


def holes_of(value: Any, values: list[Any], pointer: str = "") -> Tree:
    """The same with a hole for every text that may have one."""
    if isinstance(value, dict):
        return {key: holes_of(child, values, f"{pointer}/{key}") for key, child in value.items()}
    if isinstance(value, list):
        return [holes_of(child, values, f"{pointer}/{index}") for index, child in enumerate(value)]
    if pointer.rpartition("/")[2] in ("template_type", "kind"):
        return Leaf(pointer, value)
    values.append(value)
    return Leaf(pointer, parts=(len(values) - 1,), bare=True)


def lowered(route: tuple[str, str], tree: Tree) -> Plan:
    name = route[0]
    return plan(tree, Ladder(JUDGES[route], channel(name), Words({}, name)))


def bodies_of(route: tuple[str, str], made: Plan, values: list[Any]) -> list[Any]:
    name, via = route
    return [fill(tree, values) for tree in GATEWAYS[via].emit(made.messages, channel(name), None)]


def fits(route: tuple[str, str], made: Plan, values: list[Any]) -> bool:
    """Whether there are no errors in what goes out."""
    found = [f for each in made.judged if each.sent for f in JUDGES[route].of_message(fill(each.tree, values))]
    return all(f.violation.severity is not Severity.ERROR for f in found)


def assets(message: Any) -> Iterator[tuple[str, str]]:
    """What a message can do, by kind."""
    for node, owner in _objects(message):
        for key, value in node.items():
            if key == "url":
                yield ("image" if owner == "image" or "kind" in node else "link"), value
            elif key in ("phone", "subtitle", "image_url", "start", "value"):
                kind = {"phone": "call", "image_url": "image", "start": "reply", "value": "reply"}.get(key, key)
                yield kind, value


def _objects(node: Any, owner: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    if isinstance(node, dict):
        yield node, owner
        for key, child in node.items():
            if key not in ("fallback", "metadata", "parameters"):
                yield from _objects(child, key)
    elif isinstance(node, list):
        for child in node:
            yield from _objects(child)


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from texts(child)
    elif isinstance(node, str):
        yield node


@pytest.mark.parametrize("route", ROUTES, ids="-".join)
@given(message=MESSAGES)
@settings(max_examples=20)
def test_a_payload_or_an_error(route: tuple[str, str], message: Any) -> None:
    check(route, message)


@pytest.mark.slow
@pytest.mark.parametrize("route", ROUTES, ids="-".join)
@given(message=MESSAGES)
@settings(max_examples=400)
def test_very_many(route: tuple[str, str], message: Any) -> None:
    check(route, message)


def check(route: tuple[str, str], message: Any) -> None:
    made = lowered(route, tree_of(message))
    neutral = [fill(tree, ()) for tree in made.sent]
    assert schema("message.schema.json").is_valid(neutral), "what lowering makes is a message"
    [one] = made.lowered
    if fits(route, made, []):
        bodies = bodies_of(route, made, [])
        rules = JUDGES[route].payload.schema
        assert all(rules.is_valid(body) for body in bodies) or route[1] == "direct"  # has rules on whole bodies
        if one.rung != "fallback":
            nothing_is_gone(message, neutral, one)
    values: list[Any] = []
    same = lowered(route, holes_of(message, values))
    assert [fill(tree, values) for tree in same.sent] == neutral, "structural: holes make no difference"


def nothing_is_gone(message: Any, neutral: list[Any], one: Any) -> None:
    """Every image, link, reply, call and subtitle is there, in its role or in a text, or counted as lost."""
    lost = {loss.kind: len(loss.leaves) for loss in one.losses}
    there = Counter(asset for each in neutral for asset in assets(each))
    said = "\n".join(texts(neutral))
    frames = [message[key] for key in ("header", "footer", "text", "title") if key in message]
    assert lost.get("detail") or all(text in said for text in frames)
    buttons = [b for node, _ in _objects(message) for b in node.get("buttons", ())]
    assert all(b[key] in said for b in buttons for key in ("url", "phone") if key in b), (
        "what a button does is written out"
    )
    gone: Counter[str] = Counter()
    for kind, value in assets(message):
        if there[kind, value]:
            continue
        if kind in ("link", "call", "subtitle") and value in said:
            continue
        gone[kind] += 1
    assert all(lost.get(kind, 0) >= count for kind, count in gone.items()), (gone, lost)
