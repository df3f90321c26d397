"""What to say of each way in which a message can be wrong.

The reader writes messages, so the words never speak of schemas. A title is a noun phrase, a label is said under
her own text, a hint says what to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from .diagnostic import Severity, did_you_mean
from .mistakes import Violation
from .phrases import (
    all_of,
    capital,
    count_of,
    list_name,
    noun_of,
    one_of,
    quoted,
    shown,
    small,
    thing,
    ticked,
    with_article,
)


@dataclass(frozen=True, slots=True)
class Words:
    """The parts of a finding that are words."""

    title: str
    label: str
    text: str = ""
    hint: str = ""


def words(violation: Violation, code: str, who: str) -> Words:
    """What to say of a violation whose rule is `who`'s: "Messenger", "Genesys Cloud", "Handbill"."""
    said = _WORDS.get(violation.keyword, _other)(violation, who)
    if violation.keyword not in ("pattern", "enum", "const"):
        return said
    special = _OF_CODE.get(code, {})
    value = shown(violation.value)
    shows = "does not carry" if who.startswith("genesys-") else "cannot show"
    filled = {name: text.format(who=who, value=value, shows=shows) for name, text in special.items()}
    return replace(said, **filled)


# Where the code of a form or a choice is known, more can be said than "wrong".
_OF_CODE = {
    "bad-url": {
        "title": "Bad URL",
        "label": "not an absolute http or https address",
        "hint": "write it in full, as in https://example.com/page",
    },
    "bad-phone": {
        "title": "Bad phone number",
        "label": "not a number with + and country code",
        "hint": "write it as in +4930123456",
    },
    "bad-time": {
        "title": "Bad time",
        "label": "not a date and time with its zone",
        "hint": "write it as in 2026-12-01T09:30:00Z",
    },
    "unknown-template-type": {"title": "Unknown template type", "label": "there is no template type `{value}`"},
    "unsupported-template-type": {"title": "Unsupported template type", "label": "{who} {shows} `{value}`"},
}


def _too_long(v: Violation, who: str) -> Words:
    title = f"{capital(_subject(v))} too long"
    size, allowed = v.measured or 0, v.allowed or 0
    same = size == len(v.value)
    over = size - allowed
    hint = f"shorten it by {count_of(over, 'character') if same or v.unit in _PLAIN else over}"
    if v.severity is not Severity.ERROR:
        label = f"{size} characters when an emoji counts as 2; {who} allows {allowed}"
        text = f"{who} does not say whether an emoji counts as 1 or 2; on some devices this may be refused or cut."
        return Words(title, label, text, hint)
    unit = "character" if v.unit in _PLAIN or same else _UNIT_NAMES.get(v.unit, v.unit)
    label = f"{count_of(size, unit)}; {who} allows {allowed}"
    outside = v.extra.get("outside")
    if outside:
        label = f"{count_of(size, unit)}; {who} allows {allowed} in a text with {quoted(outside[:3])}"
        hint = f"{hint}, or write it without {quoted(outside[:3])}"
        return Words(title, label, "Such a character makes every character of the text take twice the room.", hint)
    return Words(title, label, "" if same else _UNIT_TEXTS.get(v.unit, "").format(who=who), hint)


_PLAIN = ("characters", "code points", "graphemes")
_UNIT_NAMES = {"UTF-16 units": "unit", "bytes": "byte", "septets": "unit"}
_UNIT_TEXTS = {
    "UTF-16 units": "{who} counts most emoji as 2.",
    "bytes": "{who} counts bytes: a letter such as ä is 2, an emoji 4.",
    "septets": "In an SMS each of ^ { } [ ] ~ | \\ € counts as 2.".replace("{", "{{").replace("}", "}}"),
}


def _too_short(v: Violation, who: str) -> Words:
    if not v.value:
        return Words(f"{capital(_subject(v))} empty", "this text is empty", "", "write something here")
    label = f"{count_of(v.measured or 0, 'character')}; {who} needs at least {v.limit}"
    return Words(f"{capital(_subject(v))} too short", label, "", "write more")


def _counted(v: Violation) -> tuple[str, str]:
    """What is counted: "button", "buttons"."""
    if v.keyword.endswith("Properties"):
        return "field", "fields"
    return noun_of(list_name(v.path) or "messages")


def _many(v: Violation, noun: tuple[str, str]) -> str:
    return small(v.annotations["x-title"]) if "x-title" in v.annotations else noun[1]


def _too_many(v: Violation, who: str) -> Words:
    noun = _counted(v)
    over = (v.measured or 0) - (v.allowed or 0)
    total = " in all" if v.keyword == "x-maxTotal" else ""
    label = f"{count_of(v.measured or 0, *noun)}{total}; {who} allows {v.allowed}"
    return Words(f"Too many {_many(v, noun)}", label, "", f"take out {count_of(over, *noun)}")


