"""How far a run is, while it goes on: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

EVERY = 5.0  # seconds between two lines


@dataclass(frozen=True, slots=True)
class Step:
    """Where a run is."""

    what: str  # "sending"
    done: int
    total: int  # 0 when it is not known
    parts: tuple[tuple[str, int], ...] = ()  # ("sent", 190), ("rejected", 2)
    rate: float = 0.0  # a second; 0 when there is none yet
    left: float | None = None  # seconds
    note: str = ""  # why it does not go on, if it does not
    share: float | None = None  # of everything, 0 to 1, where the total is not known

    def words(self) -> str:
        """ "190 sent, 2 rejected, 12.5/s, 3 min left"."""
        said = [f"{count:,} {name}" for name, count in self.parts]
        said += [f"{_number(self.rate)}/s"] if self.rate else []
        said += [f"{span(self.left)} left"] if self.left is not None else []
        said += [self.note] if self.note else []
        return ", ".join(said)

    def line(self) -> str:
        of = f" of {self.total:,}" if self.total else ""
        words = self.words()
        return f"{self.what}: {self.done:,}{of}" + (f" ({words})" if words else "") + "\n"


class Meter(Protocol):
    """Shows steps; `close` leaves the screen as it should be for what is said next."""

    def show(self, step: Step) -> None: ...
    def close(self) -> None: ...


def meter(stream: TextIO, quiet: bool = False) -> Meter:
    """A bar on a terminal, lines elsewhere, nothing when it is to be quiet."""
    if quiet:
        return Silence()
    return Bar(stream) if stream.isatty() else Lines(stream)


class Silence:
    def show(self, step: Step) -> None:
        pass

    def close(self) -> None:
        pass


class Lines:
    """A line every few seconds, so that a log stays short."""

    def __init__(self, stream: TextIO, every: float = EVERY, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._every = every
        self._clock = clock
        self._next = clock() + every

    def show(self, step: Step) -> None:
        now = self._clock()
        if now >= self._next:
            self._next = now + self._every
            self._stream.write(step.line())
            self._stream.flush()

    def close(self) -> None:
        pass


class Bar:
    """One line that is written anew, by rich."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(bar_width=30), TextColumn("{task.fields[words]}"))
        self._bar = Progress(*columns, console=Console(file=stream), transient=True, refresh_per_second=5)
        self._tasks: dict[str, Any] = {}

    def show(self, step: Step) -> None:
        if not self._tasks:
            self._bar.start()
        if step.what not in self._tasks:
            for task in self._tasks.values():
                self._bar.remove_task(task)
            self._tasks = {step.what: self._bar.add_task(step.what, total=None, words="")}
        of = f" of {step.total:,}" if step.total else ""
        words = " · ".join(filter(None, [f"{step.done:,}{of}", step.words()]))
        done, total = (step.done, step.total or None) if step.share is None else (step.share, 1.0)
        self._bar.update(self._tasks[step.what], completed=done, total=total, words=words)

    def close(self) -> None:
        self._bar.stop()
        self._tasks = {}


def span(seconds: float) -> str:
    """A stretch of time in the words one would use: "40 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
