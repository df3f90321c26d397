"""Why a value is not what a schema says, as few findings as there are mistakes. Needs `jsonschema`: import it late."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs
from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, extend
from referencing import Registry, Resource
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import DRAFT202012

from . import units
from .diagnostic import Severity
from .keywords import KEYWORDS, Check, Path, Problem, node_at
from .mistakes import Violation, settled


class _Error(ValidationError):
    """An error that brings what our keyword functions found."""

    problem: Problem


def _error(problem: Problem) -> _Error:
    error = _Error("")
    error.problem = problem
    return error


def _below(validator: Any, schema: Any, key: str, child: Any, step: str | None = None) -> Iterator[ValidationError]:
    """The errors of a field, with its key; jsonschema leaves the key out where `false` stands for a schema."""
    if schema is not False:
        yield from validator.descend(child, schema, path=key, schema_path=step)
        return
    error = _Error("", validator="false", validator_value=False, schema=False)
    error.problem = Problem(path=(key,))
    yield error


@cache
def _probe(keyword: str, value: Any) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({keyword: value}, pattern_options=jsonschema_rs.RegexOptions())


def _holds(keyword: str, value: Any, instance: Any) -> bool:
    """What jsonschema-rs says of one keyword: patterns in linear time, and remainders of decimals."""
    try:
        return _probe(keyword, value).is_valid(instance)
    except ValueError:
        return False


def _pattern(_validator: Any, value: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not _holds("pattern", value, instance):
        yield _error(Problem())


def _multiple_of(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if not _holds("multipleOf", value, instance):
        yield _error(Problem())


def _max_length(_validator: Any, limit: int, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, str):
        return
    if len(instance) > limit:
        yield _error(Problem(measured=len(instance), allowed=limit, unit=schema.get("x-unit", "characters")))
    elif schema.get("x-unit") == "characters" and (size := units.utf16(instance)) > limit:
        yield _error(Problem(measured=size, allowed=limit, unit="UTF-16 units", warning=True))


def _required(_validator: Any, names: list[str], instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    properties = schema.get("properties", {})
    for name in names:
        if name not in instance:
            strangers = [key for key in instance if key not in properties] if name in properties else []
            yield _error(Problem(key=name, extra={"strangers": strangers}))


def _dependent_required(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for present, names in value.items():
            for name in names:
                if present in instance and name not in instance:
                    yield _error(Problem(key=name, extra={"with": present}))


def _additional(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    properties, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for key, child in instance.items():
        if key in properties or any(_holds("pattern", pattern, key) for pattern in patterns):
            continue
        if value is False:
            known = [name for name in properties if name not in instance]
            yield _error(Problem(path=(key,), key=key, extra={"known": known}))
        else:
            yield from _below(validator, value, key, child)


def _properties(validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for key, below in value.items():
            if key in instance:
                yield from _below(validator, below, key, instance[key], key)


def _pattern_properties(validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for pattern, below in value.items():
            for key, child in instance.items():
                if _holds("pattern", pattern, key):
                    yield from _below(validator, below, key, child, pattern)


def _ours(check: Check) -> Callable[..., Iterator[ValidationError]]:
    def keyword(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
        for problem in check(value, instance):
            yield _error(problem)

    return keyword


_ref = Draft202012Validator.VALIDATORS["$ref"]


def _reference(validator: Any, value: str, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """As jsonschema does it, noting on each error the schemas that refer to the one that failed."""
    for error in _ref(validator, value, instance, schema) or ():
        if not error.relative_path and len(error.relative_schema_path) <= 1:  # a reference is no step of it
            vars(error).setdefault("referrers", []).append(schema)
        yield error


_Judge: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {
        **{name: _ours(check) for name, check in KEYWORDS.items()},
        "$ref": _reference,
        "pattern": _pattern,
        "multipleOf": _multiple_of,
        "maxLength": _max_length,
        "required": _required,
        "dependentRequired": _dependent_required,
        "additionalProperties": _additional,
        "properties": _properties,
        "patternProperties": _pattern_properties,
    },
)


def _resource(document: Any) -> Resource[Any]:
    """Without `$schema`: jsonschema takes its own validator, not ours, wherever one stands."""
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key != "$schema"}
    return DRAFT202012.create_resource(document)


@cache
def _local(retrieve: Callable[[str], Any]) -> Callable[[str], Resource[Any]]:
    @cache
    def local(uri: str) -> Resource[Any]:
        try:
            return _resource(retrieve(uri))
        except (LookupError, OSError) as error:
            raise NoSuchResource(uri) from error

    return local


def judge_of(
    document: Any, uri: str, retrieve: Callable[[str], Any], more: Mapping[str, Callable[..., Any]] | None = None
) -> Any:
    """The schema `document` with all that it refers to, ready for `search`. Slow to make: 10 ms.

    `retrieve` gives the document of an address that a reference leads to, or raises LookupError. `more` are keywords'
    own functions, instead of the usual ones.
    """
    registry: Any = Registry(retrieve=_local(retrieve))  # type: ignore[call-arg]
    known = {uri: _resource(document), **dict(_referred(document, uri, _local(retrieve), {uri}))}
    kind = extend(_Judge, more) if more else _Judge  # type: ignore[no-untyped-call]
    return kind({"$ref": uri}, registry=registry.with_resources(known.items()))


def search(judge: Any, instance: Any) -> list[Violation]:
    """What in `instance` the schema of a judge does not allow, in the order of the instance."""
    strange = list(_not_json(instance, ()))
    if strange:
        return strange
    found = [_violation(error, instance) for error in judge.iter_errors(instance)]
    return sorted(settled(found, instance), key=lambda violation: _position(violation.path, instance))


def _referred(
    part: Any, base: str, local: Callable[[str], Resource[Any]], seen: set[str]
) -> Iterator[tuple[str, Resource[Any]]]:
    """The documents that a schema refers to, and those that these refer to.

    A registry that has to fetch one reads every schema that it holds first, for each reference again.
    """
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _referred(child, base, local, seen)
    reference = part.get("$ref") if isinstance(part, dict) else None
    uri = urldefrag(urljoin(base, reference)).url if isinstance(reference, str) else base
    if uri not in seen:
        seen.add(uri)
        with suppress(NoSuchResource):  # found again, and told, when it is needed
            resource = local(uri)
            yield uri, resource
            yield from _referred(resource.contents, uri, local, seen)


def _not_json(value: Any, path: Path) -> Iterator[Violation]:
    """What no JSON text can hold, and jsonschema would not mind."""
    if isinstance(value, str):
        if any("\ud800" <= char <= "\udfff" for char in value):
            yield Violation("lone-surrogate", None, path, value)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Violation("not-finite", None, path, value)
    elif isinstance(value, dict):
        for key, child in value.items():
            if not isinstance(key, str) or any("\ud800" <= char <= "\udfff" for char in key):
                yield Violation("not-text-key", None, path, value, key=repr(key))
            else:
                yield from _not_json(child, (*path, key))
    elif isinstance(value, list | tuple):
        for index, child in enumerate(value):
            yield from _not_json(child, (*path, index))


def _violation(error: ValidationError, root: Any) -> Violation:
    error = _telling(error)
    problem = getattr(error, "problem", None) or Problem()
    holder = error.schema if isinstance(error.schema, dict) else {}
    keyword = str(error.validator) if error.validator else "false"
    at = tuple(error.absolute_path)
    measured, allowed, unit = problem.measured, problem.allowed, problem.unit
    if measured is None and keyword in _SIZES:
        measured, allowed = len(node_at(root, at)), error.validator_value
        unit = holder.get("x-unit", "characters") if keyword == "minLength" else "items"
    path = (*at, *problem.path)
    return Violation(
        keyword=keyword,
        limit=error.validator_value,
        path=path,
        value=node_at(root, path),
        schema=holder,
        annotations=_annotations(keyword, holder, vars(error).get("referrers", [])),
        measured=measured,
        allowed=allowed,
        unit=unit,
        key=problem.key,
        severity=Severity.WARNING if problem.warning else Severity.ERROR,
        others=tuple((*at, *other) for other in problem.others),
        extra=problem.extra,
    )


_SIZES = frozenset(["minLength", "minItems", "maxItems", "minProperties", "maxProperties"])


def _telling(error: ValidationError) -> ValidationError:
    """Of an `anyOf` that failed, the first error of the branch that was meant, when that is clear."""
    if error.validator != "anyOf":
        return error
    branches: dict[Any, list[ValidationError]] = defaultdict(list)
    for below in error.context or ():
        branches[below.relative_schema_path[0]].append(below)
    unlike = {
        index: next((e for e in errors if not e.relative_path and e.validator in ("type", "const", "enum")), None)
        for index, errors in branches.items()
    }
    meant = [index for index, other in unlike.items() if other is None]
    if len(meant) == 1:
        return _telling(branches[meant[0]][0])
    if not meant and all(other and other.validator == "type" for other in unlike.values()):
        error.validator = "type"
        error.validator_value = [kind for other in unlike.values() if other for kind in _listed(other.validator_value)]
    return error


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_OF_THE_USE = ("x-title", "x-hint", "x-label")
_TELLING = frozenset(["pattern", "enum", "const", "not", "contains", "minLength", *KEYWORDS]) - frozenset(
    ["x-maxUtf16", "x-maxBytes", "x-maxGraphemes", "x-maxSeptets"]
)


def _annotations(keyword: str, holder: dict[str, Any], referrers: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The annotations of the schema that failed and of those that refer to it.

    A title, a hint, a label and a code are of the place, so the outermost counts; a source, its day and
    its note are of the rule, so the innermost counts.
    """
    found: dict[str, Any] = {}
    for schema in (holder, *referrers):
        for key, value in schema.items():
            if key == "x-code":
                if _owns_code(schema, keyword):
                    found[key] = value
            elif key in _OF_THE_USE:
                found[key] = value
            elif key.startswith("x-") or key == "description":
                found.setdefault(key, value)
    return found


def _owns_code(schema: dict[str, Any], keyword: str) -> bool:
    """Whether the schema's `x-code` is about this keyword: `bad-url` is not about a wrong type or a length."""
    return keyword in _TELLING or (keyword != "type" and not _TELLING.intersection(schema))


def _position(path: Path, root: Any) -> tuple[int, ...]:
    """Where in the document a path leads, for sorting."""
    steps: list[int] = []
    for step in path:
        steps.append(step if isinstance(step, int) else list(root).index(step))
        root = root[step]
    return tuple(steps)
