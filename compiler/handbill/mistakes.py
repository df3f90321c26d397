"""From errors to mistakes: what a schema says against a value, said once for each thing the author did wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .diagnostic import Severity, did_you_mean
from .keywords import Path, node_at


@dataclass(frozen=True, slots=True, eq=False)
class Violation:
    """One mistake in a value, in the terms of the schema it breaks."""

    keyword: str  # "maxLength"; "false" where nothing may stand; NOT_JSON has three more
    limit: Any  # the keyword's value
    path: Path  # into the value; an unknown key's own path, a missing key's parent
    value: Any  # what is there
    schema: dict[str, Any] = field(default_factory=dict)  # the one that holds the keyword
    annotations: dict[str, Any] = field(default_factory=dict)  # `x-…` and `description`, its own and its referrers'
    measured: int | None = None  # in `unit`
    allowed: int | None = None  # in `unit`
    unit: str = ""
    key: str = ""  # the key that is unknown or missing
    meant: str = ""  # the key that an unknown one was most likely meant to be
    severity: Severity = Severity.ERROR
    others: tuple[Path, ...] = ()  # related nodes: the first of two duplicates
    extra: dict[str, Any] = field(default_factory=dict)


# Where a value is nothing that JSON can hold.
NOT_JSON = ("lone-surrogate", "not-finite", "not-text-key")


# Of several errors at one place, the one whose mending most likely mends the others.
_ORDER = (
    ("false", "x-unsupported", "additionalProperties"),
    ("type",),
    ("const", "enum", "anyOf", "not"),
    ("minLength", "minItems", "minProperties"),
    ("pattern",),
)
_RANK = {keyword: rank for rank, group in enumerate(_ORDER) for keyword in group}
_FIELDS = ("required", "dependentRequired", "x-exactlyOne", "x-atLeastOne")
_BESIDE = frozenset(
    [*_FIELDS, "x-uniqueBy", "x-sameShape", "x-maxTotal", "x-maxTotalText", "x-maxJsonBytes", "uniqueItems"]
)
_NO_PLACE = _ORDER[0]
_NO_WORDS: Mapping[str, str] = {}


def settled(found: Iterable[Violation], root: Any) -> list[Violation]:
    """Each mistake once."""
    places: dict[Path, list[Violation]] = defaultdict(list)
    for violation in found:
        places[violation.path].append(violation)
    gone = {path for path, here in places.items() if any(v.keyword in _NO_PLACE for v in here)}
    kept: list[Violation] = []
    for path, here in places.items():
        if any(path[:length] in gone for length in range(len(path))):
            continue
        kept += _best(here)
    return _paired(kept, root)


def _best(here: list[Violation]) -> list[Violation]:
    """The most telling one about the node itself, and those about what it holds."""
    alone = [v for v in here if v.keyword not in _BESIDE]
    best = [min(alone, key=_telling_rank)] if alone else []
    if best and best[0].keyword in (*_NO_PLACE, "type"):
        return best
    beside = {(v.keyword, v.key, repr(v.others), repr(v.extra)): v for v in here if v.keyword in _BESIDE}
    return best + list(beside.values())


def _telling_rank(v: Violation) -> tuple[int, int, int]:
    excess = abs((v.measured or 0) - (v.allowed or 0))
    return (_RANK.get(v.keyword, len(_ORDER)), int(v.severity is not Severity.ERROR), -excess)


def _paired(found: list[Violation], root: Any) -> list[Violation]:
    """An unknown key and the missing one that it was meant to be, as one."""
    objects: dict[Path, list[Violation]] = defaultdict(list)
    for v in found:
        objects[v.path[:-1] if v.keyword == "additionalProperties" else v.path].append(v)
    return [v for path, here in objects.items() for v in _paired_here(path, here, root)]


def _paired_here(path: Path, here: list[Violation], root: Any) -> list[Violation]:
    missing = {v.key: v for v in here if v.keyword == "required"}
    none_chosen = [v for v in here if v.keyword in ("x-exactlyOne", "x-atLeastOne") and not v.extra["present"]]
    answered = [v for v in none_chosen if missing.keys() & set(v.limit)]  # by putting the missing one in
    unknown: list[Violation] = []
    for v in here:
        if v.keyword != "additionalProperties":
            continue
        choices = {name: choice for choice in none_chosen if choice not in answered for name in choice.limit}
        aka = v.schema.get("x-aka", {})
        if meant := _near(v.key, missing, aka):
            answered.append(missing.pop(meant))
        elif meant := _near(v.key, choices, aka):
            answered += [choice for choice in none_chosen if meant in choice.limit]
        else:
            meant = _near(v.key, v.extra["known"], aka)
        unknown.append(replace(v, meant=meant or ""))
    rest = [v for v in here if v.keyword != "additionalProperties" and v not in answered]
    return unknown + rest if unknown else [_misspelt(v, path, root) for v in rest]


def _near(name: str, known: Iterable[str], aka: Mapping[str, str] = _NO_WORDS) -> str | None:
    """The one meant, by spelling or as the word that a vendor has for it (`x-aka`).

    None for a long name, which is data and not a slip, and slow to compare.
    """
    names = list(known)
    if aka.get(name) in names:
        return aka[name]
    return did_you_mean(name, names) if len(name) <= 60 else None


def _misspelt(v: Violation, path: Path, root: Any) -> Violation:
    """A missing field that stands there under another name, in an object that takes any name."""
    strangers = v.extra["strangers"] if v.keyword == "required" else ()
    aka = v.schema.get("x-aka", {})
    written = next((name for name in strangers if aka.get(name) == v.key), None) or _near(v.key, strangers)
    if not written:
        return v
    at = (*path, written)
    return replace(v, keyword="additionalProperties", path=at, value=node_at(root, at), key=written, meant=v.key)
