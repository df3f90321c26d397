"""Reporters: each turns findings into text in one form; whoever runs them writes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ..diagnostic import Diagnostic
from . import github, json, sarif, text


class Reporter(Protocol):
    def __call__(self, diagnostics: Sequence[Diagnostic], *, colour: bool = False) -> str:
        """The findings, in the order given, as text that ends with a line feed (or is empty).

        `colour` is for a terminal.
        """
        ...


REPORTERS: dict[str, Reporter] = {
    "text": text.report,
    "json": json.report,
    "sarif": sarif.report,
    "github": github.report,
}

__all__ = ["REPORTERS", "Reporter"]
