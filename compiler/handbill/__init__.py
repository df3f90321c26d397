"""Handbill compiles chat messages: one Jinja template in, the exact JSON a channel accepts out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .api import CompileError, CompileWarning, Payload, Project, Template, load

__version__ = "0.1.0"
__all__ = ["CompileError", "CompileWarning", "Payload", "Project", "Template", "__version__", "load"]


def __getattr__(name: str) -> Any:
    # only a program that uses it pays for it: the command line starts without
    if name in __all__:
        from . import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
