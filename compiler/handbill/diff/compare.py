"""What is different between two payloads: fields by their paths, items of lists by what they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Path = tuple[str | int, ...]
Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `path` leads to it in the new payload, of what is gone in the old one."""

    kind: Kind
    path: Path
    before_path: Path
    before: Any = None  # plain JSON
    after: Any = None


def compare(before: Any, after: Any) -> list[Change]:
    """Every difference, in the order of the new payload. An item that was put between others is one change."""
    return list(_compare(before, after, (), ()))


def _compare(before: Any, after: Any, was: Path, now: Path) -> Iterator[Change]:
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in after.items():
            if key in before:
                yield from _compare(before[key], value, (*was, key), (*now, key))
            else:
                yield Change("added", (*now, key), (*was, key), after=value)
        for key in (key for key in before if key not in after):
            yield Change("removed", (*now, key), (*was, key), before=before[key])
    elif isinstance(before, list) and isinstance(after, list):
        yield from _items(before, after, was, now)
    else:
        yield Change("changed", now, was, before, after)


def _items(before: list[Any], after: list[Any], was: Path, now: Path) -> Iterator[Change]:
    pairs = match(before, after)
    stayed = _longest_rising([pairs[at] for at in sorted(pairs)])
    for at, item in enumerate(after):
        if at not in pairs:
            yield Change("added", (*now, at), was, after=item)
            continue
        old = pairs[at]
        if old not in stayed:
            yield Change("moved", (*now, at), (*was, old), before[old], item)
        yield from _compare(before[old], item, (*was, old), (*now, at))
    matched = set(pairs.values())
    for old, item in enumerate(before):
        if old not in matched:
            yield Change("removed", (*was, old), (*was, old), before=item)


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are the same; 1 and true are not, nor are 1 and 1.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)


# what an item is known by, the surest first: what comes back when it is tapped, then where it leads, then its words
_NAMES = (
    ("id", "value", "payload", "postback", "postbackData", "postback_data", "callback_data", "action_id", "data"),
    ("url", "uri", "link", "src", "phone", "phone_number", "mediaUrl", "contentUrl"),
    ("title", "text", "label", "name", "caption", "displayText", "message"),
)
_DEEP = 4  # steps from an item down to what it is known by


def match(before: Sequence[Any], after: Sequence[Any]) -> dict[int, int]:
    """Which item of a list was which: place in `after` → place in `before`."""
    pairs: dict[int, int] = {}
    left = set(range(len(before)))

    def pair(at: int, old: int) -> None:
        pairs[at] = old
        left.discard(old)

    for at, item in enumerate(after):
        old = next((old for old in sorted(left, key=lambda o: abs(o - at)) if same(before[old], item)), None)
        if old is not None:
            pair(at, old)
    for names in _NAMES:
        old_by = _unique({old: _known_by(before[old], names) for old in left})
        new_by = _unique({at: _known_by(after[at], names) for at in range(len(after)) if at not in pairs})
        for mark, at in new_by.items():
            if mark in old_by:
                pair(at, old_by[mark])
    for at, item in enumerate(after):
        if at not in pairs and (near := _nearest(item, before, left, at)) is not None:
            pair(at, near)
    return pairs


def _known_by(item: Any, names: Sequence[str]) -> tuple[Any, ...]:
    """The texts and numbers of the fields of these names."""
    found = [(path[-1], value) for path, value in leaves(item, _DEEP) if path and path[-1] in names]
    return tuple((name, value) for name, value in found if isinstance(value, str | int | float))


def _unique(marks: dict[int, tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    """Those that one item alone is known by."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for at, mark in marks.items():
        if mark:
            found.setdefault(mark, []).append(at)
    return {mark: places[0] for mark, places in found.items() if len(places) == 1}


def _nearest(item: Any, before: Sequence[Any], left: set[int], at: int) -> int | None:
    """Of what is left, the item that is most like this one, if it is like it at all."""
    if not isinstance(item, dict | list):  # of bare texts, the one in the same place
        return at if at in left and not isinstance(before[at], dict | list) else None
    scored = [(_alike(item, before[old]), -abs(old - at), old) for old in left]
    best = max(scored, default=None)
    return best[2] if best and best[0] >= 0.5 else None


def _alike(a: Any, b: Any) -> float:
    """How much of two values is the same, from 0 to 1: half for the same fields, half for the same values."""
    mine, theirs = dict(leaves(a)), dict(leaves(b))
    every = len(mine.keys() | theirs.keys())
    if not every:
        return float(type(a) is type(b))
    shared = mine.keys() & theirs.keys()
    equal = sum(same(mine[path], theirs[path]) for path in shared)
    return (len(shared) + equal) / (2 * every) + (0.01 if equal else -0.3)


def leaves(value: Any, deep: int = 100, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every scalar in a value with its path; an empty object or list is one, too."""
    if isinstance(value, dict | list) and value and deep:
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(child, deep - 1, (*path, step))
    else:
        yield path, value


def _longest_rising(places: Sequence[int]) -> set[int]:
    """The most of these numbers that stand in rising order: those that did not move."""
    best: list[tuple[int, ...]] = []  # the longest run that ends in each
    for at, place in enumerate(places):
        earlier = [best[i] for i in range(at) if places[i] < place]
        best.append((*_longest(earlier), place))
    return set(_longest(best))


def _longest(runs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return max(runs, key=lambda run: len(run), default=())
