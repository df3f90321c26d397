"""What is asked of a check, and what comes of one template. Plain data, for other processes and for files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..diagnostic import Diagnostic

if TYPE_CHECKING:
    from ..coverage.figures import Figures


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that findings depend on. Each is part of what a kept result is found by: `repr` must tell them."""

    channels: tuple[str, ...] = ()  # all, when none is given
    via: str | None = None
    policy: str | None = None
    locales: tuple[str, ...] = ()  # all, when none is given
    coverage: bool = False  # whether the figures are wanted, and the edges of contracts are tried


@dataclass(frozen=True, slots=True)
class Examined:
    """One template: how many payloads were looked at, and what was found."""

    name: str
    payloads: int
    found: tuple[Diagnostic, ...] = ()
    coverage: tuple[Figures, ...] = ()  # how far each of its files is reached, when that was asked for
