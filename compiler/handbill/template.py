"""A template file: its front matter (the contract), and the Jinja body below it."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from .diagnostic import Diagnostic, Failed, Label
from .marks import Mapping, Node, Place, Unreadable, places, plain
from .marks import Path as KeyPath
from .source import Source, Span, read_text

FILE_NAME = re.compile(r"(?P<name>[^.]+)(?:\.(?P<part>[^.]+(?:\.[^.]+)?))?\.(?P<syntax>json|yaml|yml)\.j2")
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_LATE_FENCE = re.compile(r"(?:\s|\{#(?>.*?#\}))++---(?=[ \t]*\n)", re.DOTALL)  # never goes back: linear
# U+E000 to U+E004 mark holes and places while a template is rendered
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ue000-\ue004]")
LARGEST = 2_000_000  # bytes of a template file; a bound of ours, not a channel's
RESERVED = ("channel", "locale")


@dataclass(frozen=True, slots=True)
class Example:
    """Values to check a template with."""

    name: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Contract:
    """What a template promises and needs, as far as the front matter can be read (`contracts` checks it)."""

    description: str = ""
    channels: tuple[str, ...] | None = None
    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    has_params: bool = False  # without `params`, any context is taken as it is
    examples: dict[str, Example] = field(default_factory=dict)
    payload: str | None = None  # the gateway of a native template
    markup: bool = False  # whether its texts use the inline markup
    policy: str | None = None  # "strict" or "adapt"; the project's when there is none
    wording: dict[str, str] = field(default_factory=dict)  # of what lowering adds
    locales: tuple[str, ...] | None = None  # the languages it is for; all, when it says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Template:
    """One file. `body` is the offset in `source.text` at which the Jinja body begins."""

    name: str  # "followup_call", "welcome/first"
    source: Source
    body: int
    syntax: Literal["json", "yaml"]
    front: dict[str, Any]
    places: dict[KeyPath, Place]
    contract: Contract
    overrides: str = ""  # what it is for, as its file is named: "whatsapp", "de", "whatsapp.de"

    def span(self, path: Sequence[str | int], key: bool = False) -> Span:
        """Where a front matter value stands (or its name); the nearest thing above it that is there."""
        return span_in(self.source, self.places, path, key)


def _contract(front: dict[str, Any]) -> Contract:
    channels, params, examples = front.get("channels"), front.get("params"), front.get("examples")
    payload, policy, wording = front.get("payload"), front.get("policy"), front.get("wording")
    locales = front.get("locales")
    return Contract(
        description=str(front.get("description") or ""),
        channels=tuple(c for c in channels if isinstance(c, str)) if isinstance(channels, list) else None,
        params={k: v for k, v in params.items() if isinstance(v, dict)} if isinstance(params, dict) else {},
        has_params=isinstance(params, dict),
        examples={k: Example(k, v) for k, v in examples.items() if isinstance(v, dict)}
        if isinstance(examples, dict)
        else {},
        payload=payload if isinstance(payload, str) else None,
        markup=front.get("markup") is True,
        policy=policy if isinstance(policy, str) else None,
        locales=tuple(each for each in locales if isinstance(each, str)) if isinstance(locales, list) else None,
        wording={k: v for k, v in wording.items() if isinstance(v, str)} if isinstance(wording, dict) else {},
    )


def span_in(source: Source, marks: dict[KeyPath, Place], path: Sequence[str | int], key: bool = False) -> Span:
    """The span of the value at `path` (or of its name), or of the nearest container that is there."""
    steps = tuple(path)
    while steps and steps not in marks:
        steps, key = steps[:-1], True
    place = marks.get(steps)
    if place is None:
        return Span(source, 0, min(3, len(source.text)))
    return Span(source, place.key_start, place.key_end) if key else Span(source, place.start, place.end)


def unreadable(source: Source, problem: Unreadable, offset: int = 0) -> Diagnostic:
    """A reader's complaint as a diagnostic, `offset` being where the text read began in the source."""
    return Diagnostic(
        code=problem.code,
        title=problem.title,
        label=Label(Span(source, offset + problem.start, offset + problem.end), problem.label),
        text=problem.text,
        hint=problem.hint,
        related=tuple(Label(Span(source, offset + s, offset + e), text) for s, e, text in problem.related),
    )


