"""The texts of a project that are to be translated: found in its templates, and kept up to date in its files."""

from __future__ import annotations

from .found import Found, found
from .merge import Change, merged, template_file
from .state import State, state

__all__ = ["Change", "Found", "State", "found", "merged", "state", "template_file"]
