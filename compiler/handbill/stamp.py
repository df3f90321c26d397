"""Stamps: a message compiled once for a skeleton, then filled for each recipient.

Two renders with the same control flow give the same skeleton, so parsing, the rules on structure and
emission have the same outcome. A stamp keeps it: the payload as constant bytes with slots, and what is
left to ask of the values (`residue`). It says None where it cannot vouch for a message; the ordinary
way then compiles it, and has the words for what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from operator import itemgetter, not_
from typing import Any

import orjson

from .judge import Judge
from .residue import Residue
from .tree import Leaf, NotText, Tree, as_text, as_value, fill, fill_leaf
from .units import utf8, utf16


class Stamp:
    """One skeleton for one channel and gateway. `fill` gives what `to_json(…, compact=True)` gives.

    What a faster function may be made of (`fast.shape`): `chunks` of the payload with a leaf of `slots` between each
    two; all `leaves` that wait for values, with the `limits` of each, a schema; groups of which no two may be the
    same (`different`). `whole` says that something must be asked of every message as a whole.
    """

    def __init__(
        self,
        document: Tree,
        messages: list[Tree],
        bodies: list[Tree],
        judge: Judge,
        *,
        native: bool = False,
        also: Callable[[Sequence[Any]], bool] | None = None,
    ) -> None:
        """`messages` are what became of the document; `also` is asked whether values fit, besides every rule.

        Raises residue.Refused where the structure breaks a rule.
        """
        self._document = document
        self.also = also
        self._messages = messages
        self._bodies = bodies
        residue = Residue()
        if not native:
            residue.add(judge.neutral.schema, document)
            for message in messages:
                for rule in judge.message:
                    residue.add(rule.schema, message)
        for body in bodies:
            residue.add(judge.payload.schema, body)
        self._judge = judge
        self._native = native
        self.whole = bool(residue.whole)
        self.chunks: list[bytes] = []
        slots: list[Leaf] = []
        self._write(bodies[0] if len(bodies) == 1 else list(bodies), slots)
        leaves = {id(leaf): leaf for leaf in [*slots, *residue.leaves.values()]}.values()
        # those of one hole take their value as it is; texts around several holes are put together
        whole = [leaf for leaf in leaves if leaf.plain and len(leaf.parts or ()) == 1]
        texts = [leaf for leaf in leaves if leaf.plain and len(leaf.parts or ()) != 1]
        recoded = [leaf for leaf in leaves if not leaf.plain]
        self._bare = [leaf.bare for leaf in whole]
        self._pick = _picker([leaf.holes[0] for leaf in whole])
        self._texts = [leaf.parts or () for leaf in texts]
        self._recoded = recoded
        ordered = [*whole, *texts, *recoded]
        index = {id(leaf): i for i, leaf in enumerate(ordered)}
        self._slots = _picker([index[id(leaf)] for leaf in slots])
        self.leaves, self.slots, self.different = ordered, slots, residue.different
        self.limits = residue.merged(ordered)
        self._template: list[Any] = [piece for chunk in self.chunks for piece in (chunk, None)][:-1]
        self._rules = residue.schema(ordered)
        self._utf16 = residue.limits(ordered, "x-maxUtf16")
        self._bytes = residue.limits(ordered, "x-maxBytes")
        self._places = range(len(ordered))
        self._different = [_Group(group, index) for group in residue.different]

    def _write(self, tree: Tree, slots: list[Leaf]) -> None:
        """The payload as chunks; between each two of them stands a slot."""
        pending = bytearray()

        def write(node: Tree) -> None:
            if isinstance(node, Leaf):
                if node.parts is None:
                    pending.extend(orjson.dumps(node.value))
                else:
                    self.chunks.append(bytes(pending))
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
        self.chunks.append(bytes(pending))

    def fill(self, values: Sequence[Any]) -> bytes | None:
        """The payload's bytes, valid by every rule; None when something is to be said about it."""
        leaves = list(self._pick(values))
        try:
            if set(map(type, leaves)) - {str}:
                for index, value in enumerate(leaves):
                    if type(value) is not str:
                        leaves[index] = _scalar(value) if self._bare[index] else as_text(value)
            for parts in self._texts:
                leaves.append("".join([p if type(p) is str else as_text(values[p]) for p in parts]))  # type: ignore[index]
            for leaf in self._recoded:
                leaves.append(fill_leaf(leaf, values))
        except NotText:
            return None
        if not self._holds(leaves):
            return None
        if self.whole and not self._asked(values):
            return None
        if self.also is not None and not self.also(values):
            return None
        pieces = self._template.copy()
        try:
            pieces[1::2] = map(orjson.dumps, self._slots(leaves))
        except TypeError:  # a number too large, half a character
            return None
        return b"".join(pieces)

    def _holds(self, leaves: list[Any]) -> bool:
        if not self._rules.is_clean(leaves) or not all(group.differ(leaves) for group in self._different):
            return False
        # the rules count code points; the few texts in which another unit gives more are counted again
        texts = leaves if not any(self._bare) else [leaf if type(leaf) is str else "" for leaf in leaves]
        for index in compress(self._places, map(not_, map(str.isascii, texts))):
            if index in self._utf16 and utf16(texts[index]) > self._utf16[index]:
                return False
            if index in self._bytes and utf8(texts[index]) > self._bytes[index]:
                return False
        return True

    def _asked(self, values: Sequence[Any]) -> bool:
        """The whole message before every judge, for what the residue could not hold."""
        if not self._native:
            if not self._judge.neutral.schema.is_clean(fill(self._document, values)):
                return False
            if not all(self._judge.shows(fill(message, values)) for message in self._messages):
                return False
        return all(self._judge.payload.schema.is_clean(fill(body, values)) for body in self._bodies)


def _picker(indexes: list[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """The items at these indexes, as a tuple, at C speed."""
    if not indexes:
        return lambda _: ()
    if len(indexes) == 1:
        only = indexes[0]
        return lambda values: (values[only],)
    return itemgetter(*indexes)


def _scalar(value: Any) -> Any:
    """The value of a bare hole. Raises NotText for what is no scalar of JSON."""
    plain = as_value(value)
    if isinstance(plain, list | dict) or plain != plain:
        raise NotText(value, -1)
    return plain


class _Group:
    """Tuples of which no two may be the same, some of their parts being leaves."""

    def __init__(self, marks: list[tuple[Any, ...]], index: dict[int, int]) -> None:
        columns = [list(column) for column in zip(*marks, strict=True)]
        told = [c for c in columns if any(isinstance(p, Leaf) for p in c) or any(p != c[0] for p in c)]
        self._columns = [
            (
                [p for p in column if not isinstance(p, Leaf)],
                _picker([index[id(p)] for p in column if isinstance(p, Leaf)]),
                [isinstance(p, Leaf) for p in column],
            )
            for column in told
        ]
        self._count = len(marks)

    def differ(self, leaves: list[Any]) -> bool:
        """Whether all are different."""
        if len(self._columns) == 1:  # then the order does not matter
            constants, pick, _ = self._columns[0]
            return len({*constants, *pick(leaves)}) == self._count
        columns = []
        for constants, pick, varies in self._columns:
            given, known = iter(pick(leaves)), iter(constants)
            columns.append([next(given) if leaf else next(known) for leaf in varies])
        return len(set(zip(*columns, strict=True))) == self._count
