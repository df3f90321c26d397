"""Prints a translated text: its own words as tokens, its placeholders as holes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jinja2.exceptions import UndefinedError
from jinja2.runtime import Undefined

from ..holes import Fragment, current
from .catalog import Message
from .formats import WrongValue, kind


def translator(messages: Sequence[Message], hole: Callable[[Any], str]) -> Callable[..., Fragment]:
    """The filter that a marked text is rewritten to. `hole` prints a value."""

    def translated(index: int, number: Any = None, /, **values: Any) -> Fragment:
        state = current.get()
        state.budget.charge()
        message = messages[index]
        phrase = state.speech.phrase(message, _whole(number) if message.plural else None)
        raw = []
        for piece in phrase.pieces:
            if type(piece) is str:
                raw.append(piece)
            elif (name := piece.name) in values:
                raw.append(hole(values[name]))
            elif name == message.counter and number is not None:
                raw.append(hole(number))
            else:
                raise UndefinedError(f"'{name}' is undefined")
        return Fragment("".join(raw), state.values)

    return translated


def _whole(number: Any) -> int:
    """How many there are. Raises WrongValue, and UndefinedError."""
    if isinstance(number, Undefined):
        str(number)  # raises, in its own words
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise WrongValue(f"how many there are is {kind(number)}", "give a whole number")
    return number
