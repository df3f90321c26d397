"""Is a value what a schema says? `jsonschema-rs` gives the fast yes or no, `violations` the reasons.

Both see the same local files only: no `$ref` is ever fetched, from the network or from anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import jsonschema_rs

from . import keywords, units
from .diagnostic import did_you_mean
from .findings import diagnose, diagnose_parameter
from .keywords import Check, Path
from .mistakes import Violation
from .resources import load

__all__ = [
    "ContractProblem",
    "Schema",
    "Violation",
    "check_contract_schema",
    "contract",
    "diagnose",
    "diagnose_parameter",
    "schema",
]

# What stands for the folder `schemas/` in references. It names no host (RFC 6761), and nothing is fetched; a
# scheme of our own would do, but Python joins relative addresses in the schemes it knows only.
BASE = "https://handbill.invalid/"


def retrieve(uri: str) -> Any:
    """The shipped schema that a reference leads to. Raises LookupError for every other address."""
    if not uri.startswith(BASE):
        raise LookupError(uri)
    return load(uri.removeprefix(BASE))


def _keyword_class(name: str, check: Check) -> type:
    class Keyword:
        def __init__(self, _parent: dict[str, Any], value: Any, _path: list[str | int]) -> None:
            self.value = value

        def validate(self, instance: Any) -> None:
            if check(self.value, instance):
                raise ValueError(name)

    return Keyword


class _Unit:
    """`x-unit`, when texts must fit in every reading of an undefined "characters"."""

    def __init__(self, parent: dict[str, Any], value: Any, _path: list[str | int]) -> None:
        self.limit = parent.get("maxLength") if value == "characters" else None

    def validate(self, instance: Any) -> None:
        if self.limit is not None and isinstance(instance, str) and units.utf16(instance) > self.limit:
            raise ValueError("x-unit")


_CLASSES = {name: _keyword_class(name, check) for name, check in keywords.KEYWORDS.items()}
_ERRORS = {name: each for name, each in _CLASSES.items() if name not in keywords.WARNINGS}
_DOUBTS = {name: each for name, each in _CLASSES.items() if name in keywords.WARNINGS}


def _validator(document: Any, uri: str, more: Mapping[str, type] | None = None) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator(
        document,
        base_uri=uri,
        retriever=retrieve,
        pattern_options=jsonschema_rs.RegexOptions(),  # time linear in the text, whatever the pattern
        keywords={**_ERRORS, **(more or {})},
    )


class Schema:
    """One schema, ready to judge plain JSON values (`dict`, `list`, `str`, `int`, `float`, `bool`, None).

    Raises `jsonschema_rs.ValidationError` when the document is no schema.
    """

    def __init__(self, document: Any, name: str = "") -> None:
        self.document = document
        self.name = name  # path under `schemas/`; empty when made in memory
        self.uri = BASE + (name or "contract")
        self._valid = _validator(document, self.uri)
        self._clean: jsonschema_rs.Validator | None = None
        self._judge: Any = None  # made when there is something to say

    def is_valid(self, instance: Any) -> bool:
        """Whether there are no errors; the same as no violation of severity `error`.

        For JSON data: `violations` also finds what JSON cannot hold (half a surrogate pair, infinity, a
        key that is no text), this may pass it.
        """
        try:
            return self._valid.is_valid(instance)
        except ValueError:  # a lone surrogate, a key that is no text
            return False

    def is_clean(self, instance: Any) -> bool:
        """Whether there is nothing to say at all, not even a warning."""
        if self._clean is None:
            self._clean = _validator(self.document, self.uri, {"x-unit": _Unit, **_DOUBTS})
        try:
            return self._clean.is_valid(instance)
        except ValueError:
            return False

    def violations(self, instance: Any) -> list[Violation]:
        """What is wrong, each mistake once, in the order of the document. Slow: for values that are not clean."""
        from .violations import judge_of, search  # jsonschema: 100 ms

        if self._judge is None:
            self._judge = judge_of(self.document, self.uri, retrieve)
        return search(self._judge, instance)


@cache
def schema(name: str) -> Schema:
    """A shipped schema, by its path under `schemas/`: `messenger/message.schema.json`."""
    return Schema(load(name), name)


@cache
def pattern(text: str) -> jsonschema_rs.Validator:
    """A validator for one pattern. Raises `jsonschema_rs.ValidationError` when it is none."""
    return jsonschema_rs.Draft202012Validator({"pattern": text}, pattern_options=jsonschema_rs.RegexOptions())


def contract(params: Mapping[str, Any]) -> Schema:
    """The schema of a template's context. Not cached; check `params` with `check_contract_schema` first."""
    needed = [name for name, param in params.items() if not (isinstance(param, dict) and "default" in param)]
    return Schema({"type": "object", "properties": dict(params), "required": needed, "additionalProperties": False})


