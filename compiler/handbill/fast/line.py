"""One template on one channel in one language: contexts go in, payloads come out, in order.

A line finds the way that a context takes through the template, and then needs only what was made of that
way the first time. It says None for a message that the ordinary way must take.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..contracts import ContextRules
from ..job import keep
from ..stamp import Stamp
from .gate import Gate, gate
from .runtime import BOUNDS
from .scopes import Uncovered
from .shape import Fill, specialised
from .walk import Walk, Walked

_USES = 2  # of a way, before a function of its own is made for it: that takes as long as a hundred messages


class Line:
    """Stamps by what tells them apart: the way through the template, and its text where no walk is to be had."""

    def __init__(self, walk: Callable[[], Walked], rules: ContextRules) -> None:
        """`walk` raises Uncovered where the template takes the ordinary way. The rules are the contract's."""
        self.stamps: dict[str, Stamp] = {}  # by skeleton
        self.uncovered: Uncovered | None = None  # why there is no walk
        self.walk: Walk | None = None
        self._complete = rules.complete
        self._defaults = rules.defaults
        self._holds: Gate = gate(rules)
        self._shapes: dict[Any, _Shape] = {}  # by way
        try:
            walked = walk()
            self.walk, self._value_rules = walked.walk, walked.rules
        except Uncovered as uncovered:
            self.uncovered = uncovered
        except Exception:  # noqa: BLE001 - whatever is wrong with a template, the ordinary way says it
            self.uncovered = Uncovered("something that is wrong")

    def fill(self, context: Mapping[str, Any], address: Mapping[str, str] | None) -> bytes | None:
        """The payload of a context as compact JSON with a line feed. None: the ordinary way must take it."""
        if self.walk is None:
            return None
        given = context if type(context) is dict and not self._defaults else self._complete(context)
        try:
            way, values = self.walk(given)
        except Exception:  # noqa: BLE001 - a value that is not there, or is no text: the ordinary way has the words
            return None
        shape = self._shapes.get(way)
        if shape is None or not self._holds(given):
            return None
        return shape.fill([*values, *address.values()] if address else values)

    def learn(self, context: Mapping[str, Any], values: Sequence[Any], skeleton: str, stamp: Stamp) -> None:
        """Keep the stamp of a context that printed these values into this skeleton."""
        keep(self.stamps, skeleton, stamp)
        if self.walk is None:
            return
        given = self._complete(context)
        try:
            way, walked = self.walk(given)
            rules = self._value_rules(given)[1]
        except Exception:  # noqa: BLE001 - unusual, and yet a message
            return
        known = self._shapes.get(way)
        if list(walked) != list(values) or (known is not None and known.skeleton != skeleton):
            self.walk, self.uncovered = None, Uncovered("something that the walk gets wrong")  # tests hunt for it
            return
        keep(self._shapes, way, _Shape(stamp, skeleton, rules))


class _Shape:
    """A stamp, and the function that does its work once that pays."""

    __slots__ = ("_rules", "_stamp", "_uses", "fill", "skeleton")

    def __init__(self, stamp: Stamp, skeleton: str, rules: Sequence[Any]) -> None:
        self._stamp = stamp
        self._rules = rules
        self._uses = 0
        self.skeleton = skeleton
        self.fill: Fill = self._counted

    def _counted(self, values: Sequence[Any]) -> bytes | None:
        self._uses += 1
        if self._uses == _USES:
            small = len(self.skeleton) < BOUNDS.output // 4  # so that what is printed stays within bounds
            self.fill = (specialised(self._stamp, values, self._rules) if small else None) or self._stamp.fill
        return self._stamp.fill(values)
