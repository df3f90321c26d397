"""A form for a template's context, made from its contract: a control for each parameter, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ..diagnostic import Diagnostic, together
from ..marks import Path
from ..tree import pointer_of
from .reading import HERE, ITEMS, path_of

_DEEP = 5  # lists and objects within one another; below that, JSON
_MANY = 50  # items shown one by one; more are JSON
_TELLING = 4  # characters of a value that are unlikely to stand in a text by chance
_LONG = 60  # characters that may need more than one line
OF_CONTEXT = ("missing-parameter", "unknown-parameter", "wrong-parameter")  # their pointer leads into the context
Rule = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One field of the form. `kind` is text, lines, number, choice, json, list or object."""

    path: Path
    kind: str
    name: str  # of the control, as `reading` reads it
    title: str
    value: str = ""
    hint: str = ""  # what may be given, in words
    description: str = ""
    placeholder: str = ""  # what it is when nothing is given
    needed: bool = True
    options: tuple[Option, ...] = ()
    inner: tuple[Control, ...] = ()
    length: int | None = None  # of a text that has a longest length
    most: int | None = None
    full: bool = False  # a list that takes no more items
    found: tuple[Diagnostic, ...] = ()

    @property
    def id(self) -> str:
        return _id(self.path)

    @property
    def above(self) -> str:
        """The id of what it is in."""
        return _id(self.path[:-1])

    @property
    def pointer(self) -> str:
        return pointer_of(self.path)


def _id(path: Path) -> str:
    return f"f{quote(pointer_of(path), safe='/~')}"


@dataclass(frozen=True, slots=True)
class Form:
    controls: tuple[Control, ...] = ()
    text: str = ""  # all of it as JSON
    found: tuple[Diagnostic, ...] = ()  # of what has no control


def form(params: Mapping[str, Rule], values: Mapping[str, Any], found: Sequence[Diagnostic], text: str | None) -> Form:
    """The form for a contract. `text` is the whole context as it was written, if it was."""
    telling = _Telling(together(found), values)
    controls = tuple(
        _control((name,), rule, values.get(name), name in values, "default" not in rule, telling)
        for name, rule in params.items()
    )
    return Form(controls, json_text(values) if text is None else text, tuple(telling.rest()))


def json_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def blank(params: Mapping[str, Rule], path: Path) -> Any:
    """A new item for the list at a path."""
    rule: Any = params.get(str(path[0])) if path else None
    for step in (*path[1:], 0):
        if not isinstance(rule, Mapping):
            return None
        rule = rule.get("items") if isinstance(step, int) else (rule.get("properties") or {}).get(step)
    return _blank(rule, 0)


def _blank(rule: Any, depth: int) -> Any:
    if not isinstance(rule, Mapping) or depth > _DEEP:
        return None
    if "default" in rule:
        return rule["default"]
    if options := rule.get("enum"):
        return options[0]
    kind = _kind(rule)
    if kind == "object":
        properties = rule.get("properties") or {}
        return {name: _blank(properties.get(name), depth + 1) for name in rule.get("required", ())}
    return {"string": "", "boolean": False, "array": []}.get(kind, rule.get("minimum"))


class _Telling:
    """What is said of each control: of its own value, else of the parameter that it is part of."""

    def __init__(self, found: Iterable[Diagnostic], values: Mapping[str, Any]) -> None:
        self._by_path: dict[Path, list[Diagnostic]] = {}
        texts = list(_texts(values))
        for one in found:
            for path in _paths(one, texts):
                told = self._by_path.setdefault(path, [])
                if not any(_same(one, other) for other in told):
                    told.append(one)

    def take(self, path: Path, whole: bool) -> tuple[Diagnostic, ...]:
        """What is to be said at a path; with `whole`, of everything below it as well."""
        paths = [each for each in self._by_path if each == path or (whole and each[: len(path)] == path)]
        return tuple(one for each in paths for one in self._by_path.pop(each))

    def rest(self) -> Iterator[Diagnostic]:
        for some in self._by_path.values():
            yield from some