@dataclass(frozen=True, slots=True)
class ContractProblem:
    """What is wrong with a contract: a way into `params`, and words for its author."""

    path: Path
    text: str  # "`maxLenght` is no rule for a parameter"
    hint: str = ""


_INSTEAD = {
    "format": "say it with `pattern`",
    "oneOf": "say it with `anyOf`, or with `if` and `then`",
    "$ref": "write the rules out: a contract stands alone",
    "$dynamicRef": "write the rules out: a contract stands alone",
    "$id": "leave it out",
    "definitions": "write the rules out: a contract stands alone",
    "optional": "give the parameter a `default`",
}
_KINDS = ("string", "number", "integer", "boolean", "object", "array", "null")
_REFERENCES = ("$ref", "$defs", "$schema")
_ALLOWED = (keywords.STANDARD | keywords.ANNOTATIONS | frozenset(keywords.KEYWORDS)) - frozenset(_REFERENCES)


def check_contract_schema(params: Any) -> list[ContractProblem]:
    """What is wrong with a contract's `params`, which gives each parameter's name its JSON Schema.

    A contract refers to nothing, so it has no `$ref`; its patterns are those that take linear time, so
    they have no look-around and no back-reference; a default must fit its own rules.
    """
    if not isinstance(params, dict):
        return [ContractProblem((), "`params` gives each parameter its rules, as `name: {type: string}`")]
    found: list[ContractProblem] = []
    for name, param in params.items():
        if isinstance(param, dict):
            found += _check_parameter(name, param)
        else:
            hint = f"write `{name}: {{type: string}}`"
            found.append(ContractProblem((name,), f"parameter `{name}` has no rules in braces", hint))
    return found


def _check_parameter(name: str, param: dict[str, Any]) -> list[ContractProblem]:
    found: list[ContractProblem] = []
    for path, part in keywords.subschemas(param, (name,)):
        for key, value in part.items():
            problem = _check_word((*path, key), key, value)
            if problem:
                found.append(problem)
    if found:
        return found
    try:
        jsonschema_rs.meta.validate({**param, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        judge = Schema(param)
    except (jsonschema_rs.ValidationError, ValueError) as error:
        steps = getattr(error, "instance_path", [])
        key = next((step for step in reversed(steps) if isinstance(step, str)), name)
        return [ContractProblem((name, *steps), f"`{key}` does not take this value")]
    if "default" in param and not judge.is_valid(param["default"]):
        return [ContractProblem((name, "default"), f"the default of `{name}` breaks the parameter's own rules")]
    return []


def _check_word(path: Path, key: Any, value: Any) -> ContractProblem | None:
    if key not in _ALLOWED:
        meant = did_you_mean(str(key), sorted(_ALLOWED))
        hint = _INSTEAD.get(str(key)) or (f"did you mean `{meant}`?" if meant else "")
        return ContractProblem(path, f"`{key}` is no rule for a parameter", hint)
    if key in keywords.SHAPES and not jsonschema_rs.is_valid(keywords.SHAPES[key], value, offline=True):
        return ContractProblem(path, f"`{key}` does not take this value")
    if key == "type":
        wrong = [kind for kind in (value if isinstance(value, list) else [value]) if kind not in _KINDS]
        hint = f"choose {', '.join(_KINDS)}"
        return ContractProblem(path, f"`{wrong[0]}` is no type", hint) if wrong else None
    if key == "pattern" and isinstance(value, str):
        return _check_pattern(path, value)
    if key == "patternProperties" and isinstance(value, dict):
        return next(filter(None, (_check_pattern((*path, name), name) for name in value)), None)
    return None


def _check_pattern(path: Path, text: str) -> ContractProblem | None:
    try:
        pattern(text)
    except (jsonschema_rs.ValidationError, ValueError):
        hint = "look-around and back-references are not allowed, and every bracket must close"
        return ContractProblem(path, "this pattern cannot be used", hint)
    return None
