"""`handbill send --recipients` and `--resume`: a message to everyone in a file, as a run that can be taken up again."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Diagnostic
from .compiling import Compiling, Findings
from .errors import CLEAN, FOUND, INTERRUPTED, show
from .output import put, say
from .signals import ending, interrupt

if TYPE_CHECKING:
    from ..pipeline import Compiler
    from ..project import Project
    from ..recipients.messages import Compiled
    from ..recipients.rows import Recipients
    from ..report.progress import Meter
    from ..send.campaign import End, Tally
    from ..send.connection import Connection, Service
    from ..send.ledger import Ledger, Run


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; kept in the ledger, so that it can be taken up again."""

    name: str
    channel: str
    via: str
    path: Path
    shown: str  # the path as it was given
    mapping: dict[str, str]
    address: dict[str, str]
    limit: int | None = None
    stream: bool = False
    fail_fast: bool = False
    policy: str | None = None
    fail_on: tuple[str, ...] = ()
    locale: str = ""
    unique: bool = False

    def settings(self) -> dict[str, Any]:
        return {
            "path": str(self.path.absolute()), "mapping": self.mapping, "address": self.address,
            "limit": self.limit, "stream": self.stream, "fail_fast": self.fail_fast,
            "policy": self.policy, "fail_on": list(self.fail_on), "locale": self.locale,
            "unique": self.unique,
        }  # fmt: skip

    @classmethod
    def of(cls, run: Run) -> Plan:
        settings = run.settings
        return cls(
            run.template, run.channel, run.gateway, Path(settings["path"]), run.recipients, settings["mapping"],
            settings["address"], settings["limit"], settings["stream"], settings["fail_fast"],
            settings.get("policy"), tuple(settings.get("fail_on", ())), settings.get("locale", ""),
            settings.get("unique", False),
        )  # fmt: skip

    def recipients(self, compiler: Compiler) -> Recipients:
        """Raises Failed for a template or a file that is no good whatever its rows."""
        from ..recipients.messages import recipients_of

        return recipients_of(
            compiler, self.name, self.channel, self.via, self.path,
            mapping=self.mapping, address=self.address, shown=self.shown, locale=self.locale,
        )  # fmt: skip

    def rows(self, compiler: Compiler, recipients: Recipients) -> Iterator[Compiled]:
        from ..send.prepare import compiled

        return islice(compiled(compiler, self.name, self.channel, self.via, recipients, self.locale), self.limit)


@dataclass(frozen=True, slots=True)
class How:
    """How it is sent, this time."""

    workers: int
    batch: int
    quiet: bool


# ---- beginning and taking up again


def begin(
    project: Project, compiler: Compiler, link: Connection, ready: Service, plan: Plan, how: How, unknown: str
) -> int:
    """A new run, from the first row to the last. The exit code."""
    from ..recipients.rows import digest
    from ..send.launch import new_id, template_digest
    from ..send.ledger import Ledger, Run

    recipients = plan.recipients(compiler)
    run = Run(
        id=new_id(), created=datetime.now(UTC).isoformat(timespec="seconds"),
        template=plan.name, template_digest=template_digest(compiler, plan.name, plan.channel),
        recipients=plan.shown, recipients_digest=digest(plan.path, plan.shown),
        channel=plan.channel, gateway=plan.via, connection=link.name,
        unknown="resend" if unknown == "resend" else "park", settings=plan.settings(),
    )  # fmt: skip
    with Ledger.open(project.root) as ledger:
        ledger.create(run)
        say(f"run {run.id}\n", sys.stderr)
        return _sent(project, compiler, ledger, run, plan, link, ready, how, recipients)


def resume(project: Project, compiler: Compiler, which: str, unknown: str | None, asked: dict[str, Any]) -> int:
    """Go on with a run. The exit code. Raises Failed (unknown-run, run-changed)."""
    from ..recipients.rows import digest
    from ..send.connections import connection, service
    from ..send.launch import template_digest, unchanged
    from ..send.ledger import Ledger

    with Ledger.open(project.root) as ledger:
        run = ledger.run(which)
        connections = project.config.connections if run.connection else {}
        link = connection(
            connections, run.connection or None, os.environ, project.source, channel=run.channel, asked=run.gateway
        )
        ready = service(link, run.gateway, run.channel, os.environ)
        plan = replace(Plan.of(run), fail_fast=asked["fail_fast"])
        compiler = compiler.under(plan.policy, plan.fail_on)
        now = template_digest(compiler, plan.name, plan.channel), digest(plan.path, plan.shown)
        unchanged(run, *now)
        if unknown is not None:
            run = replace(run, unknown="resend" if unknown == "resend" else "park")
        recipients = plan.recipients(compiler) if run.phase == "compiling" else None
        how = manner(link, asked)
        return _sent(project, compiler, ledger, run, plan, link, ready, how, recipients, again=True)