def _too_large(v: Violation, who: str) -> Words:
    """Of a whole: all its texts together, or its size as JSON."""
    unit = "byte" if v.unit == "bytes" else "character"
    size, allowed = v.measured or 0, v.allowed or 0
    label = f"{count_of(size, unit)} in all; {who} allows {allowed}"
    return Words(f"{capital(_subject(v))} too large", label, "", f"take out {count_of(size - allowed, unit)}")


def _too_few(v: Violation, who: str) -> Words:
    noun = _counted(v)
    label = f"{count_of(v.measured or 0, *noun)}; {who} needs at least {v.limit}"
    return Words(f"Too few {_many(v, noun)}", label, "", f"add {count_of(v.limit - (v.measured or 0), *noun)}")


def _missing(v: Violation, _who: str) -> Words:
    label = f"`{v.key}` is missing"
    if "with" in v.extra:
        label += f"; `{v.extra['with']}` needs it"
    return Words(f"{capital(thing(v.path))} without `{v.key}`", label, "", f"add `{v.key}`")


def _unknown(v: Violation, _who: str) -> Words:
    label = f"{with_article(thing(v.path[:-1]))} has no `{shown(v.key)}`"
    known = v.extra.get("known", ())
    hint = f"it can have {quoted(known)}" if 0 < len(known) <= 8 else "take it out"
    return Words("Unknown field", label, "", f"did you mean `{v.meant}`?" if v.meant else hint)


_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "an object in braces",
    "array": "a list in square brackets",
    "null": "null",
}


def _wrong_type(v: Violation, _who: str) -> Words:
    wanted: list[str] = v.limit if isinstance(v.limit, list) else [v.limit]
    label = f"{_kind(v.value)}; {one_of([_TYPES.get(kind, kind) for kind in wanted])} is needed"
    hint = ""
    if v.value is None:
        hint = "give it a value, or leave it out"
    elif "string" in wanted and not isinstance(v.value, dict | list):
        hint = f'put it in quotes: "{shown(v.value)}"'
    elif "array" in wanted:
        hint = "put it in square brackets"
    return Words("Wrong kind of value", label, "", hint)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return f"{shown(value)} without quotes"
    if isinstance(value, int | float):
        return "a number"
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else "an object"


def _wrong_value(v: Violation, who: str) -> Words:
    choices = [v.limit] if v.keyword == "const" else v.limit
    known = [shown(choice) for choice in choices if choice != "generic" or "card" not in choices]
    near = did_you_mean(v.value, [c for c in choices if isinstance(c, str)]) if isinstance(v.value, str) else None
    hint = f"did you mean `{near}`?" if near else f"choose {one_of(ticked(known))}"
    if len(known) == 1:
        hint = f"write `{known[0]}`"
    return Words("Wrong value", f"{who} does not know `{shown(v.value)}` here", "", hint)


def _wrong_form(v: Violation, who: str) -> Words:
    return Words(f"{capital(_subject(v))} in the wrong form", f"not in the form that {who} takes")


_BOUNDS = {
    "minimum": "at least",
    "maximum": "at most",
    "exclusiveMinimum": "more than",
    "exclusiveMaximum": "less than",
}


def _out_of_range(v: Violation, who: str) -> Words:
    bound = f"{_BOUNDS[v.keyword]} {shown(v.limit)}"
    return Words(
        f"{capital(_subject(v))} out of range", f"{shown(v.value)}; {who} takes {bound}", "", f"make it {bound}"
    )


def _duplicate(v: Violation, who: str) -> Words:
    noun, nouns = noun_of(list_name(v.path) or "items")
    fields = v.limit["fields"]
    same = f"the same {all_of(ticked(fields))}" if fields else "the same"
    its = all_of([f"`{name}`" for name in fields]) or "text"
    return Words(
        f"Two {nouns} alike",
        f"{same} as in another {noun}" if fields else f"the same as another {noun}",
        f"{who} cannot tell such {nouns} apart.",
        f"give each {noun} its own {its}" if len(fields) < 2 else f"change {one_of(ticked(fields))}",
    )


def _repeated(v: Violation, who: str) -> Words:
    noun, nouns = noun_of(list_name(v.path) or "items")
    return Words(f"Two {nouns} alike", f"one {noun} stands here twice", f"{who} takes each only once.", "take one out")


def _differ(v: Violation, who: str) -> Words:
    noun, nouns = noun_of(next((step for step in reversed(v.limit["path"]) if step != "*"), "cards"))
    field, how, here, first = (v.extra[name] for name in ("field", "how", "here", "first"))
    if how == "present":
        label = f"the first {noun} has no `{field}`" if here else f"no `{field}`; the first {noun} has one"
    elif how == "count":
        label = f"{count_of(here, *noun_of(field))}; the first {noun} has {first or 'none'}"
    else:
        label = f"{_kinds(here)}; the first {noun} has {_kinds(first)}"
    return Words(
        f"{capital(nouns)} differ", label, f"{who} shows {nouns} side by side only when all are built alike.",
        f"give every {noun} the same fields and the same kinds of buttons",
    )  # fmt: skip


