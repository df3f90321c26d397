"""Links that open a file at a line in the author's own editor."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from ..resources import load
from ..source import Span

NONE = "none"


class Editor:
    """`chosen` is the name of an editor (schemas/editors.json), an address with places to fill, or `none`."""

    def __init__(self, chosen: str, root: Path) -> None:
        form = load("editors.json")["editors"].get(chosen, {}).get("url", chosen)
        self._form = "" if chosen == NONE else str(form)
        self._folders = (Path.cwd(), root.absolute())

    def at(self, span: Span) -> str:
        """The link to where a span begins; empty when there is no such file."""
        line, column = span.source.position(span.start)
        return self.file(span.source.path, line, column)

    def file(self, shown: str, line: int = 1, column: int = 1) -> str:
        """The link to a file as findings show it; empty when there is none."""
        path = next((each for folder in self._folders if (each := folder / shown).is_file()), None)
        if path is None or not self._form:
            return ""
        posix = path.resolve().as_posix()
        words = {
            "path": quote(posix if posix.startswith("/") else f"/{posix}", safe="/:"),
            "line": line,
            "column": column,
        }
        made = self._form
        for name, value in words.items():
            made = made.replace(f"{{{name}}}", str(value))
        return made


def position(span: Span) -> str:
    """`templates/hello.json.j2:12:5`."""
    line, column = span.source.position(span.start)
    return f"{span.source.path}:{line}:{column}"
