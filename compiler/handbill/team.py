"""Several processes that share the work of one, their answers in the order of the tasks.

A task is small (it says where the work is, and does not bring it), so that handing one out never waits. What is under
way at once is bounded. Processes end with the one that hired them, however it ends.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Generic, TypeAlias, TypeVar

Task = TypeVar("Task")
Answer = TypeVar("Answer")
Work: TypeAlias = Callable[[Task], Answer]

# A process made by a fork has all that is loaded; elsewhere than on Linux, system libraries do not stand that.
FORKS = sys.platform == "linux"
_ENDING = {signal.SIGINT, signal.SIGTERM}
_AHEAD = 2  # tasks that a process has: one in hand, and the next
WAITING = 4  # answers for each process that may wait for one before them
_PIPE = 1 << 20  # bytes that are on their way; with the usual 64 KB an answer costs the one who reads it twice as much


class Died(Exception):
    """A process is gone with its task, and nobody knows why."""

    def __init__(self, task: object, ending: int | None) -> None:
        super().__init__(task)
        self.task = task
        self.ending = ending  # the exit code; below 0, the signal


@dataclass(slots=True)
class _Member:
    process: BaseProcess
    tasks: Connection
    answers: Connection
    busy: list[tuple[int, Any]] = field(default_factory=list)  # tasks that it has, with their places


class Team(Generic[Task, Answer]):
    def __init__(self, worker: Callable[[Task], Answer], hire: Callable[[], Work[Task, Answer]], size: int) -> None:
        """`worker` is what a forked process goes on with; elsewhere `hire`, which can be pickled, makes one there."""
        self._worker = worker
        self._hire = hire
        self._members: list[_Member] = []
        for _ in range(size):
            self._add()

    def __enter__(self) -> Team[Task, Answer]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in self._members:
            member.tasks.close()
            member.answers.close()
            member.process.terminate()
        for member in self._members:
            member.process.join()

    def answers(
        self, tasks: Iterator[Task], *, died: Callable[[Task], Answer] | None = None, waiting: int = WAITING
    ) -> Iterator[tuple[Task, Answer]]:
        """Each task with its answer, in order. Raises what a worker raised, when its turn has come.

        `died` answers a task that ended its process, and another process goes on; without it, Died is raised at once.
        """
        done: dict[int, tuple[Task, Answer | None]] = {}
        given = turn = 0
        while True:
            given = self._hand_out(tasks, given, turn, waiting)
            if turn == given:
                return
            while turn not in done:
                busy = {member.answers: member for member in self._members if member.busy}
                for line in wait(list(busy)):
                    assert isinstance(line, Connection)
                    try:
                        place, task, answer = _taken(busy[line])
                    except Died:
                        if died is None:
                            raise
                        place, task = self._replace(busy[line])
                        answer = died(task)
                    done[place] = task, answer
                given = self._hand_out(tasks, given, turn, waiting)
            task, told = done.pop(turn)
            turn += 1
            # a fault of ours is told best where it can be seen
            yield task, self._worker(task) if told is None else told

    def _replace(self, member: _Member) -> tuple[int, Any]:
        """Another process for what one that died had still to do; the task that it died of, and its place."""
        ended, *left = member.busy
        member.tasks.close()
        member.answers.close()
        self._members.remove(member)
        self._add()
        for place, task in left:
            self._give(self._members[-1], place, task)
        return ended

    def _hand_out(self, tasks: Iterator[Task], given: int, turn: int, waiting: int) -> int:
        """Give everybody enough to do, so many tasks being given already; how many are given then."""
        while given < turn + waiting * len(self._members):
            member = min(self._members, key=lambda each: len(each.busy))
            if len(member.busy) >= _AHEAD:
                break
            task = next(tasks, None)
            if task is None:
                break
            self._give(member, given, task)
            given += 1
        return given

    @staticmethod
    def _give(member: _Member, place: int, task: Any) -> None:
        member.busy.append((place, task))
        with suppress(OSError):  # it is gone, which `_taken` will see
            member.tasks.send(task)

    def _add(self) -> None:
        theirs, tasks = Pipe(duplex=False)
        answers, their_answers = Pipe(duplex=False)
        _widen(answers)
        ours = [line for member in self._members for line in (member.tasks, member.answers)]
        others = [*ours, tasks, answers] if FORKS else []
        made_by: type[BaseProcess] = get_context("fork").Process if FORKS else get_context("spawn").Process
        worker = self._worker if FORKS else None
        process = made_by(target=_work, args=(theirs, their_answers, others, worker, self._hire), daemon=True)
        with _quiet():
            process.start()
        theirs.close()
        their_answers.close()
        self._members.append(_Member(process, tasks, answers))


def _taken(member: _Member) -> tuple[int, Any, Any]:
    """The answer that a process has ready. Raises Died."""
    place, task = member.busy[0]
    try:
        answer = member.answers.recv()
    except (EOFError, OSError):
        member.process.join()
        raise Died(task, member.process.exitcode) from None
    del member.busy[0]
    return place, task, answer


def _widen(line: Connection) -> None:
    if sys.platform == "linux":
        import fcntl

        try:
            fcntl.fcntl(line.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
        except OSError:  # the user has had as many of these as there are
            pass


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
    tasks: Connection,
    answers: Connection,
    others: Sequence[Connection],
    worker: Work[Task, Answer] | None,
    hire: Callable[[], Work[Task, Answer]],
) -> None:
    """A process: it is given tasks, one by one, and answers each, until nobody gives it any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the user's Ctrl-C goes to all; the first process ends the others
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDING)
    for other in others:
        other.close()  # else nobody sees that the first process has gone
    try:
        made = worker or hire()
        while True:
            task = tasks.recv()
            try:
                answer: Answer | None = made(task)
            except Exception:  # noqa: BLE001 - whatever it is, the first process meets it as well
                answer = None
            answers.send(answer)
    except (EOFError, OSError):
        pass
