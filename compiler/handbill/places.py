"""From a place in a message back to the author's text: which characters, which parameters, by way of which macro."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from .diagnostic import Label
from .document import Document
from .holes import Stretch, stretches
from .marks import Path
from .render import Rendered, Renderer
from .source import Span
from .sourcemap import SourceMap
from .template import Template
from .tree import Leaf, Tree, pointer_of

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CODE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TEXT = re.compile(r"\"[^\"]*\"|'[^']*'")


class Places:
    """The places of one rendered message. The source map is made when it is first asked for."""

    def __init__(self, renderer: Renderer, template: Template, context: Mapping[str, Any], rendered: Rendered) -> None:
        self._renderer = renderer
        self._template = template
        self._context = context
        self._rendered = rendered

    @cached_property
    def map(self) -> SourceMap | None:
        return self._renderer.source_map(self._template, self._context, self._rendered)

    def skeleton(self, start: int, end: int) -> Span:
        """The template text of a stretch of the skeleton."""
        if self.map is None:
            return Span(self._template.source, self._template.body, self._template.body)
        return self.map.span(start, end)

    def sites(self, start: int) -> tuple[Label, ...]:
        """The macros' calls and the includes that a character of the skeleton came through."""
        spans = self.map.sites(start) if self.map else []
        return tuple(Label(span, "used here") for span in dict.fromkeys(spans))

    def stretches(self, start: int, end: int) -> list[Stretch]:
        """The stretches of translated text in a stretch of the skeleton."""
        return stretches(self._rendered.skeleton[start:end])

    def hole(self, index: int) -> Span:
        span = self.map.hole(index) if self.map else None
        return span or Span(self._template.source, self._template.body, self._template.body)

    def offsets(self, document: Document, path: Path, *, key: bool = False) -> tuple[int, int]:
        """The skeleton's characters of a value (of a container: its bracket), or of its name."""
        place = document.place(pointer_of(path))
        if key:
            return place.key_start, place.key_end
        text = self._rendered.skeleton
        if text[place.start : place.start + 1] in ("{", "["):
            return place.start, place.start + 1
        if place.start == place.end:  # an empty text: its quotes
            return max(place.start - 1, 0), place.end + 1
        return place.start, place.end

    def parameters(self, leaf: Leaf) -> tuple[str, ...]:
        """The names in the context that a leaf's holes were computed from, as far as the text tells.

        A macro's own names lead back to its call.
        """
        if self.map is None:
            return ()
        text = ""
        for index in leaf.holes:
            text += " ".join(_code(span.text) for span in self.map.way(index))
        names = dict.fromkeys(_WORD.findall(_TEXT.sub("", text)))
        return tuple(name for name in names if name in self._context)


def _code(text: str) -> str:
    """What computes in a piece of a template; of a text to translate, not its words."""
    return " ".join(_CODE.findall(text)) if text.startswith("{%") else text


def leaf_at(tree: Tree, path: Sequence[str | int]) -> Leaf | None:
    """The leaf at a path, if there is one."""
    for step in path:
        if isinstance(tree, dict) and step in tree:
            tree = tree[str(step)]
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree if isinstance(tree, Leaf) else None
