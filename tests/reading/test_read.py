"""What was emitted is read back: for every channel, gateway and type, each text of the message is in what is drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from channels.cases import WHOLE
from gateways.strategies import TEMPLATE_TYPES, messages
from handbill.channels import channel
from handbill.faces import draw
from handbill.gateways import GATEWAYS
from handbill.judge import Judge
from handbill.message import read
from handbill.pipeline import Compiler
from handbill.project import shipped
from handbill.reading import Read, read_body
from handbill.reading.probes import TYPES, probes
from handbill.tree import Leaf, Tree, fill
from hypothesis import given, settings

ROUTES = [(name, via) for name in WHOLE for via, gateway in GATEWAYS.items() if gateway.reaches(channel(name)) is None]
MANY = [route for route in ROUTES if route[1] == "direct" or route[0] in ("open", "whatsapp")]
JUDGES = {(name, via): Judge(channel(name), GATEWAYS[via]) for name, via in ROUTES}
NO_TEXT = ("template_type", "kind", "metadata", "fallback", "mime", "timezone")
UNSAID = ("language", "start")  # not every body has the first, nor the second as it was written


def texts(value: Any) -> Iterator[str]:
    """What a message says and shows; not what it is called, nor what only machines read."""
    if isinstance(value, dict):
        for key, child in value.items():
            if key not in (*NO_TEXT, *UNSAID):
                yield from texts(child)
    elif isinstance(value, list):
        for child in value:
            yield from texts(child)
    else:
        yield str(value)


def tree_of(value: Any, pointer: str = "") -> Tree:
    if isinstance(value, dict):
        return {key: tree_of(child, f"{pointer}/{key}") for key, child in value.items()}
    if isinstance(value, list):
        return [tree_of(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    return Leaf(pointer, value)


def emitted(message: Any, name: str, via: str) -> list[Any]:
    return [fill(tree, ()) for tree in GATEWAYS[via].emit([read(tree_of(message))], channel(name), None)]


def again(message: Any, name: str, via: str) -> tuple[list[Read], list[str]]:
    """What its bodies are read as; and the texts of the message that are not in what is read."""
    found = [read_body(body, channel(name), via) for body in emitted(message, name, via)]
    said = "\0".join(text for each in found for m in each.messages for text in texts(m))
    return found, [text for text in texts(message) if text not in said]


@pytest.mark.parametrize(
    ("name", "via"), [each if each in MANY else pytest.param(*each, marks=pytest.mark.slow) for each in ROUTES], ids=str
)
def test_every_probe_that_the_channel_shows_is_read_whole(name: str, via: str) -> None:
    """Of every form that a message can have on the channel, one; longer lists than those that were learned from."""
    forms: dict[str, Any] = {}
    for template_type in TYPES:
        for message in probes(template_type):
            if not JUDGES[name, via].likes(message):
                continue
            shape = json.dumps(_shape(emitted(message, name, via)))
            forms.setdefault(shape, message)
    assert forms
    for message in forms.values():
        found, missing = again(message, name, via)
        assert missing == []
        assert all(each.known for each in found)


def _shape(value: Any) -> Any:
    """A body without its texts."""
    if isinstance(value, dict):
        return {key: _shape(child) for key, child in value.items()}
    return [_shape(child) for child in value] if isinstance(value, list) else None


@pytest.mark.parametrize("template_type", TEMPLATE_TYPES)
def test_any_message_is_read_and_drawn(template_type: str) -> None:
    @settings(max_examples=12)
    @given(messages(template_type))
    def check(message: Any) -> None:
        for name, via in MANY:
            if not JUDGES[name, via].likes(message):
                continue
            found, missing = again(message, name, via)
            assert missing == [], (name, via)
            for each in found:
                assert all(str(draw(one, channel(name), live=True)) for one in each.messages)

    check()


def test_the_shipped_templates_are_read_whole() -> None:
    compiler = Compiler(shipped())
    read_back = 0
    for checked in compiler.check(compiler.project.names()):
        for body in checked.result.bodies or ():
            found = read_body(body, channel(checked.channel), "genesys-event")
            assert (found.known, found.unread) == (True, ())
            read_back += 1
    assert read_back > 20
