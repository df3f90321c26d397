"""The rows of a run are compiled, before anything is sent or meanwhile, and what is wrong with them is said."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from ..diagnostic import Diagnostic, Severity, in_order
from .errors import show
from .output import say

if TYPE_CHECKING:
    from ..pipeline import Compiler
    from ..recipients.messages import Compiled
    from ..recipients.rows import Recipients
    from ..report.progress import Meter
    from ..send.ledger import Ledger, Run
    from ..send.prepare import Counts
    from ..send.segments import Segments
    from .campaign import Plan

SHOWN = 20  # findings about rows that are shown in full


class Compiling:
    """Compiles the rows of a run, before anything is sent or meanwhile, and says what is wrong with them."""

    def __init__(
        self, plan: Plan, compiler: Compiler, ledger: Ledger, segments: Segments, run: Run, watch: Meter,
        recipients: Recipients | None,
    ) -> None:  # fmt: skip
        self.stopped = False  # by the first bad row
        self._plan = plan
        self._compiler = compiler
        self._ledger = ledger
        self._segments = segments
        self._run = run
        self._watch = watch
        self._recipients = recipients
        self._findings = Findings(watch)

    def first(self) -> bool:
        """Everything, before anything is sent. False when a bad row ends it."""
        from ..report.progress import Step

        def progress(counts: Counts) -> None:
            if counts.rows % 100 == 0:
                self._watch.show(Step("compiling", counts.rows, 0, (("refused", counts.refused),)))

        self._all(progress)
        return not self.stopped

    def meanwhile(self, going: Callable[[], None]) -> None:
        """As it goes: `going` is called after each row, and raises when it is to stop."""
        from ..send.campaign import Interrupted

        self._all(lambda counts: going())
        if self.stopped:
            raise Interrupted

    def _all(self, progress: Callable[[Counts], None]) -> None:
        from ..send.prepare import prepare

        assert self._recipients is not None
        counts = prepare(
            self._rows(self._recipients), self._ledger, self._segments, self._run.id,
            told=lambda made: self._findings.add(made.found), progress=progress, fail_fast=self._plan.fail_fast,
            unique=self._plan.unique,
        )  # fmt: skip
        self.stopped = counts.stopped
        self._findings.add((*self._recipients.remarks, *self._twice(counts)))
        self._findings.close()

    def _rows(self, recipients: Recipients) -> Iterator[Compiled]:
        """Every row; at the end, whether what they were made of is still the same. Raises Failed (run-changed)."""
        from ..pipeline import Compiler
        from ..recipients.rows import digest
        from ..send.launch import template_digest, unchanged
        from .opening import opened

        yield from self._plan.rows(self._compiler, recipients)
        anew = Compiler(opened(self._compiler.project.root))  # one that has read nothing yet
        plan = self._plan
        unchanged(self._run, template_digest(anew, plan.name, plan.channel), digest(plan.path, plan.shown))

    def _twice(self, counts: Counts) -> Iterator[Diagnostic]:
        """What is to be said of people who are there more than once."""
        if not counts.again:
            return
        lines = [f"{line:,} and {last:,}" for line, last in counts.repeated]
        sent = "Only the first row of each is sent." if self._plan.unique else "Each row is a message of its own."
        yield Diagnostic(
            "bad-recipient", f"Recipients who are there more than once: {counts.again:,} further rows",
            severity=Severity.INFO if self._plan.unique else Severity.WARNING,
            text=f"{self._plan.shown}, lines {'; '.join(lines)}{' …' if counts.again > len(lines) else ''}. {sent}",
            hint="" if self._plan.unique else "--unique sends to each recipient once",
        )  # fmt: skip


class Findings:
    """Shows what is wrong with rows: the first ones in full, and how many more there are. A warning is shown once."""

    def __init__(self, watch: Meter) -> None:
        self._watch = watch
        self._shown = 0
        self._more = 0
        self._warned: set[tuple[str, str]] = set()
        self.errors = 0

    def add(self, found: tuple[Diagnostic, ...]) -> None:
        new = []
        for d in found:
            if d.severity is Severity.ERROR:
                self.errors += 1
                new.append(d)
            elif (d.code, d.title) not in self._warned:
                self._warned.add((d.code, d.title))
                new.append(d)
        if self._shown + len(new) > SHOWN:
            self._more += len(new)
        elif new:
            self._shown += len(new)
            self._watch.close()
            show(in_order(new))

    def close(self) -> None:
        if self._more:
            self._watch.close()
            say(f"and {self._more:,} more findings about recipients\n", sys.stderr)
