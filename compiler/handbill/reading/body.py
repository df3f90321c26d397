"""A body read back: its messages, and what of it they do not say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from mimetypes import guess_type
from typing import Any

from ..channels import Channel
from ..gateways import gateway
from ..message import read
from ..tree import Leaf, Tree, fill, pointer_of
from ..validate import schema
from .generic import generic
from .lesson import Lesson, lesson
from .marked import Pieces, marked
from .message import message_of
from .parts import REFUSED, bare, leaves, parts, place
from .probes import TYPES
from .shapes import Path

_CLEAR = 0.5  # the part of a body's texts that a message must say for the body to count as such a message
_UNSAID = {"notification": {"language": "und"}}  # what a message needs and some bodies do not say

Json = dict[str, Any]
Leaves = frozenset[tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class Read:
    """The messages of a body. `unread` are its texts that they do not say, by JSON pointer; `known` is false for a
    body whose form is not recognised: its texts, pictures and buttons are as found."""

    messages: tuple[Json, ...]
    unread: tuple[tuple[str, str], ...] = ()
    known: bool = True
    texts: tuple[dict[str, Pieces], ...] = ()  # for each message: those with inline markup, by JSON pointer


@dataclass(frozen=True, slots=True)
class _Reading:
    message: Json
    taken: frozenset[Path]  # the places of the body that are in it


def read_body(body: Any, channel: Channel, via: str) -> Read:
    """What a body shows, whoever made it. It never fails."""
    try:
        own = bare(body, channel, via)
        whole = [(part, _reading(part, channel, via)) for part in parts(own, channel, via)]
        made = [each for part, found in whole for each in ([found.message] if found is not None else generic(part))]
    except RecursionError:  # nested deeper than any message
        return Read(({"template_type": "text", "text": ""},), (), known=False)
    readings = [found for _, found in whole if found is not None]
    if len(readings) < len(whole):
        return Read(tuple(made), known=False)
    plain = [marked(message, part, channel, via) for message, (part, _) in zip(made, whole, strict=True)]
    said = {text for each in plain for _, text in _texts(each.message)}
    told = {pair for each in _emitted(made, channel, via) for pair in _texts(each)}
    taken = {place(path, index, channel, via) for index, found in enumerate(readings) for path in found.taken}
    taken |= {place(path, index, channel, via) for index, each in enumerate(plain) for path, _ in each.beside}
    unread = [
        (pointer_of(path), text)
        for path, text in _texts(own)
        if text not in said and path not in taken and (path, text) not in told
    ]
    messages = tuple(each.message for each in plain)
    return Read(messages, tuple(unread), texts=tuple(each.texts for each in plain))


def _reading(body: Any, channel: Channel, via: str) -> _Reading | None:
    """The message that comes nearest to a body when it is emitted; None when none does."""
    theirs = _leaves(body)
    nearest: tuple[Leaves, _Reading] | None = None
    for template_type in TYPES:
        for reading in _readings(template_type, lesson(template_type, channel, via), body):
            apart = _apart(theirs, reading.message, channel, via)
            if apart is not None and (nearest is None or len(apart) < len(nearest[0])):
                nearest = apart, reading
            if apart is not None and not apart:
                return reading
    if nearest is None:
        return None
    apart, reading = nearest
    strange = [path for path, _ in apart if path not in reading.taken]  # a text may be written in another way
    return reading if len(strange) <= 2 * _CLEAR * len(theirs) else None


def _readings(template_type: str, known: Lesson, body: Any) -> Iterator[_Reading]:
    """What a body says as a message of a type: with its copies, without, and without a field that may be another."""
    seen: list[Json] = []
    for without, copies in product((None, *sorted(known.vague)), (True, False)):
        message, taken = message_of(known, body, copies=copies, without=without)
        if template_type == "media" and "url" in message:
            message.setdefault("kind", _kind(str(message["url"])))
        if message and message not in seen:
            seen.append(message)
            yield _Reading({"template_type": template_type, **message}, frozenset(taken))


def _kind(url: str) -> str:
    kind = str(guess_type(url)[0] or "image/").partition("/")[0]
    return kind if kind in ("image", "video", "audio") else "file"


def _apart(theirs: Leaves, message: Json, channel: Channel, via: str) -> Leaves | None:
    """In which leaves a body differs from what is made of a message; None when nothing can be made of it."""
    full = {**_UNSAID.get(message["template_type"], {}), **message}
    if not schema("message.schema.json").is_valid(full):
        return None
    ours = [part for body in _emitted([full], channel, via) for part in parts(body, channel, via)]
    return min((theirs ^ _leaves(bare(each, channel, via)) for each in ours), key=len, default=None)


def _emitted(messages: list[Json], channel: Channel, via: str) -> list[Any]:
    try:
        full = [{**_UNSAID.get(each["template_type"], {}), **each} for each in messages]
        return [fill(tree, ()) for tree in gateway(via).emit([read(_tree(each)) for each in full], channel, None)]
    except REFUSED:
        return []


def _tree(value: Any, pointer: str = "") -> Tree:
    """A message as constants."""
    if isinstance(value, dict):
        return {key: _tree(child, f"{pointer}/{key}") for key, child in value.items()}
    if isinstance(value, list):
        return [_tree(child, f"{pointer}/{index}") for index, child in enumerate(value)]
    return Leaf(pointer, value)


def _leaves(value: Any) -> Leaves:
    return frozenset((path, repr(leaf)) for path, leaf in leaves(value))  # 1 is not true


def _texts(value: Any) -> Iterator[tuple[Path, str]]:
    return ((path, leaf) for path, leaf in leaves(value) if isinstance(leaf, str) and leaf)
