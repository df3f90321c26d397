"""What the two processes beside the server do: one makes stages, the other checks the whole project."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from ..diagnostic import Diagnostic, Failed, Severity, merged, together
from ..project import Project
from .asking import Asked
from .editors import Editor
from .pages import message, staged

Opener = Callable[[], Project]
_FOUND = 100  # findings of one template that are told
_NICE = 10  # by how much a check stands back behind what somebody waits for


@dataclass(frozen=True, slots=True)
class Question:
    """A stage that is wanted. `version` counts the changes of the project's files."""

    asked: Asked
    version: int
    editor: str
    root: Path


@dataclass(frozen=True, slots=True)
class Made:
    """A stage as HTML, and the names in what was asked as they are known."""

    html: str
    asked: Asked
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A check that is wanted, of these templates in this order."""

    version: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """One template has been checked."""

    version: int
    name: str
    description: str
    found: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """All that was wanted has been checked; or there is a fault of ours, by its name."""

    version: int
    fault: str = ""


def stages(line: Connection, opener: Opener) -> None:
    """Answer questions until the line ends."""
    from .stage import Studio  # here: the server itself does without a compiler

    studio: Studio | None = None
    version = -1
    while True:
        question: Question = line.recv()
        editor = Editor(question.editor, question.root)
        if question.version != version:
            studio, version = None, question.version
        try:
            studio = studio or Studio(opener(), editor.at)
            stage = studio.stage(question.asked)
            answer = Made(staged(stage, editor), stage.asked)
        except Failed as failed:
            answer = _failed(question, failed.diagnostics, editor)
        except Exception as error:  # noqa: BLE001 - the page says so, and the next one is made anew
            studio, answer = None, _fault(question, error)
        line.send(answer)


def _failed(question: Question, found: Sequence[Diagnostic], editor: Editor) -> Made:
    alone = found[0] if len(found) == 1 and found[0].label is None else None
    title = alone.title if alone else "This cannot be shown"
    text = alone.hint if alone else ""
    html = message(title, text, question.asked, () if alone else found, editor)
    return Made(html, question.asked, failed=True)


def _fault(question: Question, error: Exception) -> Made:
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    if os.environ.get("HANDBILL_DEBUG") == "1":
        text = "".join(traceback.format_exception(error))
    else:  # without the exception's own words, which may hold what was in a message
        text = "Please report it with what HANDBILL_DEBUG=1 shows here."
    title = f"This is a fault of Handbill ({type(error).__name__}{where}), not of your templates"
    return Made(message(title, text, question.asked), question.asked, failed=True)


def checks(line: Connection, opener: Opener) -> None:
    """Check what is wanted, template by template; something newer is turned to at once."""
    if hasattr(os, "nice"):
        os.nice(_NICE)
    wanted: Wanted = line.recv()
    while True:
        fault = ""
        try:
            _check(line, opener(), wanted)
        except Failed:  # the page says so, it has asked as well
            pass
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001 - the page says so
            fault = type(error).__name__
        if not line.poll():
            line.send(Done(wanted.version, fault))
        wanted = line.recv()
        while line.poll():
            wanted = line.recv()


def _check(line: Connection, project: Project, wanted: Wanted) -> None:
    from contextlib import closing

    from ..checking import Asked as Check
    from ..checking.run import run

    names = [name for name in wanted.names if name in project.names()]
    with closing(run(project, names, Check(), jobs=1)) as results:  # type: ignore[type-var]
        for examined in results:
            found = together(merged(examined.found))
            line.send(Seen(wanted.version, examined.name, _description(project, examined.name), tuple(found[:_FOUND])))
            if line.poll():
                return


def _description(project: Project, name: str) -> str:
    part = next((part for found, part in sorted(project.files()) if found == name), "")
    try:
        return project.template(name, part or None).contract.description
    except Failed:
        return ""


def counts(found: Sequence[Diagnostic]) -> tuple[int, int, int]:
    """Errors, warnings, remarks."""
    errors, warnings, remarks = (sum(d.severity is severity for d in found) for severity in Severity)
    return errors, warnings, remarks
