"""The sandbox as a server on loopback: within a program, or for a command until it is stopped.

with Sandbox(fail={"429": 0.1, "drop": 0.02}, seed=7, dedupe=True) as sandbox:
    …                               # send to sandbox.url
    sandbox.messages()              # what arrived, and how often
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from ..local.serving import Server as Local
from ..local.serving import Serving, listening
from .answers import facts
from .app import Server, Tell
from .book import Book
from .settings import Settings
from .wire import Protocol

_T = TypeVar("_T")


class Sandbox(Local):
    """A Genesys Cloud of one's own. As a context manager it runs in a thread, on a free port unless one is given.

    `settings` are the fields of `Settings`. `log` is a file that gets a line of JSON for each message accepted, before
    it is answered. `tell` gets a line for each request, without secrets and message text.
    Raises OSError for a port that is taken or a log that cannot be written, ValueError for settings without sense.
    """

    _NAME = "sandbox"

    def __init__(self, port: int = 0, *, log: Path | None = None, tell: Tell | None = None, **settings: Any) -> None:
        wanted = Settings(**settings)
        self._book = Book(log)
        self._server = Server(wanted, self._book, tell or _silent)
        try:
            own = listening(port)
        except OSError:
            self._book.close()
            raise
        patience = facts()["defaults"]["keep_alive_seconds"]
        super().__init__(own, Serving(self._server.app(), protocol=Protocol, keep_alive=patience))

    @property
    def settings(self) -> Settings:
        return self._server.settings

    def run(self) -> None:
        """Serve until `stop`, and in the main thread until SIGINT or SIGTERM. Once only."""
        try:
            super().run()
        finally:
            self._book.close()

    def messages(self) -> list[dict[str, Any]]:
        """Every message: `body`, `recipient`, `key`, `id`… and how often it `arrived` and was `delivered`."""
        return self._book.messages()

    def accepted(self) -> list[dict[str, Any]]:
        """Every acceptance in order, as in the log; `delivered` is false where the key was known."""
        return self._book.arrivals()

    def counts(self) -> dict[str, Any]:
        """`requests` about messages, `tokens` given, and `answers` by status or by the name of the fault."""
        return self._within(self._server.counts)

    def change(self, **values: Any) -> None:
        """Behave differently from now on: `fail`, `next`, `rate`, `without`… Raises ValueError."""
        self._within(lambda: self._server.change(values))

    def expire(self) -> int:
        """End every token now. How many there were."""
        return self._within(self._server.access.expire)

    def clear(self) -> None:
        """Forget messages, counts and the rate; draw faults from the start again."""
        self._within(self._server.clear)

    def _within(self, do: Callable[[], _T]) -> _T:
        """Do it in the server's own thread while that runs."""
        loop = self._http.loop
        if loop is None or self._thread is None or not self._thread.is_alive():
            return do()

        async def done() -> _T:
            return do()

        return asyncio.run_coroutine_threadsafe(done(), loop).result()


def _silent(_line: str) -> None:
    pass
