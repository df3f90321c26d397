"""Stamps: a message compiled once for a skeleton, then filled for each recipient.

Two renders with the same control flow give the same skeleton, so parsing, the rules on structure and
emission have the same outcome. A stamp keeps it: the payload as constant bytes with slots, and what is
left to ask of the values (`residue`). It says None where it cannot vouch for a message; the ordinary
way then compiles it, and has the words for what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from .judge import Judge
from .residue import Residue
from .tree import Leaf, NotText, Tree, as_text, as_value, fill
from .validate import Schema


class Stamp:
    """One skeleton for one channel and gateway. `fill` gives what `to_json(…, compact=True)` gives."""

    def __init__(self, document: Tree, bodies: list[Tree], judge: Judge, *, native: bool = False) -> None:
        """Raises residue.Refused where the structure itself breaks a rule."""
        self._document = document
        self._bodies = bodies
        residue = Residue()
        if not native:
            residue.add(judge.neutral.schema, document)
            for message in document if isinstance(document, list) else [document]:
                for rule in judge.message:
                    residue.add(rule.schema, message)
        for body in bodies:
            residue.add(judge.payload.schema, body)
        self._judge = judge
        self._native = native
        self._whole = bool(residue.whole)
        payload: Tree = bodies[0] if len(bodies) == 1 else list(bodies)
        self._chunks: list[bytes] = []
        slots: list[Leaf] = []
        self._write(payload, slots)
        order = {id(leaf): leaf for leaf in [*slots, *residue.leaves.values()]}
        self._leaves = list(order.values())
        index = {mark: i for i, mark in enumerate(order)}
        self._slots = [index[id(leaf)] for leaf in slots]
        self._singles, self._bare, self._texts = self._sorted()
        self._rules: Schema = residue.schema(self._leaves)
        self._different = [
            [tuple((index[id(p)],) if isinstance(p, Leaf) else p for p in mark) for mark in group]
            for group in residue.different
        ]

    def _sorted(self) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, tuple[str | int, ...]]]]:
        """The leaves by what must be done for them: one hole and nothing else; a bare hole; a text to put together."""
        singles, bare, texts = [], [], []
        for index, leaf in enumerate(self._leaves):
            parts = leaf.parts or ()
            if leaf.bare:
                bare.append((index, parts[0]))
            elif len(parts) == 1:
                singles.append((index, parts[0]))
            else:
                texts.append((index, parts))
        return singles, bare, texts  # type: ignore[return-value]

    def _write(self, tree: Tree, slots: list[Leaf]) -> None:
        """The payload as chunks; between each two of them stands a slot."""
        pending = bytearray()

        def write(node: Tree) -> None:
            if isinstance(node, Leaf):
                if node.parts is None:
                    pending.extend(orjson.dumps(node.value))
                else:
                    self._chunks.append(bytes(pending))
                    pending.clear()
                    slots.append(node)
            elif isinstance(node, dict):
                pending.extend(b"{")
                for position, (key, child) in enumerate(node.items()):
                    pending.extend(b"," if position else b"")
                    pending.extend(orjson.dumps(key) + b":")
                    write(child)
                pending.extend(b"}")
            elif isinstance(node, list):
                pending.extend(b"[")
                for position, child in enumerate(node):
                    pending.extend(b"," if position else b"")
                    write(child)
                pending.extend(b"]")
            else:
                pending.extend(orjson.dumps(node))

        write(tree)
        pending.extend(b"\n")
        self._chunks.append(bytes(pending))

    def fill(self, values: Sequence[Any]) -> bytes | None:
        """The payload's bytes, valid by every rule; None when something is to be said about it."""
        leaves: list[Any] = [None] * len(self._leaves)
        try:
            for index, hole in self._singles:
                value = values[hole]
                leaves[index] = value if type(value) is str else as_text(value)
            for index, parts in self._texts:
                leaves[index] = "".join([p if type(p) is str else as_text(values[p]) for p in parts])  # type: ignore[index]
        except NotText:
            return None
        for index, hole in self._bare:
            value = as_value(values[hole])
            if isinstance(value, list | dict) or value != value:
                return None
            leaves[index] = value
        if not self._rules.is_valid(leaves) or not self._all_different(leaves):
            return None
        if self._whole and not self._asked(values):
            return None
        dumps = orjson.dumps
        pieces: list[bytes] = []
        try:
            for chunk, slot in zip(self._chunks, self._slots, strict=False):
                pieces.append(chunk)
                pieces.append(dumps(leaves[slot]))
        except TypeError:  # a number too large, half a character
            return None
        pieces.append(self._chunks[-1])
        return b"".join(pieces)

    def _all_different(self, leaves: list[Any]) -> bool:
        for group in self._different:
            seen = [tuple(leaves[p[0]] if type(p) is tuple else p for p in mark) for mark in group]
            if len(set(seen)) < len(seen):
                return False
        return True

    def _asked(self, values: Sequence[Any]) -> bool:
        """The whole message before every judge, for what the residue could not hold."""
        if not self._native and not self._judge.likes(fill(self._document, values)):
            return False
        return all(self._judge.payload.schema.is_clean(fill(body, values)) for body in self._bodies)
