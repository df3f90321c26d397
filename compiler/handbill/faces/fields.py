"""The fields of a message as a template asks for them: escaped, marked, and none forgotten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from markupsafe import Markup, escape

from ..tree import escape as step
from .marking import Mark
from .writing import FOLD, Pieces, address, folded, rich, visible


class Sheet:
    """One drawing: what is marked, and what has been shown. `notes`, at the foot, may be those of several drawings."""

    def __init__(self, marks: Sequence[Mark], texts: Mapping[str, Pieces], ids: str, notes: list[Mark]) -> None:
        self.texts = texts
        self.shown: set[str] = set()
        self._ids = ids
        self._notes = notes  # without their paths, in the order they are numbered
        self._marks: dict[str, list[Mark]] = {}
        for mark in marks:
            self._marks.setdefault(mark.path, []).append(mark)

    def marked(self, path: str) -> dict[int, Mark]:
        """The marks at a path, by their number."""
        return {self._number(mark): mark for mark in self._marks.get(path, ())}

    def finish(self) -> None:
        """Number the marks of what was not drawn."""
        for path in self._marks:
            self.marked(path)

    def note(self, number: int) -> str:
        """The id of a note; none where drawings have no ids."""
        return f"{self._ids}n{number}" if self._ids else ""

    def _number(self, mark: Mark) -> int:
        note = replace(mark, path="")
        if note not in self._notes:
            self._notes.append(note)
        return self._notes.index(note) + 1


class Field:
    """A value of the message and where it stands. `field["text"]` is a part of it, false when it is not there."""

    __slots__ = ("path", "sheet", "value")

    def __init__(self, value: Any, path: str, sheet: Sheet) -> None:
        self.value = value
        self.path = path
        self.sheet = sheet

    def __getitem__(self, key: str) -> Field:
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return Field(value, f"{self.path}/{step(key)}", self.sheet)

    def __bool__(self) -> bool:
        return self.value is not None and self.value != "" and self.value != [] and self.value != {}

    def __len__(self) -> int:
        return len(self.value) if isinstance(self.value, list) else 0

    def __iter__(self) -> Iterator[Field]:
        for index, child in enumerate(self.value if isinstance(self.value, list) else ()):
            yield Field(child, f"{self.path}/{index}", self.sheet)

    def __eq__(self, other: object) -> bool:
        return bool(self.value == other)

    __hash__ = None  # type: ignore[assignment]

    @property
    def text(self) -> str:
        """As plain text; it counts as shown."""
        self.sheet.shown.add(self.path)
        return visible(self.value)

    @property
    def raw(self) -> str:
        """As it is, for an attribute that a script reads; it does not count as shown."""
        return visible(self.value)

    @property
    def address(self) -> str:
        """Where it leads, when that is a link that may be followed."""
        return address(self.value)

    @property
    def items(self) -> list[tuple[str, Field]]:
        return [(key, self[key]) for key in self.value] if isinstance(self.value, Mapping) else []

    def __html__(self) -> Markup:
        """The text, escaped, with its inline markup and its marks."""
        return self._written(linked=True)

    @property
    def label(self) -> Markup:
        """The same within something that can be tapped, where no link may stand."""
        return self._written(linked=False)

    @property
    def box(self) -> Markup:
        """The same for an address, which is in the way when it is long."""
        return self._written(linked=True, fold=LONG)

    @property
    def refs(self) -> Markup:
        """The numbers of the notes about it, for what is no text itself."""
        return Markup("").join(self._reference(number) for number in self.sheet.marked(self.path))

    def _written(self, linked: bool, fold: int = FOLD) -> Markup:
        self.sheet.shown.add(self.path)
        pieces = self.sheet.texts.get(self.path)
        shown = visible(self.value)
        written = folded(rich(pieces) if pieces else escape(shown), len(shown), fold)
        marks = self.sheet.marked(self.path)
        if not marks:
            return written
        worst = min((mark.kind for mark in marks.values()), key=_KINDS.index)
        tag = Markup("s" if worst == "dropped" else "span")
        refs = self.refs if linked else Markup("").join(Markup(_NUMBER).format(number) for number in marks)
        return Markup('<{} class="hb-marked hb-is-{}">{}</{}>{}').format(tag, worst, written, tag, refs)

    def _reference(self, number: int) -> Markup:
        note = self.sheet.note(number)
        return Markup(_LINK).format(note, number, number) if note else Markup(_NUMBER).format(number)


LONG = 200  # characters of an address that are seen at once
_NUMBER = '<sup class="hb-ref">{}</sup>'
_LINK = '<sup class="hb-ref"><a href="#{}" aria-label="note {}">{}</a></sup>'
_KINDS = ("error", "dropped", "cut", "warning", "info")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar of a message and where it stands, in order."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from leaves(child, f"{path}/{step(str(key))}")
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from leaves(child, f"{path}/{index}")
    elif value is not None:
        yield path, value
