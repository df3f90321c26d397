"""Several processes that share the work of one, their answers in the order of the tasks.

A task is small (it says where the work is, and does not bring it), so that handing one out never waits. What is under
way at once is bounded. Processes end with the one that hired them, however it ends.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Generic, TypeAlias, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Work: TypeAlias = Callable[[Task], Answer]

# A process made by a fork has all that is loaded; elsewhere than on Linux, system libraries do not stand that.
FORKS = sys.platform == "linux"
_ENDING = {signal.SIGINT, signal.SIGTERM}
_AHEAD = 2  # tasks that a process has: one in hand, and the next
_WAITING = 4  # answers for each process that may wait for one before them


class Died(Exception):
    """A process is gone with its task, and nobody knows why."""

    def __init__(self, task: object, ending: int | None) -> None:
        super().__init__(task)
        self.task = task
        self.ending = ending  # the exit code; below 0, the signal


class Team(Generic[Task, Answer]):
    def __init__(self, worker: Callable[[Task], Answer], hire: Callable[[], Work[Task, Answer]], size: int) -> None:
        """`worker` is what a forked process goes on with; elsewhere `hire`, which can be pickled, makes one there."""
        self._worker = worker
        self._hire = hire
        self._lines: dict[Connection, tuple[BaseProcess, list[tuple[int, Task]]]] = {}
        for _ in range(size):
            self._add()

    def __enter__(self) -> Team[Task, Answer]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for line, (process, _) in self._lines.items():
            line.close()
            process.terminate()
        for process, _ in self._lines.values():
            process.join()

    def answers(self, tasks: Iterator[Task]) -> Iterator[tuple[Task, Answer]]:
        """Each task with its answer, in order. Raises Died at once, and what a worker raised when its turn has come."""
        done: dict[int, tuple[Task, Answer | None]] = {}
        given = turn = 0
        while True:
            given = self._hand_out(tasks, given, turn + _WAITING * len(self._lines))
            if turn == given:
                return
            while turn not in done:
                for line in wait([line for line, (_, busy) in self._lines.items() if busy]):
                    assert isinstance(line, Connection)
                    place, task, answer = self._take(line)
                    done[place] = task, answer
                given = self._hand_out(tasks, given, turn + _WAITING * len(self._lines))
            task, told = done.pop(turn)
            turn += 1
            # a fault of ours is told best where it can be seen
            yield task, self._worker(task) if told is None else told

    def _hand_out(self, tasks: Iterator[Task], given: int, most: int) -> int:
        """Give everybody enough to do, up to the task `most`; how many are given then."""
        while given < most:
            line, (_, busy) = min(self._lines.items(), key=lambda item: len(item[1][1]))
            if len(busy) >= _AHEAD:
                break
            task = next(tasks, None)
            if task is None:
                break
            busy.append((given, task))
            given += 1
            try:
                line.send(task)
            except OSError:  # it is gone, which `_take` will see
                pass
        return given

    def _add(self) -> None:
        ours, theirs = Pipe()
        others = [*self._lines, ours] if FORKS else []
        made_by: type[BaseProcess] = get_context("fork").Process if FORKS else get_context("spawn").Process
        worker = self._worker if FORKS else None
        process = made_by(target=_work, args=(theirs, others, worker, self._hire), daemon=True)
        with _quiet():
            process.start()
        theirs.close()
        self._lines[ours] = process, []

    def _take(self, line: Connection) -> tuple[int, Task, Answer | None]:
        process, busy = self._lines[line]
        place, task = busy[0]
        try:
            answer: Answer | None = line.recv()
        except (EOFError, OSError):
            process.join()
            raise Died(task, process.exitcode) from None
        del busy[0]
        return place, task, answer


@contextmanager
def _quiet() -> Iterator[None]:
    """No signal that ends a process, until the new one has said what it makes of them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(
    line: Connection,
    others: Sequence[Connection],
    worker: Work[Task, Answer] | None,
    hire: Callable[[], Work[Task, Answer]],
) -> None:
    """A process: it is given tasks, one by one, and answers each, until the line is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the user's Ctrl-C goes to all; the first process ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # else nobody sees that the first process has gone
    try:
        made = worker or hire()
        while True:
            task = line.recv()
            try:
                answer: Answer | None = made(task)
            except Exception:  # noqa: BLE001 - whatever it is, the first process meets it as well
                answer = None
            line.send(answer)
    except (EOFError, OSError):
        pass
