"""Which arms of a template its examples reach, and contexts that reach those they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from ..budget import TooCostly
from ..contexts import Chosen, Contexts
from ..contracts import ContextRules
from ..render import Renderer
from ..resources import load
from ..template import Template
from .probes import ENTERED, Key, Tracer
from .sites import Arm, sites

_ROUNDS = 4  # an arm that is reached may bring a file with arms of its own
_STOPPED = 3  # more renders after one that was stopped, as too costly
_STARTS = 2  # contexts that others are made from


@dataclass(frozen=True)
class Generated:
    """A context that reaches what no example does: its values, and those that were chosen for it."""

    values: dict[str, Any]
    chosen: Chosen
    base: str  # the example that the rest of it is from; "" when there is none
    edge: bool = False  # whether it is at the edge of the contract, not on the way to an arm


@dataclass
class Reached:
    """What was reached of a template, by what, and why the rest was not."""

    arms: list[Arm] = field(default_factory=list)  # those that count
    by_examples: set[Key] = field(default_factory=set)
    by_generated: set[Key] = field(default_factory=set)
    generated: list[Generated] = field(default_factory=list)
    missed: list[tuple[Arm, str]] = field(default_factory=list)


class Explorer:
    """Explores one template. `places` are what it is rendered for: `channel` and `locale`, as templates see them."""

    def __init__(
        self,
        renderer: Renderer,
        template: Template,
        rules: ContextRules,
        examples: Mapping[str, Mapping[str, Any]],
        places: Sequence[Mapping[str, Any]],
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`guard` is entered around each render."""
        self.template = template
        self.figures = load("coverage.json")
        self.rules = rules
        self.tracer = renderer if isinstance(renderer, Tracer) else Tracer(renderer)
        self.examples = {name: values for name, values in examples.items() if rules.holds(rules.complete(values))}
        self.contract = rules.template.contract
        self.contexts = Contexts(self.contract.params, list(self.examples.values()))
        self.places = places
        self._guard = guard
        self._left = self.figures["renders"]
        self.found = Reached()
        self._all: set[Key] = set()
        self._bases: list[tuple[str, Mapping[str, Any]]] = []  # contexts whose renders come to their end

    def explore(self) -> Reached:
        """Render the examples, then look for what they do not reach."""
        for name, values in self.examples.items() or ([("", {})] if not self.rules.needs else []):
            for place in self._places():
                reached, whole = self._trace(values, place)
                self.found.by_examples |= reached
                if whole and (name, values) not in self._bases:
                    self._bases.append((name, values))
        self._all |= self.found.by_examples
        if not self._bases:
            self._start_full()
        told: dict[Key, str | None] = {}
        arms: list[Arm] = []
        for _ in range(_ROUNDS):
            known = sites(self.tracer, self.template.source.path, self._all)
            arms = [arm for arm in known.arms if arm.own or arm.entered in self._all]
            entered = {key for key in self._all if key[2] == ENTERED}
            for arm in arms:
                if arm.key not in self._all:
                    told[arm.key] = self._towards(arm, tuple(known.constants))
            if entered == {key for key in self._all if key[2] == ENTERED}:
                break
        for arm in arms:
            if arm.key in self._all:
                self.found.arms.append(arm)
            elif (why := told.get(arm.key)) is not None:
                self.found.arms.append(arm)
                self.found.missed.append((arm, why))
        return self.found

    def _places(self) -> Sequence[Mapping[str, Any]]:
        """Those that a render may differ in."""
        bodies, asked = self.tracer.loader.bodies, self.tracer.loader.asked
        # of no other template: what is found must not depend on it
        texts = [self.template.source.text, *(bodies[name][0].text for name in asked if name in bodies)]
        return self.places if any("channel" in text or "locale" in text for text in texts) else self.places[:1]

    def _trace(self, values: Mapping[str, Any], place: Mapping[str, Any]) -> tuple[set[Key], bool]:
        self._left -= 1
        try:
            with self._guard():
                reached, how = self.tracer.trace(self.template, {**self.rules.complete(values), **place})
        except (TooCostly, RecursionError):
            reached, how = set(), "too-costly"
        if how == "too-costly":
            self._left = min(self._left, _STOPPED)
        return reached, not how

    def _towards(self, arm: Arm, constants: tuple[Any, ...]) -> str | None:
        """Look for a context that reaches an arm. Why there is none; None when there is one, or there need be none."""
        if arm.outer is not None and arm.outer not in self._all:
            return "what it stands in is not reached"
        from .solver import Search, reason  # most templates' examples reach everything

        places = self._places()
        steps = max(100, self.figures["steps"] // max(1, len(places)))
        rendered = ended = tries = 0
        searches = []
        for place in places:
            search = Search(self.contexts, self.contract.has_params, constants, steps)
            searches.append(search)
            for chosen in search.solutions(arm, place):
                tries += 1
                if tries > self.figures["tries"]:
                    search.whole = False
                    break
                if self._left < 0:
                    return "it would take too much work to look for it"
                for base in self._starts():
                    context = self._context(chosen, base)
                    if context is None:
                        search.whole = False
                        continue
                    reached, whole = self._trace(context.values, place)
                    rendered, ended = rendered + 1, ended + (not whole)
                    if arm.key in reached:
                        self._keep(context, reached, whole=whole)
                        return None
        search = next((each for each in searches if each.causes or not each.whole), searches[0])
        proved = not rendered and all(each.whole and not each.causes for each in searches)
        if proved and not arm.written:
            return None
        on = self._on(arm)
        afresh = [Search(self.contexts, self.contract.has_params, constants, steps) for _ in places]
        alone = any(each.alone(arm, place) for each, place in zip(afresh, places, strict=True))
        return reason(search, arm, rendered=rendered, ended=ended, on=on, alone=alone)

    def _on(self, arm: Arm) -> str:
        words = arm.guards[-1].words if arm.guards else ""
        named = [str(place["channel"]["name"]) for place in self.places] if "channel" in words else []
        named += [str(place["locale"]) for place in self.places] if "locale" in words else []
        return f" on {', '.join(dict.fromkeys(named))}" if named else ""

    def _start_full(self) -> None:
        """Where no example comes to its end, one in which nothing is left out may."""
        context = self._context(self.contexts.fullest(), self._starts()[0])
        if context is not None and self._trace(context.values, self.places[0])[1]:
            self._bases.append((context.base, context.values))

    def _starts(self) -> list[tuple[str, Mapping[str, Any]]]:
        """What a context may be made from."""
        return self._bases[:_STARTS] or [next(iter(self.examples.items()), ("", {}))]

    def _context(self, chosen: Chosen, start: tuple[str, Mapping[str, Any]]) -> Generated | None:
        """A whole context with these values; None when it breaks the contract."""
        name, base = start
        values = self.contexts.make(chosen, base) if self.contract.has_params else dict(base)
        return Generated(values, chosen, name) if self.rules.holds(self.rules.complete(values)) else None

    def _keep(self, context: Generated, reached: set[Key], *, whole: bool) -> None:
        known = [*self.examples.values(), *(each.values for each in self.found.generated)]
        if len(self.found.generated) < self.figures["contexts"] and context.values not in known:
            self.found.generated.append(context)
        if whole and len(self._bases) < _STARTS:
            self._bases.append((context.base, context.values))
        self._all |= reached
        self.found.by_generated |= reached

    def with_edges(self) -> list[Generated]:
        """The contexts that were found, and those at the edges of the contract."""
        contexts = list(self.found.generated)
        known = [*self.examples.values(), *(each.values for each in contexts)]
        for context in self._edges():
            if len(contexts) < self.figures["contexts"] and context.values not in known:
                contexts.append(context)
                known.append(context.values)
        return contexts

    def _edges(self) -> Iterator[Generated]:
        """Contexts at the edges of the contract, as far as they keep it."""
        if not self.contract.has_params:
            return
        for chosen in self.contexts.edges():
            context = self._context(chosen, self._starts()[0])
            if context is not None:
                yield replace(context, edge=True)
