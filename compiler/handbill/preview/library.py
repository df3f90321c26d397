"""What a preview knows of its project: the templates there are, what is wrong with each, and what has changed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from ..diagnostic import Diagnostic, Failed
from ..local.events import Events
from ..project import Project
from .editors import Editor
from .pages import Counted, Shelf
from .studio import Done, Opener, Seen, Wanted, checks, counts
from .watching import State, Watched, watched
from .worker import Ended, Telling

Choose = Callable[[Project], list[str]]
_OFTEN = 0.4  # seconds between two words about a check that is going on
_MANY = 500  # templates that make it a second more: the list of them is looked at anew each time


class Library:
    """Lives in one event loop. `choose` are the names to show of a project; it raises Failed."""

    def __init__(self, root: Path, opener: Opener, choose: Choose, editor: str, events: Events) -> None:
        self.root = root
        self.version = 0
        self.names: list[str] = []
        self.found: tuple[Diagnostic, ...] = ()  # why there are no names
        self.project: Project | None = None
        self.seen: State = frozenset()  # the files as they were when they were looked at
        self._deep: tuple[Path, ...] = ()
        self._opener = opener
        self._choose = choose
        self._asked_editor = editor
        self._events = events
        self._counted: dict[str, Counted] = {}
        self._fresh: set[str] = set()  # names that have been checked since the last change
        self._checker = Telling(checks, opener, told=self._from_checker)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = False
        self._fault = ""
        self._look()

    @property
    def editor(self) -> str:
        """The editor to open files in: as asked for, else as the project says."""
        return self._asked_editor or (self.project.config.editor if self.project else "vscode")

    def shelf(self) -> Shelf:
        waiting = len(self.names) - len(self._fresh.intersection(self.names))
        checking = f"Checking, {waiting:,} to go" if waiting and not self._fault else ""
        if self._fault:
            checking = f"The check has stopped, by a fault of Handbill ({self._fault})"
        name = self.root.resolve().name
        editor = Editor(self.editor, self.root)
        return Shelf(name, self.names, self._counted, checking, self.found, editor, self._events.last)

    def changed(self) -> None:
        """Files of the project have changed."""
        self.version += 1
        self._look()
        self._events.tell("changed")
        self.check()

    def check(self) -> None:
        """Have every template checked, in the background."""
        self._loop = asyncio.get_running_loop()
        self._fresh = set()
        self._fault = ""
        self._ask(tuple(self.names))

    def end(self) -> None:
        self._checker.end()

    def watched(self) -> Watched:
        """The files that matter, as the settings say now."""
        return watched(self.root, self.project)

    def _look(self) -> None:
        before = self.watched().state()
        try:
            self.project = self._opener()
            self.names = self._choose(self.project)
            self.found = ()
        except Failed as failed:
            self.project, self.names, self.found = None, [], failed.diagnostics
        after = self.watched()
        self.seen = before if after.deep == self._deep else after.state()
        self._deep = after.deep
        self._counted = {name: count for name, count in self._counted.items() if name in self.names}

    def _ask(self, names: tuple[str, ...]) -> None:
        if not names:
            return
        try:
            self._checker.ask(Wanted(self.version, names), lambda: self._within(self._ended))
        except Ended:
            pass

    def _from_checker(self, told: Seen | Done) -> None:
        self._within(lambda: self._hear(told))

    def _within(self, do: Callable[[], None]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(do)

    def _hear(self, told: Seen | Done) -> None:
        if told.version != self.version:
            return
        if isinstance(told, Seen):
            self._counted[told.name] = Counted(*counts(told.found), told.description, told.found)
            self._fresh.add(told.name)
        else:
            self._fault = told.fault
            self._fresh |= set() if told.fault else set(self.names)
        self._tell_soon()

    def _tell_soon(self) -> None:
        if not self._told:
            self._told = True
            asyncio.get_running_loop().call_later(_OFTEN + len(self.names) / _MANY, self._tell)

    def _tell(self) -> None:
        self._told = False
        self._events.tell("checked")

    def _ended(self) -> None:
        """The process has gone: at the template that would have been next. The others are still to be checked."""
        waiting = [name for name in self.names if name not in self._fresh]
        if not waiting:
            return
        culprit = Diagnostic(
            "too-costly", "Too much work for a message", text="It took more time or memory than one template may have.",
            hint="make the template smaller", template=waiting[0],
        )  # fmt: skip
        self._counted[waiting[0]] = Counted(1, found=(culprit,))
        self._fresh.add(waiting[0])
        self._tell_soon()
        self._ask(tuple(waiting[1:]))
