"""Renders for a check: a context once for all channels that see the same of it, and with it what it reaches."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from jinja2 import nodes

from ..coverage.probes import Key, Tracer
from ..diagnostic import Failed
from ..locales import Speech
from ..render import Rendered, Renderer
from ..sourcemap import SourceMap
from ..template import Template

# What only a branch is written with. A template without any is rendered without probes.
BRANCHES = re.compile(r"\{%|\bif\b")

_Known: TypeAlias = tuple[str, int | None, str, str]  # path, plural form, context, channel: "" where none is asked for


@dataclass(slots=True)
class _Drawn:
    """What came of a render."""

    rendered: Rendered | None
    failed: Failed | None = None
    reached: set[Key] | None = None  # None when it was rendered without probes
    map: SourceMap | None = None
    mapped: bool = False


class Rendering(Renderer):
    """A renderer that keeps what it made of one template, until it is given another one."""

    def __init__(self, renderer: Renderer) -> None:
        vars(self).update(vars(renderer))  # the same loader, environments and code
        self._plain = renderer
        self._name = ""
        self._drawn: dict[_Known, _Drawn] = {}

    @cached_property
    def tracer(self) -> Tracer:
        return _Noting(self._plain, self)

    def render(self, template: Template, context: Mapping[str, Any], speech: Speech | None = None) -> Rendered:
        """As of any renderer. Raises Failed."""
        if speech is None:
            return super().render(template, context)
        drawn = self._find(template, context, speech.form)
        if drawn is None:
            return self._draw(template, context, speech)
        if drawn.failed is not None:
            raise Failed(*drawn.failed.diagnostics)
        assert drawn.rendered is not None
        speech.problems.update(drawn.rendered.speech.problems)
        speech.counted.update(drawn.rendered.speech.counted)
        speech.fallen.update(drawn.rendered.speech.fallen)
        return Rendered(drawn.rendered.skeleton, drawn.rendered.values, speech)

    def source_map(self, template: Template, context: Mapping[str, Any], rendered: Rendered) -> SourceMap | None:
        """As of any renderer."""
        drawn = self._find(template, context, rendered.speech.form)
        if drawn is None or drawn.rendered is None:
            return super().source_map(template, context, rendered)
        if not drawn.mapped:
            drawn.map, drawn.mapped = super().source_map(template, context, rendered), True
        return drawn.map

    def syntax(self, text: str, name: str) -> nodes.Template:
        """As of any renderer."""
        known = self.tracer.tracing.unprobed(text, name) if "tracer" in vars(self) else None
        return known or super().syntax(text, name)

    def reached(self, template: Template, context: Mapping[str, Any]) -> set[Key] | None:
        """What a render that came to its end has reached; None when there was none that knows."""
        drawn = self._find(template, context, None)
        return drawn.reached if drawn is not None and drawn.rendered is not None else None

    def _find(self, template: Template, context: Mapping[str, Any], form: int | None) -> _Drawn | None:
        if template.name != self._name:
            return None
        for own in (False, True):
            if drawn := self._drawn.get(_key(template, context, form, own=own)):
                return drawn
        return None

    def _draw(self, template: Template, context: Mapping[str, Any], speech: Speech) -> Rendered:
        if template.name != self._name:
            self._name, self._drawn = template.name, {}
        reached: set[Key] | None = None
        try:
            if BRANCHES.search(template.source.text, template.body):
                try:
                    reached, rendered = self.tracer.traced(template, context, speech)
                except Failed:  # it is told in the words of a render without probes
                    rendered = super().render(template, context, speech)
            else:
                rendered = super().render(template, context, speech)
        except Failed as failed:
            self._keep(template, context, speech.form, _Drawn(None, failed))
            raise
        self._keep(template, context, speech.form, _Drawn(rendered, None, reached))
        return rendered

    def _keep(self, template: Template, context: Mapping[str, Any], form: int | None, drawn: _Drawn) -> None:
        self._drawn[_key(template, context, form, own=self._asks(template))] = drawn

    def _asks(self, template: Template) -> bool:
        """Whether a template, or a file that was included so far, may ask which channel it is rendered for."""
        bodies = self.loader.bodies
        texts = (bodies[name][0].text for name in self.loader.asked if name in bodies)
        return "channel" in template.source.text or any("channel" in text for text in texts)


class _Noting(Tracer):
    """A tracer that does not render again what was rendered for a message."""

    def __init__(self, renderer: Renderer, rendering: Rendering) -> None:
        super().__init__(renderer)
        self._rendering = rendering

    def trace(self, template: Template, context: Mapping[str, Any]) -> tuple[set[Key], str]:
        """As of any tracer. Raises TooCostly."""
        known = self._rendering.reached(template, context)
        return (known, "") if known is not None else super().trace(template, context)


def _key(template: Template, context: Mapping[str, Any], form: int | None, *, own: bool = False) -> _Known:
    channel = context.get("channel")
    rest = {name: value for name, value in context.items() if name != "channel"}
    name = str(channel.get("name")) if own and isinstance(channel, Mapping) else ""
    return template.source.path, form, repr(rest), name
