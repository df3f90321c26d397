"""A preview as a server on loopback: for a command until it is stopped, or within a program.

with Preview(root, opener, choose) as preview:
    …                               # look at preview.url
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from ..local.events import Events
from ..local.serving import Server, Serving, listening
from .app import App
from .library import Choose, Library
from .studio import Opener, stages
from .watching import watch
from .worker import Answering

PORT = 8424  # the sandbox has 8423
_PATIENCE = 20.0  # seconds for one page, after which its process is ended


class Preview(Server):
    """A project to look at.

    `opener` opens it anew after each change; it, and everything it refers to, must be fit to be sent to another
    process. `choose` are the names to show. `editor` goes before the project's. Raises OSError for a port that is
    taken.
    """

    _NAME = "preview"

    def __init__(self, root: Path, opener: Opener, choose: Choose, *, port: int = 0, editor: str = "") -> None:
        own = listening(port)
        self._events = Events()
        self._stages = Answering(stages, opener, seconds=_PATIENCE)
        self.library = Library(root, opener, choose, editor, self._events)
        app = App(self.library, self._stages, self._events).asgi()
        super().__init__(own, Serving(app, beside=[self._beside]))

    async def _beside(self) -> None:
        """What goes on beside the answers: a process is kept ready, files are watched, templates are checked."""
        library = self.library
        try:
            await asyncio.to_thread(self._stages.start)
            library.check()
            await watch(library.watched, lambda: library.seen, library.changed)
        finally:
            self._stages.end()
            library.end()