def _paths(one: Diagnostic, texts: Sequence[tuple[Path, str]]) -> list[Path]:
    """Where in the context a finding belongs; nowhere, when the template alone is at fault."""
    if one.code in OF_CONTEXT:
        return [path_of(one.pointer) or one.parameters[:1]]
    if one.label is not None and one.label.span.source.path == HERE:
        return [path_of(one.pointer)]
    value = one.value
    if value is None:
        return [(name,) for name in one.parameters]
    own = [(path, text) for path, text in texts if not one.parameters or path[0] in one.parameters]
    whole = [path for path, text in own if text == value]
    least = 1 if one.parameters else _TELLING  # of what a loop has made, the text alone tells where it is from
    parts = [path for path, text in own if len(text) >= least and text in value]
    return whole or parts or [(name,) for name in one.parameters]


def _texts(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in a context, and where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(child, (*path, step))


def _same(one: Diagnostic, other: Diagnostic) -> bool:
    """Whether two channels say the same of a value."""
    return (one.code, said(one), one.text) == (other.code, said(other), other.text)


def said(one: Diagnostic) -> str:
    """A finding in a line: "27 characters; Messenger allows 20 (LINE too)"."""
    words = one.label.text if one.label else one.text if one.code in OF_CONTEXT else ""
    words = words or one.title
    return f"{words} ({', '.join(one.also)} too)" if one.also else words


def _control(path: Path, rule: Any, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    rule = rule if isinstance(rule, Mapping) else {}
    make = _MAKERS.get(_shape(path, rule, value, given or (needed and "default" not in rule)), _json)
    return make(path, rule, value, given, needed, telling)


def _shape(path: Path, rule: Rule, value: Any, there: bool) -> str:
    """The kind of control for a value that is there, or must be. What a form cannot show whole is JSON."""
    if "enum" in rule or "const" in rule:
        return "choice"
    kind = _kind(rule)
    if kind in ("string", "integer", "number", "boolean"):
        return kind if not isinstance(value, list | dict) else "json"
    deep = len(path) >= _DEEP
    if kind == "array" and isinstance(rule.get("items"), Mapping) and not deep:
        return "list" if value is None or (isinstance(value, list) and len(value) <= _MANY) else "json"
    properties = rule.get("properties")
    if kind == "object" and isinstance(properties, Mapping) and properties and not deep:
        fits = there if value is None else isinstance(value, dict) and value.keys() <= properties.keys()
        return "object" if fits else "json"
    return "json"


def _kind(rule: Rule) -> str:
    """The one type that a rule has beside null; "" when there are several, or none is said."""
    kinds = rule.get("type", "object" if "properties" in rule else "")
    named = [kinds] if isinstance(kinds, str) else [kind for kind in kinds if kind != "null"]
    return str(named[0]) if len(named) == 1 else ""


def _nullable(rule: Rule) -> bool:
    kinds = rule.get("type", "")
    return "null" in ([kinds] if isinstance(kinds, str) else kinds)


def _common(path: Path, rule: Rule, needed: bool) -> dict[str, Any]:
    title = str(path[-1] + 1) if isinstance(path[-1], int) else path[-1]
    about = rule.get("description") or rule.get("title") or rule.get("x-title") or ""
    fallback = "" if "default" not in rule else _shown(rule["default"])
    return {"path": path, "title": title, "description": str(about), "needed": needed, "placeholder": fallback}


def _text(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    letter = "N" if _nullable(rule) else "t" if needed else "T"
    text = _shown(value) if given and value is not None else ""
    most = rule.get("maxLength")
    most = most if isinstance(most, int) else None
    long = "\n" in text or len(text) > _LONG or (most or 0) > 2 * _LONG
    return Control(
        **_common(path, rule, needed), kind="lines" if long else "text", name=f"{letter}{pointer_of(path)}", value=text,
        hint=_hint(rule), length=len(text), most=most, found=telling.take(path, whole=True),
    )  # fmt: skip


def _number(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    text = _shown(value) if given and value is not None else ""
    return Control(
        **_common(path, rule, needed), kind="number", name=f"n{pointer_of(path)}", value=text, hint=_hint(rule),
        found=telling.take(path, whole=True),
    )  # fmt: skip


def _choice(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    values = list(rule["enum"]) if "enum" in rule else [rule["const"]] if "const" in rule else [True, False]
    options = [Option(_compact(each), _shown(each), given and _alike(each, value)) for each in values]
    if given and not any(option.chosen for option in options):
        options.insert(0, Option(_compact(value), f"{_shown(value)} (none of these)", True))
    if not given or not needed:
        word = f"{_shown(rule['default'])} (default)" if "default" in rule else "not given"
        options.insert(0, Option("", word, not given))
    return Control(
        **_common(path, rule, needed), kind="choice", name=f"c{pointer_of(path)}", options=tuple(options),
        found=telling.take(path, whole=True),
    )  # fmt: skip


def _list(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    value = value if given else rule.get("default")
    items = value if isinstance(value, list) and len(value) <= _MANY else []
    count = str(len(items)) if isinstance(value, list) or needed else ""
    own = telling.take(path, whole=False)
    inner = tuple(
        _control((*path, index), rule["items"], item, True, True, telling) for index, item in enumerate(items)
    )
    most = min(int(rule.get("maxItems", ITEMS)), _MANY)
    return Control(
        **_common(path, rule, needed), kind="list", name=f"l{pointer_of(path)}", value=count, inner=inner,
        hint=_hint(rule), full=len(items) >= most, found=(*own, *telling.take(path, whole=True)),
    )  # fmt: skip


def _object(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    value = value if isinstance(value, dict) else {}
    required = rule.get("required", ())
    own = telling.take(path, whole=False)
    inner = tuple(
        _control((*path, name), each, value.get(name), name in value, name in required, telling)
        for name, each in rule["properties"].items()
    )
    return Control(
        **_common(path, rule, needed), kind="object", name=f"o{pointer_of(path)}", inner=inner,
        found=(*own, *telling.take(path, whole=True)),
    )  # fmt: skip


def _json(path: Path, rule: Rule, value: Any, given: bool, needed: bool, telling: _Telling) -> Control:
    hint = ", ".join(filter(None, ["JSON", _hint(rule)]))
    found = telling.take(path, whole=True)
    unread = any(one.label is not None and one.label.span.source.path == HERE for one in found)
    text = str(value) if unread else json_text(value) if given else ""
    return Control(
        **_common(path, rule, needed), kind="json", name=f"j{pointer_of(path)}", value=text, hint=hint, found=found
    )


_Maker = Callable[[Path, Rule, Any, bool, bool, _Telling], Control]
_MAKERS: dict[str, _Maker] = {
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": _choice,
    "choice": _choice,
    "list": _list,
    "object": _object,
}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else _compact(value)


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _alike(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _hint(rule: Rule) -> str:
    """What may be given, in words: "a whole number, 1 to 30"."""
    said: list[str] = []
    kind = _kind(rule)
    if kind == "integer":
        said.append("a whole number")
    low, high = rule.get("minimum"), rule.get("maximum")
    said.append(_range(low, high, ""))
    least, most = rule.get("minLength"), rule.get("maxLength")  # of the longest the counter tells
    said.append(_range(least, None if isinstance(most, int) else most, "characters"))
    said.append(_range(rule.get("minItems"), rule.get("maxItems"), "items"))
    if "pattern" in rule:
        said.append(f"as {rule['pattern']}")
    return ", ".join(filter(None, said))


def _range(low: Any, high: Any, what: str) -> str:
    unit = f" {what}" if what else ""
    if (low is None and high is None) or (high is None and what and low in (0, 1)):
        return ""
    if high is None:
        return f"at least {low:,}{unit}"
    if low is None or (what and low in (0, 1)):
        return f"at most {high:,}{unit}"
    return f"{low:,} to {high:,}{unit}"
