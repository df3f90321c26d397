"""Violations of a schema as diagnostics: the code, the words, the source of the rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .diagnostic import Diagnostic, Label
from .mistakes import Violation
from .phrases import capital, list_name, small
from .source import Span
from .tree import pointer_of
from .wording import doubt, note_of, words


def diagnose(violation: Violation, *, who: str, span: Span | None = None, others: Sequence[Span] = ()) -> Diagnostic:
    """A violation in words. `who` has the rule: "Messenger", "Genesys Cloud", "Handbill".

    `span` is the place of `violation.path`, `others` those of `violation.others`. Without a span the
    words of the label are the first sentence of the text.
    """
    code = _code(violation)
    said = words(violation, code, who)
    notes = violation.annotations
    label = notes.get("x-label") or said.label
    text = " ".join(filter(None, [said.text, note_of(violation), doubt(violation, who)]))
    return Diagnostic(
        code=code,
        title=said.title,
        label=Label(span, label) if span else None,
        severity=violation.severity,
        text=text if span else f"{capital(label)}. {text}".rstrip(),
        hint=small(str(notes.get("x-hint", ""))).removesuffix(".") or said.hint,
        source=notes.get("x-source", ""),
        checked=notes.get("x-checked", ""),
        related=tuple(Label(other, _RELATED.get(violation.keyword, "")) for other in others),
        value=violation.value if isinstance(violation.value, str) else None,
        pointer=pointer_of(violation.path),
    )


def diagnose_parameter(violation: Violation, *, span: Span | None = None, others: Sequence[Span] = ()) -> Diagnostic:
    """The same for a template's context, which breaks the contract: it names the parameter."""
    v = violation
    plain = diagnose(v, who="the template", span=span, others=others)
    if v.keyword == "required" and not v.path:
        code, title, label = "missing-parameter", f"Parameter `{v.key}` missing", f"`{v.key}` is not given"
        hint = f"give `{v.key}` a value, or a `default` in the template's `params`"
    elif v.keyword == "additionalProperties" and len(v.path) == 1:
        code, title = "unknown-parameter", f"Unknown parameter `{v.key}`"
        label = f"the template has no parameter `{v.key}`"
        hint = f"did you mean `{v.meant}`?" if v.meant else "take it out, or add it to the template's `params`"
    else:
        name = str(v.path[0]) if v.path else ""
        title = f"Wrong value for parameter `{name}`" if name else "Wrong parameters"
        return replace(plain, code="wrong-parameter", title=title)
    text = note_of(v)
    return replace(
        plain,
        code=code,
        title=title,
        label=Label(span, label) if span else None,
        text=text if span else f"{capital(label)}. {text}".rstrip(),
        hint=hint,
    )


# What is said at the other half of it.
_RELATED = {"x-uniqueBy": "the first one is here", "x-sameShape": "the first one is built like this"}

_CODES = {
    "maxLength": "text-too-long",
    "x-maxUtf16": "text-too-long",
    "x-maxBytes": "text-too-long",
    "x-maxGraphemes": "text-too-long",
    "x-maxSeptets": "text-too-long",
    "x-maxTotal": "too-many-items",
    "x-maxTotalText": "text-too-long",
    "x-maxJsonBytes": "output-too-large",
    "maxProperties": "too-many-items",
    "minItems": "too-few-items",
    "minProperties": "too-few-items",
    "required": "missing-field",
    "dependentRequired": "missing-field",
    "additionalProperties": "unknown-field",
    "type": "wrong-type",
    "not-text-key": "wrong-type",
    "pattern": "wrong-format",
    "minimum": "number-out-of-range",
    "maximum": "number-out-of-range",
    "exclusiveMinimum": "number-out-of-range",
    "exclusiveMaximum": "number-out-of-range",
    "x-uniqueBy": "duplicate-value",
    "uniqueItems": "duplicate-value",
    "x-sameShape": "cards-differ",
    "x-exactlyOne": "one-of-fields",
    "x-atLeastOne": "missing-one-of",
    "x-unsupported": "unsupported-field",
    "x-plain": "formatting-signs",
    "false": "unsupported-field",
    "lone-surrogate": "lone-surrogate",
    "not-finite": "bad-number",
}
_TOO_MANY = {"buttons": "too-many-buttons", "cards": "too-many-cards"}


def _code(v: Violation) -> str:
    given = v.annotations.get("x-code")
    if given:
        return str(given)
    if v.keyword == "minLength":
        return "empty-text" if v.limit == 1 else "text-too-short"
    if v.keyword == "maxItems":
        return _TOO_MANY.get(list_name(v.path), "too-many-items")
    return _CODES.get(v.keyword, "wrong-value")