def read_source(path: Path, shown: str) -> Source:
    """A file's text. Raises Failed when it cannot be read, is not UTF-8 or holds what no template may."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for without end
            what = "a folder" if path.is_dir() else "no ordinary file"
            raise Failed(Diagnostic("unreadable-file", "File cannot be read", _top(shown, f"this is {what}")))
        if status.st_size > LARGEST:
            label = Label(Span(Source(shown, ""), 0, 0), f"more than {LARGEST:,} bytes")
            raise Failed(Diagnostic("too-costly", "File too large", label, hint="no message needs so much"))
        data = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        if isinstance(error, FileNotFoundError) and path.is_symlink():
            reason = f"a link to {os.readlink(path)}, which is not there"
        raise Failed(Diagnostic("unreadable-file", "File cannot be read", _top(shown, reason))) from None
    try:
        text = read_text(data)
    except UnicodeDecodeError as error:
        before = read_text(data[: error.start])
        behind = data[error.start + 1 :].decode("utf-8", "replace").splitlines()[:1]
        source = Source(shown, "\ufffd".join([before, *(behind or [""])]))
        span = Span(source, len(before), len(before) + 1)
        raise Failed(
            Diagnostic(
                "not-utf8",
                "Not UTF-8",
                Label(span, f"byte 0x{data[error.start]:02x} is not UTF-8"),
                hint="save the file as UTF-8",
            )
        ) from None
    source = Source(shown, text)
    if match := _FORBIDDEN.search(text):
        raise Failed(
            Diagnostic(
                "forbidden-character",
                "Forbidden character",
                Label(Span(source, match.start(), match.end()), f"U+{ord(match.group()):04X}"),
                text="No message needs it, and most channels refuse it.",
                hint="remove it",
            )
        )
    return source


def _top(shown: str, text: str) -> Label:
    return Label(Span(Source(shown, ""), 0, 0), text)


def body_offset(text: str) -> tuple[int, int]:
    """The end of the front matter's YAML and the start of the body; both 0 when there is none.

    Raises Unreadable when a front matter is opened and never closed.
    """
    opening = _FENCE.match(text)
    if opening is None:
        late = _LATE_FENCE.match(text)
        if late is None:
            return 0, 0
        raise Unreadable(
            "bad-front-matter",
            "Front matter not at the top",
            late.end() - 3,
            late.end(),
            "something stands before this",
            hint="the three dashes must be the first line of the file",
        )
    closing = _FENCE.search(text, opening.end())
    if closing is None:
        raise Unreadable(
            "bad-front-matter",
            "Front matter never closed",
            0,
            3,
            "opened here",
            hint="end it with a line of three dashes: ---",
        )
    return closing.start(), min(closing.end() + 1, len(text))


def load(path: Path, shown: str, name: str, syntax: str, overrides: str = "") -> Template:
    """Read one template file. Raises Failed."""
    source = read_source(path, shown)
    front: dict[str, Any] = {}
    marks: dict[KeyPath, Place] = {}
    try:
        end, body = body_offset(source.text)
        if end:
            front, marks = _front_matter(source.text[:end])
    except Unreadable as problem:
        problem.code = "bad-front-matter" if problem.code == "invalid-yaml" else problem.code
        raise Failed(unreadable(source, problem)) from None
    return Template(
        name, source, body, "json" if syntax == "json" else "yaml", front, marks, _contract(front), overrides
    )


def _front_matter(text: str) -> tuple[dict[str, Any], dict[KeyPath, Place]]:
    from .read_yaml import read_yaml  # PyYAML costs a start, and many templates have no front matter

    yaml = "   " + text[3:]  # the opening fence as blanks, so that offsets stay the file's
    if not yaml.strip() or all(line.lstrip().startswith("#") or not line.strip() for line in yaml.split("\n")):
        return {}, {}
    node: Node = read_yaml(yaml)
    if not isinstance(node, Mapping):
        raise Unreadable(
            "bad-front-matter", "Front matter is not settings", node.start, node.end, "settings are `name: value` lines"
        )
    return plain(node), dict(places(node))
