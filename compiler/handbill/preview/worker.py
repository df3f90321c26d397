"""Processes beside the server: what a template does to them, it does to no page.

A template is compiled under the guard's limits, which are a process's own, and a guard ends a process that does not
listen. Whoever asks is told, and the next one who asks gets a new process.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

Serve = Callable[..., None]

# On Linux a process is made by one that has all modules and nothing of the server's: its threads, its sockets.
_WAY = "forkserver" if sys.platform == "linux" else "spawn"
_MODULES = ["handbill.preview.stage", "handbill.checking.work"]


class Ended(Exception):
    """The process has ended, or was ended because it took too long, before it answered."""


class Process:
    """A process that runs `serve(line, *args)`. It is started anew when it has gone."""

    def __init__(self, serve: Serve, *args: Any) -> None:
        self._serve = serve
        self._args = args
        self._process: BaseProcess | None = None
        self._over = False
        self.line: Connection | None = None

    def start(self) -> Connection:
        """The line to a running process. Raises Ended when there is to be none any more."""
        if self.line is not None:
            return self.line
        if self._over:
            raise Ended
        made = get_context(_WAY)
        if _WAY == "forkserver":
            made.set_forkserver_preload(_MODULES)
        ours, theirs = made.Pipe()
        process: BaseProcess = made.Process(  # type: ignore[attr-defined]
            target=_run, args=(theirs, self._serve, *self._args), daemon=True
        )
        process.start()
        theirs.close()
        self._process, self.line = process, ours
        return ours

    def kill(self) -> None:
        """End it at once; the next `start` makes another."""
        process, line = self._process, self.line
        self._process = self.line = None
        if process is not None:
            process.kill()
            process.join()
        if line is not None:
            line.close()

    def end(self) -> None:
        """End it for good. From any thread: whoever waits for it meets the end of its line."""
        self._over = True
        if self._process is not None:
            self._process.kill()


def _run(line: Connection, serve: Serve, *args: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the server ends the others
    try:
        serve(line, *args)
    except (EOFError, OSError):
        pass  # the server has gone


class Answering:
    """A process that is asked one thing at a time. Of what one page asks, only the newest is waited for."""

    def __init__(self, serve: Serve, *args: Any, seconds: float) -> None:
        self._process = Process(serve, *args)
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._newest: dict[str, object] = {}

    async def ask(self, question: Any, page: str = "") -> Any:
        """The answer; None when the same page has asked something newer meanwhile. Raises Ended."""
        mine = object()
        if page:
            self._newest[page] = mine
        try:
            async with self._turn:
                if page and self._newest.get(page) is not mine:
                    return None
                talk = asyncio.ensure_future(asyncio.to_thread(self._talk, question))
                try:
                    return await asyncio.shield(talk)
                except asyncio.CancelledError:
                    self.end()
                    raise
        finally:
            if self._newest.get(page) is mine:
                del self._newest[page]

    def start(self) -> None:
        """Have it ready before somebody asks."""
        self._process.start()

    def end(self) -> None:
        self._process.end()

    def _talk(self, question: Any) -> Any:
        try:
            line = self._process.start()
            line.send(question)
            if line.poll(self._seconds):
                return line.recv()
        except (EOFError, OSError):
            pass
        self._process.kill()
        raise Ended


class Telling:
    """A process that goes on telling, of the newest thing it was asked. `told` is called from another thread."""

    def __init__(self, serve: Serve, *args: Any, told: Callable[[Any], None]) -> None:
        self._process = Process(serve, *args)
        self._told = told
        self._ended: Callable[[], None] = lambda: None

    def ask(self, question: Any, ended: Callable[[], None]) -> None:
        """Ask it; `ended` is called, from another thread, when it goes before it has told all."""
        self._ended = ended
        new = self._process.line is None
        line = self._process.start()
        if new:
            threading.Thread(target=self._listen, args=(line,), name="told", daemon=True).start()
        try:
            line.send(question)
        except OSError:  # it has just gone, which `_listen` sees
            pass

    def end(self) -> None:
        self._ended = lambda: None
        self._process.end()

    def _listen(self, line: Connection) -> None:
        try:
            while True:
                self._told(line.recv())
        except (EOFError, OSError):
            self._process.kill()
            self._ended()
