"""handbill.toml: a project's settings, read and checked; each has a default."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import resources
from .diagnostic import Diagnostic, Failed, Label
from .languages import language
from .source import Source, Span

CONFIG = "handbill.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, defaults filled in (the defaults are those of schemas/project.schema.json)."""

    templates: tuple[str, ...]
    channels: tuple[str, ...]
    via: str
    policy: str  # "strict" or "adapt"
    build: str
    locale: str  # the language that templates are written in
    locales: str  # the folder of translations
    editor: str  # what `handbill preview` opens files in: a name in schemas/editors.json, or an address
    fallback: dict[str, str]  # of a locale, the one whose texts are taken where it has none
    connections: dict[str, dict[str, Any]]
    filters: dict[str, str]  # of installed packages, by name; the distribution that is to offer them, or ""


def settings(source: Source, root: Path) -> Config:
    """The settings in a project's handbill.toml. Raises Failed."""
    try:
        values = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise Failed(_not_toml(source, str(error))) from None
    problems = _check(values, source) or _outside(values, source, root) or _fallbacks(values, source)
    if problems:
        raise Failed(*problems)
    return config_of(values)


# what tomllib says → what an author can act on
_TOML = {
    "invalid value": "this is no value",
    "illegal character '\\n'": "the quote is never closed on this line",
    "unclosed array": "the list is never closed",
    "cannot overwrite a value": "this setting is given twice",
    "expected ']' at the end of a table declaration": "a closing ] is missing",
    "expected '=' after a key in a key/value pair": "a = is missing",
}


def _not_toml(source: Source, message: str) -> Diagnostic:
    match = re.search(r"\(at line (\d+), column (\d+)\)", message)
    offset = source.offset(int(match[1]), int(match[2])) if match else max(len(source.text) - 1, 0)
    reason = message.split(" (at ")[0].lower()
    label = Label(Span(source, offset, offset + 1), _TOML.get(reason, reason))
    hint = 'texts stand in double quotes: "…"' if reason == "invalid value" else ""
    return Diagnostic("bad-config", "Not TOML", label, hint=hint)


def _check(values: dict[str, Any], source: Source) -> list[Diagnostic]:
    from .findings import diagnose
    from .validate import schema

    rules = schema("project.schema.json")
    if rules.is_valid(values):
        return []
    found = []
    for v in rules.violations(values):
        diagnostic = diagnose(v, who="Handbill", span=setting(source, v.path))
        if v.keyword == "additionalProperties":
            label = Label(setting(source, v.path), f"there is no setting `{v.key}`")
            diagnostic = replace(diagnostic, code="unknown-setting", title="Unknown setting", label=label, value=None)
        found.append(diagnostic)
    return found


def _outside(values: dict[str, Any], source: Source, root: Path) -> list[Diagnostic]:
    """Folders that lie outside the project: settings are part of a pull request, and may come from a stranger."""
    found = []
    own = {name: [values.get(name, "")] for name in ("build", "locales")}
    for name, folders in ({"templates": values.get("templates", [])} | own).items():
        for folder in folders:
            if not real(root / folder).is_relative_to(real(root)):
                label = Label(setting(source, (name,)), f"{folder} leads out of the project")
                hint = "give a folder within the project"
                found.append(Diagnostic("bad-config", "Folder outside the project", label, hint=hint))
    return found


def _fallbacks(values: dict[str, Any], source: Source) -> list[Diagnostic]:
    """Languages that cannot fall back, or that fall back to themselves."""
    below: dict[str, str] = values.get("fallback", {})
    found = []
    for locale in below:
        way = [locale]
        while (following := below.get(way[-1])) is not None and following not in way:
            way.append(following)
        if following is not None:
            said = (
                f"it falls back to itself, by way of {' and '.join(way[1:])}" if way[1:] else "it falls back to itself"
            )
        elif locale == config_of(values).locale:
            said = "templates are written in it, so there is nothing it could lack"
        elif not language(locale, ()):
            said = "no such language is known"
        else:
            continue
        label = Label(setting(source, ("fallback", locale)), said)
        hint = 'name a language, and the one whose texts it takes: de_AT = "de"'
        found.append(Diagnostic("bad-config", "Language that cannot fall back", label, hint=hint))
    return found


def real(path: Path) -> Path:
    """Where a path leads. Unlike `resolve`, it takes a link to itself as it is."""
    return Path(os.path.realpath(path))


def setting(source: Source, path: Sequence[str | int]) -> Span:
    """Where a setting stands in handbill.toml: its name's line, found by name."""
    for step in reversed([str(s) for s in path if isinstance(s, str)]):
        match = re.search(rf"^[ \t]*(?:\[[^\]\n]*?)?(?P<key>{re.escape(step)})\b", source.text, re.MULTILINE)
        if match:
            return Span(source, match.start("key"), match.end("key"))
    return Span(source, 0, 0)


def config_of(values: dict[str, Any]) -> Config:
    defaults = {
        name: rule["default"]
        for name, rule in resources.load("project.schema.json")["properties"].items()
        if "default" in rule
    }
    chosen = {**defaults, **values}
    return Config(
        templates=tuple(chosen["templates"]),
        channels=tuple(chosen["channels"]),
        via=chosen["via"],
        policy=chosen["policy"],
        build=chosen["build"],
        locale=chosen["locale"],
        locales=chosen["locales"],
        editor=chosen["editor"],
        fallback=chosen.get("fallback", {}),
        connections=chosen.get("connections", {}),
        filters=dict(filters) if isinstance(filters := chosen["filters"], dict) else dict.fromkeys(filters, ""),
    )