def manner(link: Connection, asked: dict[str, Any]) -> How:
    """How to send, as asked for, else as the connection says. Raises UsageError."""
    from ..send.genesys_connection import data as genesys
    from ..send.ledger_file import data

    most = {
        "workers": data()["workers"]["max"],
        "batch": max(g["batch"]["max"] for g in genesys()["gateways"].values() if "batch" in g),
    }
    for name, largest in most.items():
        if asked[name] is not None and not 1 <= asked[name] <= largest:
            raise click.UsageError(f"--{name} takes a number from 1 to {largest}.")
    return How(asked["workers"] or link.workers, asked["batch"] or link.batch, asked["quiet"])


def _sent(
    project: Project, compiler: Compiler, ledger: Ledger, run: Run, plan: Plan, link: Connection,
    ready: Service, how: How, recipients: Recipients | None, again: bool = False,
) -> int:  # fmt: skip
    from ..report.progress import meter
    from ..send.campaign import Campaign
    from ..send.flight import Flight
    from ..send.http import Client
    from ..send.outcome import State
    from ..send.segments import Segments

    watch = meter(sys.stderr, how.quiet)
    batch = how.batch if ready.many else 1
    with Segments(project.root, run.id) as segments, Client(link.timeouts, how.workers) as client:
        try:
            compiling = Compiling(plan, compiler, ledger, segments, run, watch, recipients)
            if recipients is not None and not plan.stream:
                with ending(interrupt):
                    good = compiling.first()
                if not good:
                    watch.close()
                    say("nothing was sent: the first bad row ends it (--fail-fast)\n", sys.stderr)
                    return FOUND
            flight = Flight(run, link.retry, ready, client, ledger, segments)
            if again and flight.harmless:
                ledger.again(run.id, State.UNKNOWN)
            campaign = Campaign(ledger, ledger.run(run.id), flight, segments.path, workers=how.workers, batch=batch)
            feed = compiling.meanwhile if recipients is not None and plan.stream else None
            with ending(campaign.stop), _resumable(run, watch):
                end = campaign.run(lambda tally: watch.show(_step(tally)), feed)
        except KeyboardInterrupt:
            watch.close()
            say(f"interrupted; resume with: {_command(run)}\n", sys.stderr)
            raise
        finally:
            watch.close()
    return _told(ledger, run, end, compiling.stopped)


@contextmanager
def _resumable(run: Run, watch: Meter) -> Iterator[None]:
    """Whatever broke, what is left can be sent."""
    try:
        yield
    except Exception:
        watch.close()
        say(f"resume with: {_command(run)}\n", sys.stderr)
        raise


# ---- a dump


def shown_requests(compiler: Compiler, ready: Service, plan: Plan, how: How, form: Any) -> int:
    """Every request of a run on standard output, and what is wrong with rows; nothing is sent. The exit code."""
    from ..report.progress import meter
    from ..send.dump import dump
    from ..send.preview import preview

    recipients = plan.recipients(compiler)
    findings = Findings(meter(sys.stderr, quiet=True))

    def payloads() -> Iterator[bytes]:
        for made in plan.rows(compiler, recipients):
            findings.add(made.found)
            if made.payload is not None:
                yield made.payload
            elif plan.fail_fast:
                return

    for piece in dump(ready, preview(ready, payloads(), how.batch), form):
        put(piece)
    findings.add(tuple(recipients.remarks))
    findings.close()
    return FOUND if findings.errors else CLEAN


# ---- what is said


def _step(tally: Tally) -> Any:
    from ..report.progress import Step

    parts = (
        ("sent", tally.sent),
        ("rejected", tally.rejected),
        *([("unknown", tally.unknown)] if tally.unknown else []),
        ("retried", tally.retried),
    )
    return Step("sending", tally.done, tally.total, parts, tally.rate, tally.left, tally.note)


def _told(ledger: Ledger, run: Run, end: End, cut_short: bool) -> int:
    """The summary, which accounts for every row. The exit code."""
    from ..report.progress import span
    from ..report.runs import accounted

    found = [_counted(d, count) for d, count in end.found]
    stopped = [d.at(template=run.template, channel=run.channel) for d in end.why]
    if found or stopped:
        show([d.at(template=run.template, channel=run.channel) for d in found] + stopped)
    counts = {state.value: count for state, count in ledger.counts(run.id).items()}
    tally = end.tally
    say(f"{accounted(counts)}\n")
    again = f", {_count(tally.retried, 'retry', 'retries')}" if tally.retried else ""
    say(f"{_count(tally.requests, 'request', 'requests')} in {span(tally.seconds)}{again}\n", sys.stderr)
    left = counts["new"] + counts["sending"]
    for state, what in [("rejected", "not sent"), ("unknown", "unknown")]:
        if counts[state]:
            say(f"what is {what}: handbill runs {run.id} --state {state}\n", sys.stderr)
    if left:
        why = {"interrupted": "interrupted; ", "stopped": "stopped; ", "done": ""}[end.ending]
        say(f"{why}resume with: {_command(run)}\n", sys.stderr)
    if end.ending == "interrupted":
        return INTERRUPTED
    well = counts["sent"] == sum(counts.values()) and not stopped and not cut_short
    return CLEAN if well else FOUND


def _counted(d: Diagnostic, count: int) -> Diagnostic:
    return d if count == 1 else replace(d, title=f"{d.title}: {count:,} messages")


def _count(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _command(run: Run) -> str:
    return f"handbill send --resume {run.id}"
