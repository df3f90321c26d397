"""What goes out of a compiled message, as messages that can be drawn, with what is to be said of each field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from ..approved import Approvals
from ..approved.shape import Shape
from ..channels import Channel
from ..diagnostic import Diagnostic, Failed
from ..gateways import Gateway
from ..lowering import Explained, Loss, Lowered
from ..lowering.written import written
from ..markup import Span, pieces_of
from ..message import Message
from ..result import Result
from ..tree import Leaf, NotText, Part, Tree, as_text, fill, fill_leaf, walk
from .drawing import Drawing, drawn, together
from .looks import Cut, look
from .marking import Mark, said
from .writing import Pieces

_WHOLE = ("", "/template_type")  # pointers to what is said of all of a message
_LOSSES = frozenset(f"lost-{kind}" for kind in ("image", "link", "reply", "call", "subtitle", "detail"))


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the customer gets it."""

    message: Mapping[str, Any]  # neutral, plain JSON
    channel: Channel
    marks: tuple[Mark, ...] = ()
    texts: Mapping[str, Pieces] = field(default_factory=dict)  # those with inline markup, by JSON pointer
    approved: Shape | None = None  # of a notification
    locale: str = ""

    def draw(self, *, ids: str = "", live: bool = False, bare: bool = False) -> Markup:
        """As `draw` does."""
        notes: list[Mark] = []
        return together([self.drawn(notes, ids, live, bare)], self.channel, notes, ids=ids, bare=bare)

    def drawn(self, notes: list[Mark], ids: str = "", live: bool = False, bare: bool = False) -> Drawing:
        return drawn(
            self.message, self.channel, notes, locale=self.locale, marks=() if bare else self.marks, ids=ids,
            live=live, texts=self.texts, approved=self.approved,
        )  # fmt: skip


def phone(messages: Sequence[Shown], *, ids: str = "", live: bool = False, bare: bool = False) -> Markup:
    """The messages of one channel, at least one, in the frame of a phone, what is said of them below it."""
    return framed(messages, messages[0].channel, ids=ids, live=live, bare=bare)[0]


def framed(
    messages: Sequence[Shown],
    channel: Channel,
    *,
    ids: str = "",
    live: bool = False,
    bare: bool = False,
    told: bool = True,
    empty: str = "",
) -> tuple[Markup, list[Mark]]:
    """The same, and what is said of the messages, as it is numbered.

    The note with the number 1 has the id `<ids>n1`. `told` is false where findings stand beside it already, and have
    these ids. `empty` is what the phone says when there are no messages.
    """
    notes: list[Mark] = []
    drawings = [each.drawn(notes, ids, live, bare) for each in messages]
    html = together(
        drawings, channel, notes, ids=ids, frame=True, bare=bare, told=told, empty="" if messages else empty,
        refused=any(mark.kind == "error" for each in messages for mark in each.marks),
    )  # fmt: skip
    return html, notes


def shown(result: Result, gateway: Gateway, approvals: Approvals | None = None, *, locale: str = "") -> list[Shown]:
    """What goes out, in order. Empty when nothing is known of it: a native template, or one that could not be read.

    What is wrong is drawn too, with marks: it is what would go out if the channel took it.
    """
    explained = result.explained
    if explained is None:
        return []
    told = [d for d in result.diagnostics if d.code not in _LOSSES]
    sequence = len(explained.plan.lowered) > 1
    found: list[Shown] = []
    for index, one in enumerate(explained.plan.lowered):
        own = [d for d in told if not sequence or not d.pointer or _within(d.pointer, f"/{index}")]
        for at, message in enumerate(one.after):
            losses = _losses(one, explained.values) if at == 0 else []
            found.append(_shown(message, one, own, losses, explained, gateway, approvals, locale))
    return found


def _shown(
    message: Message, one: Lowered, told: Sequence[Diagnostic], losses: Sequence[Mark], explained: Explained,
    gateway: Gateway, approvals: Approvals | None, locale: str,
) -> Shown:  # fmt: skip
    channel, values = explained.channel, explained.values
    tree = written(message)
    plain = _filled(tree, values)
    leaves = _leaves(tree)
    marks = [mark for d in told for mark in _marks(d, one, leaves)]
    marks += [*losses, *_cut(plain, channel)]
    texts = _texts(leaves, channel, gateway, values)
    approved = _approved(plain, channel, gateway, approvals)
    return Shown(plain, channel, tuple(dict.fromkeys(marks)), texts, approved, locale)


def _approved(
    message: Mapping[str, Any], channel: Channel, gateway: Gateway, approvals: Approvals | None
) -> Shape | None:
    if approvals is None or message["template_type"] != "notification":
        return None
    try:
        approved = approvals.approved(channel, gateway, message)
    except Failed:  # a list that is no list, which a check says
        return None
    return approved.shape if approved else None


