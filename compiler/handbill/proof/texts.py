"""Texts of which the values are not known: how long they can get, and the sum that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TypeAlias

from .sizes import ENDLESS, NOTHING, Size, of_points, of_text

# Other bounds for parameters than the contract's, by path: what the largest one that fits is searched with.
Bounds: TypeAlias = Mapping[str, int]
_NONE: Bounds = {}


@dataclass(frozen=True, slots=True, eq=False)
class Lit:
    """Text that the template's author wrote."""

    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """A parameter that is a text, or a part of one: `first_name`, `stores[].name`."""

    path: str
    size: Size


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A value whose text is short in any case: a number, true or false."""

    path: str
    size: Size
    cause: str = ""  # when it has no bound


@dataclass(frozen=True, slots=True, eq=False)
class Sum:
    parts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Either:
    options: tuple[Text, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """One text for each turn of a loop, or each item of a list; `path` is the list's."""

    path: str
    most: float
    what: Text
    apart: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """What a filter makes of a text."""

    how: str  # "truncate(20)"
    what: Text
    effect: Callable[[Size], Size]
    usual: bool = True  # False: what it adds is rare, an escape for a sign that few texts have


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """What is the same whatever the values are in the JSON of a message: brackets, names, the author's own words."""

    size: Size


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A text that can have any length, and why: "the filter `wordwrap`"."""

    cause: str


Text: TypeAlias = "Lit | Given | Figure | Sum | Either | Times | Worked | Around | Unknown"
EMPTY = Lit("")


def sum_of(parts: list[Text]) -> Text:
    """Texts in order, constants beside each other as one."""
    made: list[Text] = []
    for part in parts:
        for each in part.parts if isinstance(part, Sum) else (part,):
            if isinstance(each, Lit) and made and isinstance(made[-1], Lit):
                made[-1] = Lit(made[-1].text + each.text)
            elif not (isinstance(each, Lit) and not each.text):
                made.append(each)
    return made[0] if len(made) == 1 else Sum(tuple(made)) if made else EMPTY


_HEAVY = 3000  # parts of one text
_LONG = 100_000  # characters of one constant


def heavy(text: Text) -> bool:
    """Whether a text has so many parts, shared ones counted as often as they stand there, that it is not followed."""
    waiting, seen = [text], 0
    while waiting:
        node = waiting.pop()
        seen += 1
        if seen > _HEAVY:
            return True
        match node:
            case Lit():
                if len(node.text) > _LONG:
                    return True
            case Sum():
                waiting += node.parts
            case Either():
                waiting += node.options
            case Times() | Worked():
                waiting.append(node.what)
            case _:
                pass
    return False


def size(text: Text, bounds: Bounds = _NONE, *, usual: bool = False) -> Size:
    """The largest size of a text. `usual`: as long as it has none of the signs that few texts have (`Worked.usual`)."""

    def of(part: Text) -> Size:
        return size(part, bounds, usual=usual)

    match text:
        case Lit():
            return of_text(text.text)
        case Given():
            found = text.size
            if text.path in bounds:
                room = bounds[text.path]
                found = found.within(room) if found.points < inf else _free(room)
            return found.usual() if usual else found
        case Figure() | Around():
            return text.size
        case Sum():
            total = NOTHING
            for part in text.parts:
                total = total.plus(of(part))
            return total
        case Either():
            found = of(text.options[0])
            for option in text.options[1:]:
                found = found.largest(of(option))
            return found
        case Times():
            most = bounds.get(text.path, text.most)
            total = of(text.what).times(most)
            return total if text.apart is None else total.plus(of(text.apart).times(most - 1))
        case Worked():
            inner = of(text.what)
            return inner if usual and not text.usual else text.effect(inner)
        case Unknown():
            return ENDLESS


def _free(points: int) -> Size:
    return of_points(points)


def causes(text: Text) -> Iterator[str]:
    """Why a text can have any length: parameters in ticks, filters."""
    if size(text).points < inf:
        return
    match text:
        case Given():
            yield f"`{text.path}`"
        case Figure() | Unknown():
            yield text.cause
        case Sum():
            for part in text.parts:
                yield from causes(part)
        case Either():
            for option in text.options:
                yield from causes(option)
        case Times():
            if text.most == inf:
                yield f"the number of `{text.path}`" if text.path else "the number of turns"
            yield from causes(text.what)
        case Worked():
            yield from causes(text.what)
        case _:
            pass


def givens(text: Text) -> Iterator[Given]:
    """The parameters in a text, each as often as it stands there."""
    match text:
        case Given():
            yield text
        case Sum():
            for part in text.parts:
                yield from givens(part)
        case Either():
            for option in text.options:
                yield from givens(option)
        case Times():
            yield from givens(text.what)
            if text.apart is not None:
                yield from givens(text.apart)
        case Worked():
            yield from givens(text.what)
        case _:
            pass


def paths(text: Text) -> Iterator[str]:
    """The paths of all parameters in a text."""
    match text:
        case Figure():
            yield text.path
        case Times():
            yield text.path
            yield from paths(text.what)
        case Sum():
            for part in text.parts:
                yield from paths(part)
        case Either():
            for option in text.options:
                yield from paths(option)
        case Worked():
            yield from paths(text.what)
        case Given():
            yield text.path
        case _:
            pass


def longest(text: Text, keyword: str) -> Text:
    """The text with the longest of each choice."""
    match text:
        case Sum():
            return sum_of([longest(part, keyword) for part in text.parts])
        case Either():
            return longest(max(text.options, key=lambda option: size(option).measured(keyword)), keyword)
        case Times():
            return Times(text.path, text.most, longest(text.what, keyword), text.apart)
        case _:
            return text


def arithmetic(text: Text, keyword: str) -> str:
    """The sum that shows how long a text can get: `“Hello ” 6 + first_name ≤ 30`."""
    chosen = longest(text, keyword)
    parts: Sequence[Text] = chosen.parts if isinstance(chosen, Sum) else [chosen]
    if len(parts) > _MOST_TERMS:
        return " + ".join(_summed_up(parts, keyword))
    return " + ".join(_term(part, keyword) for part in parts)


_MOST_TERMS = 8


def _summed_up(parts: Sequence[Text], keyword: str) -> Iterator[str]:
    """What the author wrote as one figure, and the rest; of very much, the largest."""
    own = [part for part in parts if isinstance(part, Lit)]
    rest: dict[str, list[Text]] = {}
    for part in parts:
        if not isinstance(part, Lit):
            rest.setdefault(_term(part, keyword), []).append(part)
    if own:
        yield f"the template's own text {_measure(sum_of([*own]), keyword)}"
    largest = sorted(rest, key=lambda term: -size(sum_of(rest[term])).measured(keyword))[: _MOST_TERMS - 2]
    for term in rest:
        if term in largest:
            times = len(rest[term])
            yield f"{times} × ({term})" if times > 1 else term
    others = [part for term, some in rest.items() if term not in largest for part in some]
    if others:
        yield f"the others {_measure(sum_of(others), keyword)}"


def _term(text: Text, keyword: str) -> str:
    amount = _measure(text, keyword)
    match text:
        case Lit():
            shown = text.text if len(text.text) <= 24 else f"{text.text[:11]}…{text.text[-11:]}"
            return f"“{shown}” {amount}".replace("\n", "↵")
        case Given():
            each = size(text).measured(keyword) / (size(text).points or 1)
            factor = f" × {int(each)}" if each in (2, 3, 4, 6) else ""
            return f"`{text.path}` ≤ {_whole(size(text).points)}{factor}" if factor else f"`{text.path}` ≤ {amount}"
        case Figure():
            return f"`{text.path}` ≤ {amount}" if text.path else f"a number ≤ {amount}"
        case Around():
            return f"the rest of the JSON {amount}"
        case Times():
            inner = arithmetic(text.what, keyword)
            between = f" with “{text.apart.text}” between" if isinstance(text.apart, Lit) and text.apart.text else ""
            return f"{_whole(text.most)} × ({inner}){between} ≤ {amount}"
        case Worked():
            of = longest(text.what, keyword)
            named = f"`{of.path}`" if isinstance(of, Given | Figure) and of.path else f"({arithmetic(of, keyword)})"
            return f"{named} by `{text.how}` ≤ {amount}"
        case _:
            return str(amount)


def _measure(text: Text, keyword: str) -> int | str:
    return _whole(size(text).measured(keyword))


def _whole(number: float) -> int | str:
    return "any" if number == inf else int(number)
