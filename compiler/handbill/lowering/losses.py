"""What a message says or can do, and what of that is gone when it has become another.

Found by comparing: each leaf of the message must be in what came of it, in its own role or written out in a text.
Leaves are told apart by what they are, not by what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..message import Media, Message
from ..tree import Leaf, Tree, walk
from .written import written

KINDS = ("image", "link", "reply", "call", "subtitle", "markup", "detail")  # `lost-<kind>` are the codes
_WRITTEN_OUT = frozenset({"link", "subtitle", "detail", "text"})  # as good as text; a number is no longer a button
_IGNORED = frozenset({"template_type", "kind", "button", "mime"})  # a list's own button; what no customer sees

_MEDIA = {"image": "image", "video": "video", "audio": "sound", "file": "file"}
_LABEL = "button label"  # of a button that is a row or another button now; gone with what it does, it is not counted
_DETAILS = {
    "alt": "alternative text",
    "filename": "file name",
    "timezone": "time zone",
    "duration": "duration",
    "latitude": "map",
    "longitude": "map",
}


@dataclass(frozen=True, slots=True)
class Loss:
    """What is gone, of one kind."""

    kind: str  # one of KINDS
    leaves: tuple[Leaf, ...]  # in order
    names: tuple[str, ...]  # what they are, each once: "image", "video"


@dataclass(frozen=True, slots=True)
class _Asset:
    leaf: Leaf
    pointer: str  # within the message
    role: str
    name: str


def lost(before: Message, after: Iterable[Message], carried: Iterable[Leaf]) -> list[Loss]:
    """What of a message is neither in the messages it has become nor written out in them (`carried`)."""
    there = {(id(asset.leaf), asset.role) for message in after for asset in _assets(message)}
    somewhere = {leaf for leaf, _ in there} | set(map(id, carried))
    gone = [
        asset
        for asset in _assets(before)
        if asset.role
        and (id(asset.leaf), asset.role) not in there
        and not (asset.role in _WRITTEN_OUT and asset.name != "map" and id(asset.leaf) in somewhere)
    ]
    pictures = {asset.pointer.rpartition("/")[0] for asset in gone if asset.role == "image"}
    told = [a for a in gone if not (a.name == _DETAILS["alt"] and a.pointer.rpartition("/")[0] in pictures)]
    told = [a for a in told if not a.pointer.endswith("/longitude")]  # one place is one map
    useless = {asset.pointer.rpartition("/")[0] for asset in gone if asset.role in ("link", "reply", "call")}
    told = [a for a in told if not (a.name == _LABEL and a.pointer.rpartition("/")[0] in useless)]
    return [_loss(kind, [a for a in told if _kind(a.role) == kind]) for kind in KINDS if _any(told, kind)]


def _any(assets: Sequence[_Asset], kind: str) -> bool:
    return any(_kind(asset.role) == kind for asset in assets)


def _kind(role: str) -> str:
    return "detail" if role == "text" else role


def _loss(kind: str, assets: Sequence[_Asset]) -> Loss:
    return Loss(kind, tuple(a.leaf for a in assets), tuple(dict.fromkeys(a.name for a in assets)))


def _assets(message: Message) -> list[_Asset]:
    """Every leaf, with what it is for."""
    medium = _MEDIA[str(message.kind.value)] if isinstance(message, Media) else ""
    found: list[_Asset] = []

    def visit(pointer: str, node: Tree) -> None:
        if isinstance(node, Leaf):
            found.append(_Asset(node, pointer, *_role(pointer, medium)))

    walk(written(message), visit)
    return found


def _role(pointer: str, medium: str) -> tuple[str, str]:
    """What a leaf is for, and what people call it; no role when it does not count. `medium`: what a medium is."""
    *above, last = pointer.split("/")[1:]
    around = above[-1] if above else ""
    if above[:1] == ["metadata"]:
        return "detail", "metadata"
    if last in _IGNORED:
        return "", ""
    if around.isdigit() and above[-2] == "buttons" and last == "text":
        return "detail", _LABEL
    if last in ("value", "start"):
        return "reply", "reply"
    if last == "image_url" or (last == "url" and around == "image"):
        return "image", "image"
    if last == "url":
        return ("image", medium) if medium and not above else ("link", "link")
    if last == "phone":
        return "call", "call"
    if last == "subtitle":
        return "subtitle", "subtitle"
    if last in _DETAILS:
        return "detail", _DETAILS[last]
    names = {"title": "section title"} if above[:1] == ["sections"] else {"header": "header", "footer": "footer"}
    return "text", names.get(last, "text")