def _filled(tree: Tree, values: Sequence[object]) -> dict[str, Any]:
    """The plain message; what cannot stand in a text shows as what it is."""
    try:
        return dict(fill(tree, values))
    except NotText:
        return dict(fill(tree, [v if isinstance(v, str | int | float) else repr(v) for v in values]))


def _leaves(tree: Tree) -> list[tuple[str, Leaf]]:
    found: list[tuple[str, Leaf]] = []
    walk(tree, lambda pointer, node: found.append((pointer, node)) if isinstance(node, Leaf) else None)
    return found


# ---- marks


def _marks(d: Diagnostic, one: Lowered, leaves: Sequence[tuple[str, Leaf]]) -> Iterator[Mark]:
    """A finding at each field that came of what it speaks of; of all of the message when there is none."""
    if "/fallback" in d.pointer and one.rung != "fallback":
        return
    inside = d.pointer.removeprefix(one.before.pointer)
    at = [place for place, leaf in leaves if d.pointer in _pointers(leaf)] if inside not in _WHOLE else []
    if not at and not one.changed and inside not in _WHOLE:
        at = [inside]
    for place in at or [""]:
        yield said(d, place)


def _pointers(leaf: Leaf) -> set[str]:
    inner = (_pointers(part) for part in leaf.parts or () if isinstance(part, Leaf))
    return {leaf.pointer}.union(*inner)


def _losses(one: Lowered, values: Sequence[object]) -> list[Mark]:
    used = one.fallback if one.rung == "fallback" and one.fallback else one
    return [_dropped(loss, values) for loss in used.losses]


def _dropped(loss: Loss, values: Sequence[object]) -> Mark:
    count = len(loss.leaves)
    names = ", ".join(loss.names)
    what = f"Not shown here: {count} × {names}" if count > 1 else f"Not shown here: {names}"
    return Mark("", "dropped", what, f"lost-{loss.kind}", " · ".join(_text(leaf, values) for leaf in loss.leaves))


def _text(leaf: Leaf, values: Sequence[object]) -> str:
    try:
        return as_text(fill_leaf(leaf, values))
    except NotText:
        return ""


def _cut(message: Mapping[str, Any], channel: Channel) -> Iterator[Mark]:
    """What the channel cuts without a word, by what its look says."""
    for cut in look(channel).cuts:
        for place, text in _places(message, cut.path.split("/")):
            if (size := _size(cut, text)) > cut.most:
                yield Mark(place, "cut", cut.said.format(most=cut.most, size=size))


def _size(cut: Cut, text: Any) -> int:
    return 1 + str(text).count("\n") if cut.lines else len(str(text))


def _places(value: Any, steps: Sequence[str], path: str = "") -> Iterator[tuple[str, Any]]:
    if not steps:
        yield path, value
    elif steps[0] == "*" and isinstance(value, list):
        for index, child in enumerate(value):
            yield from _places(child, steps[1:], f"{path}/{index}")
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _places(value[steps[0]], steps[1:], f"{path}/{steps[0]}")


def _within(pointer: str, above: str) -> bool:
    return pointer == above or pointer.startswith(f"{above}/")


# ---- inline markup


def _texts(
    leaves: Sequence[tuple[str, Leaf]], channel: Channel, gateway: Gateway, values: Sequence[object]
) -> dict[str, Pieces]:
    """The texts that the channel shows with inline markup: its own API alone knows it, in some fields."""
    if gateway.NAME != "direct":
        return {}
    marked = [(at, leaf) for at, leaf in leaves if leaf.marked is not None and at.rpartition("/")[2] in channel.marked]
    return {at: _pieces(pieces_of(leaf), channel.markup, values) for at, leaf in marked}


def _pieces(pieces: Sequence[Part | Span], kinds: frozenset[str], values: Sequence[object]) -> Pieces:
    made: list[str | dict[str, Any]] = []
    for piece in pieces:
        if not isinstance(piece, Span):
            made.append(_part(piece, values))
            continue
        content = _pieces(piece.content, kinds, values)
        url = "".join(_part(part, values) for part in piece.url)
        if piece.kind in kinds:
            made.append({"kind": piece.kind, "content": content, "url": url})
        else:  # as it is printed there: without the sign, a link with its address behind it
            made += [*content, *([f" ({url})"] if piece.kind == "link" and list(content) != [url] else [])]
    return made


def _part(part: Part, values: Sequence[object]) -> str:
    if isinstance(part, str):
        return part
    return _text(part if isinstance(part, Leaf) else Leaf("", parts=(part,)), values)
