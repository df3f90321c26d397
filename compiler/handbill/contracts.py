"""A template's contract, checked: the front matter itself, and contexts against it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .diagnostic import Diagnostic, Label, did_you_mean
from .findings import diagnose, diagnose_parameter
from .marks import Path, Place
from .mistakes import Violation
from .source import Source, Span
from .template import RESERVED, Template, span_in
from .validate import Schema, check_contract_schema, contract, schema

_NAME = re.compile("[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a context came from, so that a wrong value can be shown there."""

    source: Source
    places: dict[Path, Place]
    prefix: Path = ()

    def span(self, path: Path, key: bool = False) -> Span:
        return span_in(self.source, self.places, (*self.prefix, *path), key)


def example_origin(template: Template, name: str) -> Origin:
    return Origin(template.source, template.places, ("examples", name))


def check_front_matter(template: Template) -> list[Diagnostic]:
    """What is wrong with a template's settings. Names of channels and gateways are the pipeline's to check."""
    rules = schema("template.schema.json")
    found: list[Diagnostic] = []
    if not rules.is_valid(template.front):
        for v in rules.violations(template.front):
            if _of_parameters(v):
                continue
            unknown = v.keyword == "additionalProperties"
            diagnostic = diagnose(v, who="Handbill", span=template.span(v.path, key=unknown))
            if unknown:
                label = Label(template.span(v.path, key=True), f"there is no setting `{v.key}`")
                diagnostic = replace(
                    diagnostic, code="unknown-setting", title="Unknown setting", label=label, value=None
                )
            found.append(diagnostic)
    params = template.front.get("params")
    if isinstance(params, dict):
        for problem in check_contract_schema(params):
            label = Label(template.span(("params", *problem.path), key=True), problem.text)
            found.append(Diagnostic("invalid-contract", "Rule of a parameter", label, hint=problem.hint))
        found += _check_names(template, params)
    return found


def _of_parameters(v: Violation) -> bool:
    """Whether a violation is about one parameter, of which the contract's own check says more."""
    return v.path[:1] == ("params",) and (len(v.path) > 1 or v.keyword == "pattern")


def _check_names(template: Template, params: Mapping[str, Any]) -> Iterator[Diagnostic]:
    for name in params:
        place = template.span(("params", name), key=True)
        if name in RESERVED:
            label = Label(place, f"every template has a `{name}` already")
            yield Diagnostic("invalid-contract", f"`{name}` is taken", label, hint="choose another name")
        elif not _NAME.fullmatch(name):
            label = Label(place, "this cannot be the name of a parameter")
            hint = "a parameter's name has letters, digits and _ only, and does not begin with a digit"
            yield Diagnostic("invalid-contract", "Name of a parameter", label, hint=hint)


class ContextRules:
    """The contract of one template, ready to judge contexts."""

    def __init__(self, template: Template) -> None:
        self.template = template
        self.defaults = {name: rule["default"] for name, rule in template.contract.params.items() if "default" in rule}
        self._schema: Schema | None = contract(template.contract.params) if template.contract.has_params else None

    @property
    def needs(self) -> bool:
        """Whether there are parameters that a context must give."""
        return len(self.defaults) < len(self.template.contract.params)

    def complete(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """The context with the contract's defaults for what was left out."""
        return {**self.defaults, **context}

    def holds(self, context: Mapping[str, Any]) -> bool:
        if self._schema is not None:
            return self._schema.is_valid(context)
        return next(_odd_values(dict(context)), None) is None

    def problems(self, context: Mapping[str, Any], origin: Origin | None) -> list[Diagnostic]:
        """What breaks the contract, at the value itself when it is known where it came from."""
        odd = list(_odd_values(context))
        if odd:
            return [_not_plain(path, what, origin.span(path) if origin else None) for path, what in odd]
        if self._schema is None:
            return []
        found = []
        for v in self._schema.violations(context):
            span = origin.span(v.path, key=v.keyword == "additionalProperties") if origin else None
            name = str(v.path[0]) if v.path else v.key
            if v.keyword == "additionalProperties" and len(v.path) == 1 and len(v.key) <= 60 and not v.meant:
                v = replace(v, meant=did_you_mean(v.key, self.defaults) or "")  # a default counts as given
            found.append(replace(diagnose_parameter(v, span=span), parameters=(name,)))
        return found


def _odd_values(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """What cannot be in a message: text that is no Unicode, numbers that JSON has not, anything but data."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            yield path, "surrogate"
    elif isinstance(value, float):
        if value - value != 0:
            yield path, "number"
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from _odd_values(key, (*path, str(key)))
            yield from _odd_values(child, (*path, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _odd_values(child, (*path, index))
    elif value is not None and not isinstance(value, bool | int):
        yield path, type(value).__name__


def _not_plain(path: Path, what: str, span: Span | None) -> Diagnostic:
    name = str(path[0]) if path else ""
    if what == "surrogate":
        code, title, said = "lone-surrogate", f"Half a character in `{name}`", "half of a character"
        text, hint = "Such a half is left when an emoji is cut in two.", f"mend `{name}` where it comes from"
    elif what == "number":
        code, title, said = "bad-number", f"`{name}` is not a number", "JSON has no such number"
        text, hint = "", "leave it out, or give null"
    else:
        code, title, said = "wrong-parameter", f"Wrong value for parameter `{name}`", f"a {what} is no data"
        text, hint = "", "values are text, numbers, true, false, null, lists and objects"
    label = Label(span, said) if span else None
    return Diagnostic(code, title, label, text=text, hint=hint, parameters=(name,))
