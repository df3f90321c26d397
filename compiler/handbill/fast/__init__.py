"""The fast way: a template as a Python function of its own, and each payload as constant text with slots.

`walk` turns Jinja's syntax tree into a function that goes through a context as the template would and
gives the values it would print, with the way it took. Everything else about a message depends on that way
alone, so it is compiled once (`stamp`) and becomes a second function (`shape`) that checks the values and
joins the bytes. What cannot be turned into such functions is known when the template is loaded, and takes
the ordinary way; so does a message about which something is to be said.
"""

from __future__ import annotations

from .line import Line
from .scopes import Uncovered
from .walk import Walk, walk

__all__ = ["Line", "Uncovered", "Walk", "walk"]
