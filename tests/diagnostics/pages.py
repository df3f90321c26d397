"""The pages of `explain/`, as examples that can be run.

Under `## Refused` and `## Accepted` a fence is one thing that an example is made of; its info string says what:

    json.j2 [CHANNEL] [GATEWAY]     a template (templates/message.json.j2), checked for this channel
    yaml.j2 [CHANNEL] [GATEWAY]     likewise
    toml                            handbill.toml
    json answer STATUS              what a Genesys Cloud answers; several are given one after the other
    json SCHEMA                     a value that is held against one definition of a shipped schema
    python NAME                     the module of an installed package that offers filters by this name
    console                         the command, after `$`, when it is not `handbill check`; of several the last is
                                    told, and RUN in it is the run that those before began

A line that is nothing but a file's name in backticks and a colon names the file that the next fence holds. With
"is then" before the colon it is so when the last command runs.
What cannot stand on a page (bytes that are no text, links) lies in a folder beside this file, `<code>/`:
`refused/` and `accepted/`, each a project with a `command.txt`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filters.packages import install

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "compiler" / "handbill" / "explain"
SECTIONS = ("Refused", "Accepted")
COMMAND = "handbill check"

_NAME = re.compile(r"`([^`\s]+)`( is then)?:")
_FENCE = re.compile(r"```(\S.*)?")
_THEN = " then"


@dataclass
class Example:
    """A project, a command in it, and what Genesys Cloud answers when the command asks it."""

    files: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)  # files as they are for the last command
    folder: Path | None = None  # where the files lie instead
    command: str = COMMAND
    before: list[str] = field(default_factory=list)  # commands that are run before it
    answers: list[tuple[int, str]] = field(default_factory=list)
    installed: dict[str, str] = field(default_factory=dict)  # modules of filters, by the name they are offered by
    schema: str = ""  # what the value is held against, when it is no project

    def write(self, project: Path) -> None:
        if self.folder is not None:
            shutil.copytree(self.folder, project, symlinks=True, dirs_exist_ok=True)
        _write(project, self.files)
        for name, code in self.installed.items():
            install(project.parent / "site", name, code, package=f"{name}_texts")

    def change(self, project: Path) -> None:
        """What happens to the project before the last command."""
        _write(project, self.later)

    def shown(self) -> str:
        """The source, as it stands above the report in a golden."""
        if self.folder is None:
            files = list(self.files.items())
        else:
            files = [(p.relative_to(self.folder).as_posix(), _text(p)) for p in sorted(self.folder.rglob("*.*"))]
        files += [(f"{name}, then", text) for name, text in self.later.items()]
        files += [(f"answer {status}", text) for status, text in self.answers]
        files += [(f"{name}_texts/filters.py (installed)", text) for name, text in self.installed.items()]
        return "".join(f"== {name}\n{text}" for name, text in files if name != "command.txt")


def _write(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _text(path: Path) -> str:
    if path.is_symlink():
        return f"a link to {path.readlink()}\n"
    return path.read_bytes().decode("utf-8", "backslashreplace").replace("\0", "\\0")


@dataclass
class Page:
    code: str
    title: str
    text: str
    about: list[str]  # paragraphs
    sections: dict[str, Example]


def codes() -> list[str]:
    return sorted(path.stem for path in PAGES.glob("*.md"))


def page(code: str) -> Page:
    """A page read. Raises AssertionError for one that is not as all others are."""
    text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
    heading, *parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    titles, bodies = parts[::2], parts[1::2]
    assert tuple(titles) == SECTIONS, f"{code}: the headings are {titles}"
    title, *about = heading.strip().split("\n\n")
    assert re.fullmatch("# .+", title), f"{code}: no title"
    folder = HERE / code
    return Page(
        code,
        title[2:],
        text,
        [" ".join(paragraph.split()) for paragraph in about],
        {
            section: _from_folder(folder / section.lower()) if folder.is_dir() else _from_page(body)
            for section, body in zip(titles, bodies, strict=True)
        },
    )


def _from_folder(folder: Path) -> Example:
    return Example(folder=folder, command=(folder / "command.txt").read_text(encoding="utf-8").strip())


def _from_page(body: str) -> Example:
    example = Example()
    channel = "messenger"
    for name, info, text in _fences(body):
        kind, *words = info.split() or [""]
        if kind == "console":
            *example.before, example.command = (line.removeprefix("$ ") for line in text.strip().split("\n"))
        elif kind == "python":
            example.installed[words[0]] = text
        elif words[:1] == ["answer"]:
            example.answers.append((int(words[1]), text))
        elif kind == "json" and words:
            example.schema = words[0]
            example.files["value.json"] = text
        elif name.endswith(_THEN):
            example.later[name.removesuffix(_THEN)] = text
        elif name:
            example.files[name] = text
        elif kind == "toml":
            example.files["handbill.toml"] = text
        else:
            assert kind in ("json.j2", "yaml.j2"), f"what is a fence of {info}?"
            example.files[f"templates/message.{kind}"] = text
        for word in words if kind.endswith(".j2") else []:
            if word.startswith("genesys-"):
                example.command = f"{COMMAND} --via {word}"
            else:
                channel = word
    if "handbill.toml" not in example.files and not example.schema:
        example.files = {"handbill.toml": f'channels = ["{channel}"]\n', **example.files}
    return example


def _fences(body: str) -> Iterator[tuple[str, str, str]]:
    """(file name or "", info string, text) of every fence."""
    name = info = ""
    lines: list[str] | None = None
    for line in body.split("\n"):
        if lines is None and (match := _NAME.fullmatch(line)):
            name = match[1] + (_THEN if match[2] else "")
        elif match := _FENCE.fullmatch(line):
            if lines is None:
                info, lines = match[1] or "", []
            else:
                yield name, info, "".join(f"{held}\n" for held in lines)
                name, lines = "", None
        elif lines is not None:
            lines.append(line)
    assert lines is None, "a fence that is never closed"
