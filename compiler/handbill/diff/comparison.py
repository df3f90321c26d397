"""Two sides compared: template by template, target by target; which one was renamed, what does not compile."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from ..diagnostic import Diagnostic
from ..tree import pointer_of
from ..units import Segments
from .compare import Change, compare
from .lengths import Limit
from .sides import Made, Side, Target

_NEAR = 0.6  # of a file's text, for it to be another one under a new name
_WHOLE: Target = ("", "", "")  # of a template that cannot be read, there are no targets


@dataclass(frozen=True, slots=True)
class Length:
    """How long a text was and is, in the unit of its limit; `most` is None where there is none."""

    unit: str
    before: int | None
    after: int | None
    most: int | None


@dataclass(frozen=True, slots=True)
class Detail:
    change: Change
    length: Length | None = None  # of texts


@dataclass(frozen=True, slots=True)
class Parts:
    """What a message costs as SMS: its parts, each encoding once."""

    before: int
    after: int
    encodings_before: tuple[str, ...]
    encodings_after: tuple[str, ...]


Status = Literal["changed", "added", "removed", "broken", "mended", "failing"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One target of a template. `failing` is no difference, and is told all the same."""

    target: Target
    status: Status
    details: tuple[Detail, ...] = ()
    parts: Parts | None = None
    problems: tuple[Diagnostic, ...] = ()  # of the side that does not compile


@dataclass(frozen=True, slots=True)
class Compared:
    """One template."""

    name: str
    was: str  # its name at the revision; empty for a new one
    status: Literal["new", "removed", "renamed", "changed", "same"]
    differences: tuple[Difference, ...]
    payloads: int  # that the project makes of it now; of a removed one, that it made

    @property
    def differs(self) -> bool:
        return self.status in ("new", "removed", "renamed") or any(d.status != "failing" for d in self.differences)


def compared(before: Side, after: Side, old: Sequence[str], new: Sequence[str]) -> Iterator[Compared]:
    """The templates of these names, those at the revision and those now, in the order of their names now."""
    renamed = _renamed(
        before, after, [n for n in old if n not in after.names], [n for n in new if n not in before.names]
    )
    gone = [name for name in old if name not in after.names and name not in renamed.values()]
    every = {*new, *(name for name in old if name in after.names), *gone}
    for name in sorted(every):
        was = renamed.get(name, name if name in before.names else "")
        there = before.made(was) if was else {}
        here = after.made(name) if name in after.names else {}
        differences = tuple(_differences(there, here))
        status: Literal["new", "removed", "renamed", "changed", "same"] = (
            "new" if not was else "removed" if name in gone else "renamed" if was != name else "same"
        )
        if status == "same" and any(d.status != "failing" for d in differences):
            status = "changed"
        yield Compared(name, was, status, differences, sum(bool(target[0]) for target in here or there))


def _renamed(before: Side, after: Side, old: Collection[str], new: Collection[str]) -> dict[str, str]:
    """New name → old name, for texts that are near; the nearest first."""
    near: list[tuple[float, str, str]] = []
    texts = {name: before.text(name) for name in old}
    for name in new:
        text = after.text(name)
        for was, its in texts.items():
            matcher = SequenceMatcher(None, its, text, autojunk=False)
            if matcher.real_quick_ratio() >= _NEAR and matcher.quick_ratio() >= _NEAR and matcher.ratio() >= _NEAR:
                near.append((-matcher.ratio(), name, was))
    found: dict[str, str] = {}
    for _, name, was in sorted(near):
        if name not in found and was not in found.values():
            found[name] = was
    return found


def _differences(before: dict[Target, Made], after: dict[Target, Made]) -> Iterator[Difference]:
    if _WHOLE in before or _WHOLE in after:
        made = after.get(_WHOLE) or before[_WHOLE]
        now_ok, was_ok = _WHOLE not in after, _WHOLE not in before
        status: Status = "mended" if now_ok and after else "removed" if now_ok else "broken" if was_ok else "failing"
        yield Difference(
            _WHOLE, "added" if status == "broken" and not before else status, problems=tuple(made.problems)
        )
        return
    for target in dict.fromkeys((*after, *before)):
        was, now = before.get(target), after.get(target)
        if was is None or now is None:
            there = now or was
            assert there is not None
            yield Difference(
                target, "added" if was is None else "removed", problems=tuple(there.problems), parts=_parts(was, now)
            )
        elif was.ok and now.ok:
            if details := tuple(_details(was, now)):
                yield Difference(target, "changed", details, _parts(was, now))
        elif was.ok or now.ok:
            yield Difference(
                target, "broken" if was.ok else "mended", problems=tuple((now if was.ok else was).problems)
            )
        elif now.problems:
            yield Difference(target, "failing", problems=tuple(now.problems))


def _details(was: Made, now: Made) -> Iterator[Detail]:
    changes = compare(was.payload, now.payload)
    texts = [change for change in changes if isinstance(change.before, str) or isinstance(change.after, str)]
    before, after = (was.limits(), now.limits()) if texts else ({}, {})
    for change in changes:
        limit = after.get(pointer_of(change.path)) or before.get(pointer_of(change.before_path))
        yield Detail(change, _length(change, limit))


def _length(change: Change, limit: Limit | None) -> Length | None:
    texts = [value for value in (change.before, change.after) if value is not None]
    if change.kind == "moved" or not texts or not all(isinstance(text, str) for text in texts):
        return None
    limit = limit or Limit(0, "maxLength", "characters")
    before, after = (limit.size(text) if isinstance(text, str) else None for text in (change.before, change.after))
    return Length(limit.unit, before, after, limit.most or None)


def _parts(was: Made | None, now: Made | None) -> Parts | None:
    before, after = _segments(was), _segments(now)
    if not before and not after:
        return None
    return Parts(_sum(before), _sum(after), _encodings(before), _encodings(after))


def _segments(made: Made | None) -> list[Segments]:
    explained = made.checked.result.explained if made and made.ok else None
    return explained.parts() if explained else []


def _sum(segments: Iterable[Segments]) -> int:
    return sum(each.parts for each in segments)


def _encodings(segments: Iterable[Segments]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.encoding for each in segments))
