"""A content project: handbill.toml, and the folders its templates lie in."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import resources
from .diagnostic import Diagnostic, Failed, Label, did_you_mean
from .source import Source, Span
from .template import FILE_NAME, Template, load, read_source

CONFIG = "handbill.toml"


@dataclass(frozen=True, slots=True)
class Config:
    """The settings, defaults filled in (the defaults are those of schemas/project.schema.json)."""

    templates: tuple[str, ...]
    channels: tuple[str, ...]
    via: str
    policy: str  # "strict" or "adapt"
    build: str
    connections: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class File:
    """A template file that was found: where it is, and what its name says."""

    path: Path
    shown: str
    name: str
    part: str  # of name.<part>.json.j2; "" when there is none
    syntax: str


class Project:
    """Templates are read when asked for, each file once."""

    def __init__(self, root: Path, config: Config, source: Source | None = None) -> None:
        self.root = root
        self.config = config
        self.source = source  # of handbill.toml, when there is one
        self._files: dict[tuple[str, str], File] | None = None
        self._loaded: dict[Path, Template] = {}

    @property
    def name(self) -> str:
        return self.root.resolve().name

    @property
    def folders(self) -> list[Path]:
        """The template folders, in the order they are searched."""
        return [self.root / folder for folder in self.config.templates]

    def files(self) -> dict[tuple[str, str], File]:
        """Every template file, by name and part ("" or a channel). Raises Failed for one that is a way out."""
        if self._files is None:
            found: dict[tuple[str, str], File] = {}
            for folder in self.folders:
                for file in _walk(folder, self.shown):
                    found.setdefault((file.name, file.part), file)
            self._files = found
        return self._files

    def names(self) -> list[str]:
        """The templates' names, sorted. What starts with "_" is a partial, for including."""
        return sorted({name for name, _ in self.files()})

    def template(self, name: str, channel: str | None = None) -> Template:
        """A template, or a channel's own version of it where there is one. Raises Failed."""
        files = self.files()
        file = files.get((name, channel or "")) or files.get((name, ""))
        if file is None:
            raise Failed(self._unknown(name, channel))
        if file.path not in self._loaded:
            self._loaded[file.path] = load(file.path, file.shown, file.name, file.syntax, file.part)
        return self._loaded[file.path]

    def _unknown(self, name: str, channel: str | None) -> Diagnostic:
        names = self.names()
        if name in names:
            return Diagnostic(
                "unknown-template",
                f"No template `{name}` for {channel or 'every channel'}",
                text=f"`{name}` exists for other channels only.",
                hint=f"add {name}.json.j2, which serves every channel without a version of its own",
            )
        meant = did_you_mean(name, names)
        folders = ", ".join(self.config.templates)
        listing = (
            f"there are: {', '.join(names[:20])}" if names else f"no templates in {folders} (looked in {self.root})"
        )
        return Diagnostic(
            "unknown-template",
            f"No template `{name}`",
            hint=f"did you mean `{meant}`?" if meant else listing,
        )

    def templates_at(self, paths: Sequence[Path]) -> list[str]:
        """The names of the templates in these files and folders. A partial stands for all templates.

        Raises Failed for a path that is no template of the project.
        """
        names: set[str] = set()
        for path in paths:
            target = _real(path)
            inside = {
                f.name for f in self.files().values() if _real(f.path) == target or target in _real(f.path).parents
            }
            if not inside and target.suffix == ".j2" and self._holds(target):
                inside = set(self.names())
            if not inside:
                there = "is not there" if not path.exists() else "is no template of this project"
                raise Failed(
                    Diagnostic(
                        "unknown-template",
                        f"{path} {there}",
                        hint=f"templates lie in: {', '.join(self.config.templates)}",
                    )
                )
            names |= inside
        return sorted(names)

    def _holds(self, target: Path) -> bool:
        return target.is_file() and any(_real(folder) in target.parents for folder in self.folders)

    def shown(self, path: Path) -> str:
        """A path as it is shown: from the working folder when it lies below it, else from the project."""
        absolute = path.absolute()
        for base in (Path.cwd(), self.root.absolute()):
            if absolute.is_relative_to(base):
                return absolute.relative_to(base).as_posix()
        return absolute.as_posix()


def _real(path: Path) -> Path:
    """Where a path leads. Unlike `resolve`, it takes a link to itself as it is."""
    return Path(os.path.realpath(path))


def _walk(folder: Path, shown: Any) -> Iterator[File]:
    root = _real(folder)
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "_")))
        for entry in sorted(files):
            match = FILE_NAME.fullmatch(entry)
            if match is None or entry.startswith((".", "_")):
                continue
            path = Path(parent, entry)
            if path.is_symlink() and not _real(path).is_relative_to(root):
                raise Failed(
                    Diagnostic(
                        "include-outside",
                        "Template outside the project",
                        Label(Span(Source(shown(path), ""), 0, 0), "a link that leads out of the template folder"),
                        hint="copy the file into the folder",
                    )
                )
            prefix = Path(parent).relative_to(folder).as_posix()
            name = match["name"] if prefix == "." else f"{prefix}/{match['name']}"
            yield File(path, shown(path), name, match["part"] or "", match["syntax"])


def find(folder: Path | None = None) -> Project:
    """The project in `folder`, or the nearest one upward from here, or this folder's `templates/`.

    Raises Failed when the folder is not there or its handbill.toml is wrong.
    """
    if folder is not None:
        if not folder.is_dir():
            hint = "give the folder that holds handbill.toml"
            raise Failed(Diagnostic("bad-config", f"No folder {folder}", hint=hint))
        return open_project(folder)
    here = Path.cwd()
    for candidate in (here, *here.parents):
        if (candidate / CONFIG).is_file():
            return open_project(candidate)
    return open_project(here)


def shipped() -> Project:
    """The starter templates that ship with Handbill."""
    return Project(resources.folder("templates").parent, _config({}))


def open_project(root: Path) -> Project:
    """The project whose root this is, with or without a handbill.toml. Raises Failed."""
    path = root / CONFIG
    if not path.is_file():
        return Project(root, _config({}))
    shown = Project(root, _config({})).shown(path)
    source = read_source(path, shown)
    try:
        values = tomllib.loads(source.text)
    except tomllib.TOMLDecodeError as error:
        raise Failed(_not_toml(source, str(error))) from None
    problems = _check(values, source) or _outside(values, source, root)
    if problems:
        raise Failed(*problems)
    return Project(root, _config(values), source)


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
    for name, folders in (("templates", values.get("templates", [])), ("build", [values.get("build", "")])):
        for folder in folders:
            if not _real(root / folder).is_relative_to(_real(root)):
                label = Label(setting(source, (name,)), f"{folder} leads out of the project")
                hint = "give a folder within the project"
                found.append(Diagnostic("bad-config", "Folder outside the project", label, hint=hint))
    return found


def setting(source: Source, path: Sequence[str | int]) -> Span:
    """Where a setting stands in handbill.toml: its name's line, found by name."""
    for step in reversed([str(s) for s in path if isinstance(s, str)]):
        match = re.search(rf"^[ \t]*(?:\[[^\]\n]*?)?(?P<key>{re.escape(step)})\b", source.text, re.MULTILINE)
        if match:
            return Span(source, match.start("key"), match.end("key"))
    return Span(source, 0, 0)


def _config(values: dict[str, Any]) -> Config:
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
        connections=chosen.get("connections", {}),
    )