def _kinds(kinds: list[str]) -> str:
    return all_of([with_article(kind) if kind else "a button without an action" for kind in kinds])


def _one_of(v: Violation, _who: str) -> Words:
    names = ticked(v.limit)
    present = v.extra["present"]
    if not present:
        title = f"{capital(thing(v.path))} without {one_of(names)}"
        return Words(title, f"{one_of(names)} is missing", "", f"add {'one' if len(names) > 1 else 'it'}")
    exactly = all_of(ticked(present))
    return Words(f"{capital(thing(v.path))} with {exactly}", f"only one of {exactly} can stand here", "", "keep one")


def _formatted(v: Violation, who: str) -> Words:
    found = [match.group() for pattern in v.extra["patterns"] if (match := re.search(pattern, v.value))]
    signs = quoted([text if len(text) <= 20 else f"{text[:9]}…{text[-9:]}" for text in found[:1]])
    text = "The signs go, and what is between them is set in another way. There is no sign that prevents it."
    return Words("Text would be formatted", f"{who} formats {signs}", text, "write it without these signs")


def _unsupported(v: Violation, who: str) -> Words:
    reason = v.limit if isinstance(v.limit, str) else ""
    last = v.path[-1] if v.path else ""
    name = f"`{last}`" if isinstance(last, str) and last else f"this {thing(v.path)}"
    return Words("Unsupported field", f"{who} has no place for {name}", reason, "take it out")


def _not_json(v: Violation, _who: str) -> Words:
    if v.keyword == "lone-surrogate":
        text = "Such a half is left when an emoji is cut in two."
        return Words("Half a character", "half of a character", text, "write the whole character, or none")
    if v.keyword == "not-finite":
        return Words("Not a number", f"{v.value} is no number that can be sent", "", "give a number")
    return Words("Name is not text", f"the name {v.key} is not text", "", "put the name in quotes")


def _other(v: Violation, who: str) -> Words:
    return Words("Wrong value", f"{who} does not take this {_subject(v)}")


_WORDS: dict[str, Callable[[Violation, str], Words]] = {
    **dict.fromkeys(["maxLength", "x-maxUtf16", "x-maxBytes", "x-maxGraphemes", "x-maxSeptets"], _too_long),
    "minLength": _too_short,
    **dict.fromkeys(["maxItems", "maxProperties", "x-maxTotal"], _too_many),
    **dict.fromkeys(["minItems", "minProperties"], _too_few),
    **dict.fromkeys(["x-maxTotalText", "x-maxJsonBytes"], _too_large),
    **dict.fromkeys(["required", "dependentRequired"], _missing),
    "additionalProperties": _unknown,
    "type": _wrong_type,
    **dict.fromkeys(["enum", "const"], _wrong_value),
    "pattern": _wrong_form,
    **dict.fromkeys(_BOUNDS, _out_of_range),
    "x-uniqueBy": _duplicate,
    "uniqueItems": _repeated,
    "x-sameShape": _differ,
    **dict.fromkeys(["x-exactlyOne", "x-atLeastOne"], _one_of),
    **dict.fromkeys(["x-unsupported", "false"], _unsupported),
    "x-plain": _formatted,
    **dict.fromkeys(["lone-surrogate", "not-finite", "not-text-key"], _not_json),
}


def note_of(v: Violation) -> str:
    """Why, in the words of the rule itself."""
    if v.keyword in ("type", "additionalProperties", "false"):
        return ""
    if v.keyword == "required":
        about = v.schema.get("properties", {}).get(v.key)
        return str(about.get("description", "")) if isinstance(about, dict) else ""
    described = v.keyword in ("pattern", "x-exactlyOne", "x-atLeastOne", *_BOUNDS)
    note = str(v.annotations.get("x-note") or (v.annotations.get("description", "") if described else ""))
    return f"{note}." if note[-1:].isalnum() or note[-1:] in ("`", ")") else note


_STATUS = {
    "older_official": "The {rule} is from an older page of {who}'s documentation.",
    "sdk": "The {rule} is from {who}'s software kit, not from its documentation.",
    "observed": "The {rule} was observed; it is not in {who}'s documentation.",
    "third_party": "The {rule} is not from {who} itself.",
    "inferred": "The {rule} is inferred; it is not in {who}'s documentation.",
    "unverified": "This could not be verified.",
}


def doubt(v: Violation, who: str) -> str:
    """How far the rule can be trusted, when it is not the channel's own word."""
    if v.annotations.get("x-note"):  # says it better
        return ""
    rule = "figure" if v.allowed is not None or v.keyword in _BOUNDS else "rule"
    return _STATUS.get(str(v.annotations.get("x-status", "")), "").replace("{rule}", rule).replace("{who}", who)


def _subject(v: Violation) -> str:
    """What the text is: "quick reply title", or from its path, "button text"."""
    title = v.annotations.get("x-title")
    return small(str(title)) if title else thing(v.path)
