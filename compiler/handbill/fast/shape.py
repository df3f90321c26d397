"""From a stamp to a function that checks values and joins bytes, with nothing left to look up.

Nearly every value is text that needs no escaping, and then a payload is constant text with the values in
between. So the function puts all values into one text first: that fails when one is no text; written as
JSON it shows whether anything had to be escaped; and it tells at once whether lengths differ by unit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from math import inf
from typing import Any, TypeAlias, cast

import orjson

from ..stamp import Stamp
from ..tree import Leaf, NotText, as_text, fill_leaf
from ..units import utf8, utf16
from ..validate import Schema
from .runtime import BOUNDS

Fill: TypeAlias = Callable[[Sequence[Any]], "bytes | None"]

_WIDER: dict[str, Callable[[str], int]] = {"x-maxUtf16": utf16, "x-maxBytes": utf8}
_MOST_UNITS = {"x-maxUtf16": 2, "x-maxBytes": 4}  # of one character
_LIMITS = ("maxLength", "x-maxGraphemes", *_WIDER)
_INLINE = frozenset({"minLength", *_LIMITS})
_FEW = 8  # units more than characters, that may be guessed
_MOST = 1000  # leaves of a function; a message with more is rare, and its function long to compile


def specialised(stamp: Stamp, values: Sequence[Any], rules: Sequence[Any] = ()) -> Fill | None:
    """A function that does what `stamp.fill` does, fast for values of the same types. None where it cannot be made.

    `rules` are schemas that values are known to keep, so that what follows from them need not be asked.
    """
    if stamp.whole or len(stamp.leaves) > _MOST or len(values) > _MOST:
        return None
    return _Shape(stamp, values, rules).function()


class _Shape:
    def __init__(self, stamp: Stamp, values: Sequence[Any], rules: Sequence[Any]) -> None:
        self.stamp = stamp
        self.known = [_known(rule) for rule in [*rules, *[None] * (len(values) - len(rules))]]
        self.names = [f"v{at}" for at in range(len(values))]
        self.constants: dict[str, Any] = {
            "dumps": orjson.dumps, "join": "".join, "join_octets": b"".join, "encode": str.encode,
            "as_text": as_text, "NotText": NotText, "fill_leaf": fill_leaf, "simple": _simple, "nothing": _nothing,
            "octets_of": _octets_of, "general": stamp.fill,
        }  # fmt: skip
        self.before: list[str] = []  # statements that make texts of values
        self.tests: list[str] = []  # what must be true
        self.above: dict[str, dict[str, int]] = {keyword: {} for keyword in _WIDER}  # variables of `_limit`
        self.texts: list[str] = []  # expressions that give all text that is not constant
        self.kinds = [type(value) for value in values]
        self.recoded: dict[int, str] = {}  # leaves' own variables, by id

    def function(self) -> Fill | None:
        if not self._holes():
            return None
        for at, leaf in enumerate(self.stamp.leaves):
            if not leaf.plain:
                self.recoded[id(leaf)] = name = f"r{at}"
                self.before.append(f"{name} = fill_leaf({self._constant(leaf)}, values)")
                self.before.append(f"if type({name}) is not str: return general(values)")
                self.texts.append(name)
        for leaf, rule in zip(self.stamp.leaves, self.stamp.limits, strict=False):
            self._lengths(leaf, rule)
        self._rest()
        if not all(map(self._different, self.stamp.different)):
            return None
        return self._compiled()

    def _constant(self, value: object) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    # values

    def _holes(self) -> bool:
        """Make each hole that is used a text, or a scalar. Whether none is both."""
        bare: set[int] = set()
        inside: set[int] = set()
        for leaf in self.stamp.leaves:
            if leaf.plain:
                (bare if leaf.bare else inside).update(leaf.holes)
        scalars = {hole for hole in bare if self.kinds[hole] is not str}
        if scalars & inside:
            return False
        for hole in sorted(bare | inside):
            name = self.names[hole]
            if hole in scalars:
                self.before.append(f"s{hole} = simple({name})")
            elif hole in bare:  # what only looks like text is no text without quotes
                self.before.append(f"if type({name}) is not str: return general(values)")
            elif self.kinds[hole] is not str:
                self.before.append(f"if type({name}) is not str: {name} = as_text({name})")
            if hole not in scalars:
                self.texts.append(name)
        return True

    def _text(self, leaf: Leaf) -> str:
        """The value of a leaf, as an expression."""
        if id(leaf) in self.recoded:
            return self.recoded[id(leaf)]
        parts = [repr(part) if isinstance(part, str) else self.names[cast("int", part)] for part in leaf.parts or ()]
        return parts[0] if len(parts) == 1 else f"join(({', '.join(parts)}))"

    def _is_text(self, leaf: Leaf) -> bool:
        return not leaf.bare or self.kinds[leaf.holes[0]] is str

    # checks

    def _lengths(self, leaf: Leaf, rule: dict[str, Any]) -> None:
        if not self._is_text(leaf):
            return
        if id(leaf) in self.recoded:
            fixed, pieces = 0, [self.recoded[id(leaf)]]
        else:
            parts = leaf.parts or ()
            fixed = sum(len(part) for part in parts if isinstance(part, str))
            pieces = [self.names[part] for part in parts if isinstance(part, int)]
        measured = " + ".join(f"len({piece})" for piece in pieces)
        shortest, longest = self._known(leaf)
        least = 0 if shortest + fixed >= rule.get("minLength", 0) else max(0, rule.get("minLength", 0) - fixed)
        limits = {
            name: rule[name] - fixed
            for name in _LIMITS
            if name in rule and (longest + fixed) * _MOST_UNITS.get(name, 1) > rule[name]
        }
        tightest = min((limit for name, limit in limits.items() if name in _WIDER), default=None)
        above = {
            self._limit(name, limit, leaf)
            for name, limit in limits.items()
            if name in _WIDER or tightest is None or limit < tightest  # fewer units are fewer characters, too
        }
        low = f"{least - 1} < " if least else ""
        if above:
            high = above.pop() if len(above) == 1 else f"min({', '.join(sorted(above))})"
            self.tests.append(f"{low}{measured} < {high}")
        elif least:
            self.tests.append(f"{low}{measured}")

    def _known(self, leaf: Leaf) -> tuple[int, float]:
        """The fewest and most characters that the contract lets the values of a leaf have."""
        if id(leaf) in self.recoded:
            return 0, inf
        known = [self.known[part] for part in leaf.parts or () if isinstance(part, int)]
        return sum(least for least, _ in known), sum(most for _, most in known)

    def _limit(self, keyword: str, limit: int, leaf: Leaf) -> str:
        """The length that is too much, in characters: what all texts together have more in a unit, one may have."""
        if keyword not in _WIDER:
            return str(limit + 1)
        fixed = "".join(part for part in leaf.parts or () if isinstance(part, str))
        above = limit + 1 - (_WIDER[keyword](fixed) - len(fixed) if id(leaf) not in self.recoded else 0)
        name = f"{keyword[5:].lower()}{above}".replace("-", "_")
        self.above[keyword][name] = above
        return name

    def _rest(self) -> None:
        """The rules that are not lengths; those that are the same for several leaves are asked at once."""
        rules: dict[str, Any] = {}
        leaves: dict[str, list[Leaf]] = defaultdict(list)
        for leaf, limit in zip(self.stamp.leaves, self.stamp.limits, strict=False):
            rest = limit if not self._is_text(leaf) else _of_text(limit)
            if rest:
                key = json.dumps(rest, sort_keys=True)
                rules[key] = rest
                leaves[key].append(leaf)
        for key, rule in rules.items():
            values = [self._text(leaf) for leaf in leaves[key]]
            if len(values) == 1:
                self.tests.append(f"{self._constant(Schema(rule).is_clean)}({values[0]})")
            else:
                judge = Schema({"items": rule}).is_clean
                self.tests.append(f"{self._constant(judge)}([{', '.join(values)}])")

    def _different(self, group: list[tuple[Any, ...]]) -> bool:
        """No two tuples of a group the same. Whether they can be."""
        columns = [column for column in zip(*group, strict=True) if _tells(column)]
        if not columns:
            return False
        rows = [tuple(map(self._part, row)) for row in zip(*columns, strict=True)]
        shown = [row[0] if len(row) == 1 else f"({', '.join(row)})" for row in rows]
        self.tests.append(f"len({{{', '.join(shown)}}}) == {len(rows)}")
        return True

    def _part(self, part: Any) -> str:
        return self._text(part) if isinstance(part, Leaf) else self._constant(part)

    # writing

    def _pieces(self) -> tuple[list[str | None], list[str]]:
        """The payload as constant text with gaps (None), and the expressions that fill them."""
        constant = ""
        pieces: list[str | None] = []
        filled: list[str] = []

        def gap(value: str) -> None:
            nonlocal constant
            pieces.extend((constant, None))
            filled.append(value)
            constant = ""

        for chunk, leaf in zip(self.stamp.chunks, self.stamp.slots, strict=False):
            constant += chunk.decode()
            if id(leaf) in self.recoded:
                constant += '"'
                gap(self.recoded[id(leaf)])
                constant += '"'
            elif not self._is_text(leaf):
                gap(f"s{leaf.holes[0]}")
            else:
                constant += '"'
                for part in leaf.parts or ():
                    if isinstance(part, str):
                        constant += orjson.dumps(part).decode()[1:-1]
                    else:
                        gap(self.names[cast("int", part)])
                constant += '"'
        pieces.append(constant + self.stamp.chunks[-1].decode())
        return pieces, filled

    def _compiled(self) -> Fill:
        pieces, filled = self._pieces()
        whole = self.names and not self.before  # all values are texts, as they are
        given = "values" if whole and filled == self.names else _tuple(filled)
        texts = "values" if whole and self.texts == self.names else _tuple(self.texts)
        lines = [
            "def fill(values):",
            f"    {_tuple(self.names)} = values" if self.names else "",
            "    try:",
            *(f"        {line}" for line in self.before),
            f"        text = join({texts})",
            "        size = len(text)",
            *(f"        {line}" for line in self._measured(texts)),
            "    except (TypeError, NotText, UnicodeEncodeError):  # no text, or half a character",
            "        return general(values)",
            f"    if size > {BOUNDS.output // 2 // max(map(filled.count, filled), default=1)}: return None",
            *(f"    if not ({test}): return refused(values)" for test in _grouped(self.tests)),
            f"    if not {self._constant(self.stamp.also)}(values): return None" if self.stamp.also is not None else "",
            *(f"    {line}" for line in self._written(pieces, given, "encoded" if given == texts else "")),
        ]
        namespace = dict(self.constants)
        exec("\n".join(filter(None, lines)), namespace)
        return cast("Fill", namespace["fill"])

    def _measured(self, texts: str) -> Iterator[str]:
        """Whether anything must be escaped, and limits in other units than characters.

        A limit is lowered by what all values together have more in its unit than they have characters.
        """
        limits = [(name, above) for names in self.above.values() for name, above in names.items()]
        yield "ascii = text.isascii()"
        if limits:
            yield f"{_tuple([name for name, _ in limits])} = {tuple(above for _, above in limits)!r}"
        yield "if ascii:"
        yield "    if len(dumps(text)) != size + 2: return general(values)"
        yield "    refused = nothing"
        yield "else:"
        yield f"    encoded = [*map(encode, {texts})]"
        yield "    octets = octets_of(encoded)"
        yield "    if octets < 0: return general(values)"
        yield "    refused = general  # which measures each by itself"
        yield "    octets -= size"
        if self.above["x-maxUtf16"]:
            yield "    units = octets // 3  # at most: what takes two units takes four octets"
            yield f'    if units > {_FEW}: units = len(text.encode("utf-16-le")) // 2 - size'
        for keyword, more in (("x-maxUtf16", "units"), ("x-maxBytes", "octets")):
            for name, above in self.above[keyword].items():
                yield f"    {name} = {above} - {more}"

    def _written(self, pieces: list[str | None], given: str, encoded: str) -> Iterator[str]:
        """The payload: of texts where all is ASCII, else of bytes, as wide texts are slow to join and to encode."""
        self.constants["octets_between"] = [None if piece is None else piece.encode() for piece in pieces]
        if all(piece is None or piece.isascii() for piece in pieces):
            self.constants["pieces"] = pieces
            yield "if ascii:"
            yield "    found = pieces.copy()"
            yield f"    found[1::2] = {given}" if len(pieces) > 1 else ""
            yield "    return join(found).encode()"
        yield "found = octets_between.copy()"
        if len(pieces) > 1 and encoded:
            yield f"found[1::2] = map(encode, {given}) if ascii else {encoded}"
        elif len(pieces) > 1:
            yield f"found[1::2] = map(encode, {given})"
        yield "return join_octets(found)"


_ESCAPED = bytes([*range(0x20), *b'"\\'])  # what JSON escapes


def _octets_of(encoded: list[bytes]) -> int:
    """How many they are; -1 where one of them must be escaped."""
    octets = b"".join(encoded)
    return len(octets) if len(octets.translate(None, _ESCAPED)) == len(octets) else -1


def _tuple(names: list[str]) -> str:
    return f"({''.join(f'{name}, ' for name in names)})"


def _known(rule: Any) -> tuple[int, float]:
    """The fewest and most characters of a value that keeps a rule."""
    if not isinstance(rule, dict) or rule.get("type") != "string":
        return 0, inf
    return rule.get("minLength", 0), rule.get("maxLength", inf)


def _nothing(_values: Sequence[Any]) -> None:
    return None


def _grouped(tests: list[str]) -> list[str]:
    """Tests as few expressions, none of them too long for Python's compiler."""
    return [" and ".join(f"({test})" for test in tests[at : at + 100]) for at in range(0, len(tests), 100)]


def _of_text(rule: dict[str, Any]) -> dict[str, Any]:
    """What is left of the rules for a text when its length is known."""
    rest = {name: value for name, value in rule.items() if name not in _INLINE and name != "allOf"}
    if rest.get("type") == "string":
        del rest["type"]
    several = [left for each in rule.get("allOf", ()) if (left := _of_text_alone(each))]
    return {**rest, "allOf": several} if several else rest


def _of_text_alone(rule: Any) -> Any:
    if isinstance(rule, dict) and rule.get("type") == "string":
        return {name: value for name, value in rule.items() if name != "type"}
    return rule


def _simple(value: Any) -> str:
    """A number, true, false or null as JSON. Raises TypeError for anything else."""
    if type(value) is float and value - value != 0:
        raise TypeError
    if type(value) in (int, float, bool, type(None)):
        return orjson.dumps(value).decode()
    raise TypeError


def _tells(column: Sequence[Any]) -> bool:
    return any(isinstance(part, Leaf) or part != column[0] for part in column)
