"""What a form sends, as a context: the name of a control says what its text is and where in the context it stands.

t/first_name   text                                  b/gift         true or false
T/first_name   text, left out when it is empty       c/size         one of a list, as JSON
N/first_name   text, null when it is empty           j/extra        JSON
n/days         a number                              l/stores       how many items a list has
                                                     o/stores/0     an object
Whatever a stranger's page or a hand sends is a context, too: what breaks the contract is told by the contract.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..diagnostic import Diagnostic, Label
from ..marks import MAX_DEPTH, NUMBER, Path, Unreadable, number, plain
from ..source import Source, Span
from ..template import unreadable
from ..tree import pointer_of

HERE = "the form"  # what findings call it
KINDS = "tTNnbcjlo"
WHOLE = "json"  # the control that has the whole context as JSON
ADD, REMOVE = "add", "remove"  # buttons; their values are the path of a list, and of an item
ITEMS = 500  # that a list in a form may have
_LEFT_OUT = object()


@dataclass(frozen=True, slots=True)
class Read:
    """A context, and what could not be read: by the path of the control, () for all of it."""

    values: dict[str, Any]
    unread: dict[Path, Diagnostic] = field(default_factory=dict)
    text: str | None = None  # the whole context as it was written, when that was sent


def is_context(name: str) -> bool:
    """Whether a control of this name is part of a context."""
    return name in (WHOLE, ADD, REMOVE) or (name[1:2] == "/" and name[0] in KINDS)


def read(pairs: Iterable[tuple[str, str]], blank: Callable[[Path], Any] = lambda path: None) -> Read:
    """The context that these controls give; `blank` is a new item for the list at a path. Never fails."""
    given = list(pairs)
    whole = dict(given).get(WHOLE)
    if whole is not None:
        return _whole(whole)
    form = _Form(given, blank)
    return Read(form.object(()), form.unread)


def path_of(pointer: str) -> Path:
    """`/stores/0/name` as steps; one of digits only is a place in a list."""
    steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
    return tuple(int(step) if step.isascii() and step.isdigit() and len(step) < 5 else step for step in steps)


class _Form:
    def __init__(self, pairs: list[tuple[str, str]], blank: Callable[[Path], Any]) -> None:
        self.unread: dict[Path, Diagnostic] = {}
        self._blank = blank
        self._added = {path_of(text) for name, text in pairs if name == ADD}
        self._removed = {path_of(text) for name, text in pairs if name == REMOVE}
        self._controls: dict[Path, tuple[str, str]] = {}
        self._within: dict[Path, dict[str | int, None]] = {}  # what each path has, in the order of the form
        for name, text in pairs:
            path = path_of(name[1:]) if name[:1] in KINDS and name[1:2] == "/" else ()
            if path and len(path) <= MAX_DEPTH:
                self._controls[path] = name[0], text.replace("\r\n", "\n")
                self._within.setdefault(path[:-1], {})[path[-1]] = None

    def object(self, path: Path) -> dict[str, Any]:
        found = {str(step): self._value((*path, step)) for step in self._within.get(path, ())}
        return {step: value for step, value in found.items() if value is not _LEFT_OUT}

    def _value(self, path: Path) -> Any:
        kind, text = self._controls.get(path, ("o", ""))
        if kind == "o":
            return self.object(path)
        if kind == "l" and (text or path in self._added):
            return self._list(path, text)
        if kind == "N":
            return text or None
        if not text and kind != "t":
            return _LEFT_OUT
        return text if kind in "tT" else self._json(path, kind, text)

    def _list(self, path: Path, text: str) -> list[Any]:
        count = min(int(text), ITEMS) if text.isascii() and text.isdigit() and len(text) < 5 else 0
        items = [(*path, index) for index in range(count) if (*path, index) not in self._removed]
        values = [self._value(item) for item in items]
        made = [None if value is _LEFT_OUT else value for value in values]  # it is being written
        return [*made, self._blank(path)] if path in self._added else made

    def _json(self, path: Path, kind: str, text: str) -> Any:
        try:
            if kind == "n":
                return number(text.strip(), 0) if NUMBER.fullmatch(text.strip()) else text
            return plain(_read_json(text))
        except Unreadable as problem:
            if kind == "j":
                self.unread[path] = _not_json(problem, text, pointer_of(path))
            return text


def _whole(text: str) -> Read:
    if not text.strip():
        return Read({}, text=text)
    try:
        value = plain(_read_json(text))
    except Unreadable as problem:
        return Read({}, {(): _not_json(problem, text, "")}, text)
    if isinstance(value, dict):
        return Read(value, text=text)
    label = Label(Span(Source(HERE, text), 0, len(text)), "values are given by name: {…}")
    return Read({}, {(): Diagnostic("bad-data-file", "Data is not an object", label)}, text)


def _read_json(text: str) -> Any:
    from ..read_json import read_json

    return read_json(text)


def _not_json(problem: Unreadable, text: str, pointer: str) -> Diagnostic:
    found = unreadable(Source(HERE, text), problem)
    name = pointer.split("/")[1] if pointer else ""
    return Diagnostic(
        found.code, found.title, found.label, text=found.text, hint=found.hint, pointer=pointer,
        parameters=(name,) if name else (),
    )  # fmt: skip
