"""What became of a message: its bodies, or what is wrong with it; and how bodies are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from .diagnostic import Diagnostic
from .locales import Speech
from .lowering import Explained


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message. `bodies` are plain JSON, one a request; None when there are errors."""

    bodies: list[Any] | None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    explained: Explained | None = field(default=None, compare=False, repr=False)  # how it was lowered
    speech: Speech | None = field(default=None, compare=False, repr=False)  # the language, and the plural forms met

    @property
    def ok(self) -> bool:
        return self.bodies is not None

    @property
    def payload(self) -> Any:
        """The one body, or the list of them when there are several."""
        bodies = self.bodies or []
        return bodies[0] if len(bodies) == 1 else bodies


@dataclass(frozen=True, slots=True)
class Checked:
    name: str
    channel: str
    example: str  # "" when the template has none
    result: Result
    locale: str = ""  # one of the project's; "" when it has none


def to_json(payload: Any, compact: bool = False) -> bytes:
    """A payload as JSON with a line feed at the end; indented by two, unless compact."""
    options = orjson.OPT_APPEND_NEWLINE if compact else orjson.OPT_APPEND_NEWLINE | orjson.OPT_INDENT_2
    return orjson.dumps(payload, option=options)
