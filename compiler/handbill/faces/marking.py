"""What is to be said of a field where it is drawn: a finding, what is cut, what is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..diagnostic import Diagnostic

SEVERITIES = ("error", "warning", "info")
Kind: TypeAlias = Literal["error", "warning", "info", "cut", "dropped"]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something said of the field at `path`, a JSON pointer into the drawn message ("": of all of it)."""

    path: str
    kind: Kind
    text: str  # what is said, in a sentence
    code: str = ""  # of a diagnostic: "text-too-long"
    value: str = ""  # what is not shown: it is struck through
    about: str = ""  # JSON pointer into the author's message: one thing said of two places has two numbers


def said(d: Diagnostic, path: str = "") -> Mark:
    """A finding as it is said of the field at `path`."""
    text = f"{d.title}: {d.label.text}" if d.label and d.label.text else d.title
    return Mark(path, d.severity.value, text, d.code, about=d.pointer)
