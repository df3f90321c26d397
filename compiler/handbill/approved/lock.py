"""The file with the vendor's list of templates: what each is made of, and whether it is approved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from ..diagnostic import Diagnostic, Failed, Label
from ..findings import diagnose
from ..marks import Path as KeyPath
from ..marks import Place, Unreadable, places, plain
from ..read_json import read_json
from ..source import Source, Span, read_text
from ..template import span_in, unreadable
from ..validate import schema
from .shape import Shape, shape

SENDABLE = "APPROVED"


@dataclass(frozen=True, slots=True)
class Approved:
    """A template in one language, as the vendor lists it."""

    name: str
    language: str
    status: str
    reason: str  # why it was refused, in the vendor's words
    shape: Shape
    path: KeyPath  # in the file


@dataclass
class JsonFile:
    """A JSON file's value, and where in it each part stands."""

    source: Source
    value: Any
    _marks: dict[KeyPath, Place] | None = field(default=None, repr=False)

    def span(self, path: Sequence[str | int], key: bool = False) -> Span:
        if self._marks is None:  # only when there is something to tell: it takes long
            try:
                self._marks = dict(places(read_json(self.source.text)))
            except Unreadable:  # such as a name given twice
                self._marks = {}
        return span_in(self.source, self._marks, path, key)


class Lock:
    """The templates of one file, by name and language."""

    def __init__(self, file: JsonFile) -> None:
        self.file = file

    @cached_property
    def _listed(self) -> dict[str, dict[str, int]]:
        found: dict[str, dict[str, int]] = {}
        for index, each in enumerate(self.file.value["data"]):
            found.setdefault(each["name"], {})[each["language"]] = index
        return found

    @cached_property
    def _read(self) -> dict[int, Approved]:
        return {}

    @property
    def names(self) -> list[str]:
        return list(self._listed)

    def languages(self, name: str) -> list[str]:
        """The languages of a template; none when there is no such template."""
        return list(self._listed.get(name, ()))

    def template(self, name: str, language: str) -> Approved:
        """The template, which must be there."""
        index = self._listed[name][language]
        if index not in self._read:
            each, path = self.file.value["data"][index], ("data", index)
            self._read[index] = Approved(
                each["name"],
                each["language"],
                each["status"].upper(),
                str(each.get("rejected_reason") or ""),
                shape(each["components"], (*path, "components")),
                path,
            )
        return self._read[index]


def read_file(path: Path, shown: str) -> JsonFile:
    """A JSON file. Raises Failed."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = "this is a folder" if path.is_dir() else (error.strerror or "it cannot be read").lower()
        raise Failed(Diagnostic("unreadable-file", "File cannot be read", _top(shown, reason))) from None
    try:
        text = read_text(data)
    except UnicodeDecodeError as error:
        label = _top(shown, f"byte 0x{data[error.start]:02x} is not UTF-8")
        raise Failed(Diagnostic("not-utf8", "Not UTF-8", label, hint="save the file as UTF-8")) from None
    source = Source(shown, text)
    try:
        return JsonFile(source, orjson.loads(text))
    except orjson.JSONDecodeError:
        return JsonFile(source, _as_people_write(source))


def _as_people_write(source: Source) -> Any:
    """JSON with comments and such, or what is wrong with it."""
    try:
        return plain(read_json(source.text))
    except Unreadable as problem:
        raise Failed(unreadable(source, problem)) from None


def within(path: Path, root: Path, shown: str) -> Path:
    """The path, when it does not lead out of the project. Raises Failed: a link may come from a stranger."""
    if path.resolve().is_relative_to(root.resolve()):
        return path
    label = _top(shown, "a link that leads out of the project")
    raise Failed(Diagnostic("include-outside", "List outside the project", label, hint="put the file there itself"))


def read_lock(path: Path, shown: str) -> Lock:
    """The templates of a file. Raises Failed when it is not as the vendor lists them."""
    file = read_file(path, shown)
    rules = schema("whatsapp/lock.schema.json")
    if not rules.is_valid(file.value):
        raise Failed(*(diagnose(v, who="WhatsApp", span=file.span(v.path)) for v in rules.violations(file.value)))
    return Lock(file)


def _top(shown: str, text: str) -> Label:
    return Label(Span(Source(shown, ""), 0, 0), text)
