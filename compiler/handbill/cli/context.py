"""The context a message is compiled with: an example, a data file, or values from the command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Diagnostic, Failed, Label, did_you_mean
from ..source import Source, Span, read_text

if TYPE_CHECKING:
    from ..contracts import Origin
    from ..template import Template

DEFAULT = "default"  # the example taken when several are there and none is named


@dataclass(frozen=True, slots=True)
class Given:
    """Values, and where each of them stood."""

    values: dict[str, Any]
    origin: Origin | None
    example: str = ""


def given(template: Template, base: Template, example: str | None, data: str | None, settings: Sequence[str]) -> Given:
    """The context as it was asked for. What a channel's own version does not say, `base` does.

    Raises UsageError, and Failed for a data file that cannot be read.
    """
    chosen = [name for name, value in (("--example", example), ("--data", data), ("--set", settings)) if value]
    if len(chosen) > 1:
        raise click.UsageError(f"{' and '.join(chosen)} exclude one another; give one of them.")
    if data is not None:
        return _from_file(data)
    if settings:
        return _from_settings(template if template.contract.has_params else base, settings)
    return _from_example(template if template.contract.examples else base, example)


def _from_example(template: Template, name: str | None) -> Given:
    from ..contracts import example_origin

    examples = template.contract.examples
    if name is None:
        if not examples:
            return Given({}, None)
        if len(examples) > 1 and DEFAULT not in examples:
            raise click.UsageError(
                f"`{template.name}` has several examples; choose one with --example: {', '.join(examples)}."
            )
        name = DEFAULT if DEFAULT in examples else next(iter(examples))
    elif name not in examples:
        meant = did_you_mean(name, examples)
        listed = f"there are: {', '.join(examples)}." if examples else "it has none."
        raise click.UsageError(
            f"`{template.name}` has no example `{name}`; {f'did you mean `{meant}`?' if meant else listed}"
        )
    return Given(examples[name].values, example_origin(template, name), name)


def _from_file(path: str) -> Given:
    """Values from a JSON or YAML file; `-` is standard input."""
    from ..contracts import Origin
    from ..marks import Mapping, Unreadable, places, plain
    from ..template import unreadable

    shown = "<stdin>" if path == "-" else Path(path).as_posix()
    source = _data_source(path, shown)
    try:
        node = _read(source, Path(path).suffix.lower())
    except Unreadable as problem:
        found = unreadable(source, problem)
        syntax = found.code in ("invalid-json", "invalid-yaml")
        raise Failed(replace(found, code="bad-data-file") if syntax else found) from None
    if not isinstance(node, Mapping):
        label = Label(Span(source, node.start, max(node.end, node.start + 1)), "values are given by name: {…}")
        raise Failed(Diagnostic("bad-data-file", "Data is not an object", label))
    return Given(plain(node), Origin(source, dict(places(node))))


def _data_source(path: str, shown: str) -> Source:
    nowhere = Label(Span(Source(shown, ""), 0, 0))
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        reason = (error.strerror or "cannot be read").lower()
        raise Failed(Diagnostic("unreadable-file", "File cannot be read", replace(nowhere, text=reason))) from None
    try:
        text = read_text(data)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8").removeprefix("\ufeff")
        label = Label(
            Span(Source(shown, before + "\ufffd"), len(before), len(before) + 1),
            f"byte 0x{data[error.start]:02x} is not UTF-8",
        )
        raise Failed(Diagnostic("not-utf8", "Not UTF-8", label, hint="save the file as UTF-8")) from None
    if not text.strip():
        raise Failed(
            Diagnostic("bad-data-file", "No data", replace(nowhere, text="nothing here"), hint="write an object: { … }")
        )
    return Source(shown, text)


def _read(source: Source, suffix: str) -> Any:
    from ..read_json import read_json

    if suffix in (".yaml", ".yml") or (suffix != ".json" and not source.text.lstrip().startswith(("{", "["))):
        from ..read_yaml import read_yaml

        return read_yaml(source.text)
    return read_json(source.text)


def _from_settings(template: Template, settings: Sequence[str]) -> Given:
    """Values from `--set name=value`, each as the contract's type asks."""
    from ..contracts import Origin
    from ..marks import Place

    source = Source("--set", "\n".join(settings))
    values: dict[str, Any] = {}
    marks: dict[tuple[str | int, ...], Place] = {}
    start = 0
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--set takes name=value, not `{setting}`.")
        if name in values:
            raise click.UsageError(f"--set gives `{name}` twice.")
        values[name] = _typed(text, template.contract.params.get(name, {}))
        key_end, end = start + len(name), start + len(setting)
        marks[(name,)] = Place(key_end + 1, end, start, key_end)
        start = end + 1
    return Given(values, Origin(source, marks))


def _typed(text: str, rule: dict[str, Any]) -> Any:
    """Text for a parameter that takes text; for others what the text says as JSON, if it says anything."""
    kinds = rule.get("type", "string")
    if "string" in ([kinds] if isinstance(kinds, str) else kinds):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text  # the contract says what is wrong with it
