"""How a filter is modelled: its arguments, and what it is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any, TypeAlias

from .texts import EMPTY, Lit, Text
from .values import (
    Exact,
    Opaque,
    Value,
    Words,
    shown,
)


class Unmodelled(Exception):
    """Nothing is known of what this filter gives."""


class Arguments:
    """The arguments of a filter, by position or by name."""

    def __init__(self, given: Sequence[Value], named: Mapping[str, Value], locale: str = "") -> None:
        self.given = given
        self.named = named
        self.locale = locale

    def value(self, at: int, name: str) -> Value | None:
        return self.given[at] if at < len(self.given) else self.named.get(name)

    def constant(self, at: int, name: str, default: Any) -> Any:
        """An argument that must be known. Raises Unmodelled."""
        found = self.value(at, name)
        if found is None:
            return default
        if isinstance(found, Exact):
            return found.value
        if isinstance(found, Words) and isinstance(found.text, Lit):
            return found.text.text
        raise Unmodelled

    def number(self, at: int, name: str, default: int) -> int:
        found = self.constant(at, name, default)
        if type(found) is not int:
            raise Unmodelled
        return found

    def text(self, at: int, name: str, default: str) -> str:
        found = self.constant(at, name, default)
        if not isinstance(found, str):
            raise Unmodelled
        return found


Model: TypeAlias = Callable[[Value, Arguments], Value]


def text_of(value: Value) -> Text:
    """The text that a filter on texts is given; of what has none, the render ends there."""
    return shown(value) or EMPTY


def words_of(text: Text) -> Value:
    return Exact(text.text) if isinstance(text, Lit) else Words(text)


MODELS: dict[str, Model] = {}  # filled by `filters`
DECLARED: ContextVar[Mapping[str, Model]] = ContextVar("declared", default=MappingProxyType({}))  # by other packages


def filtered(name: str, value: Value, given: Sequence[Value], named: Mapping[str, Value], locale: str = "") -> Value:
    """`value | name(…)`, in a language."""
    model = MODELS.get(name) or DECLARED.get().get(name)
    if model is not None:
        try:
            return model(value, Arguments(given, named, locale))
        except (Unmodelled, ValueError, TypeError, OverflowError):
            pass
    return Opaque(f"the filter `{name}`")
