"""`handbill compile --recipients`: the payload of everyone in a file, in order, on all cores."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ..diagnostic import Severity
from .address import for_all, pair
from .compiling import Findings
from .errors import CLEAN, FOUND, CannotWrite
from .output import is_special, say
from .signals import ending, interrupt

if TYPE_CHECKING:
    from ..bulk import Batch, Bulk, Order, Warned
    from ..bulk.writing import Aside, Sink
    from ..report.progress import Meter

_Sink = TypeVar("_Sink", bound="Sink")
_LISTED = 50  # rows of a sample that are told one by one


def compile_bulk(folder: Path | None, name: str, channel: str, asked: dict[str, Any]) -> int:
    """Compile everyone in `asked["file"]`. The exit code. Raises UsageError, Failed."""
    out = Path(asked["out"]) if asked["out"] not in (None, "-") else None
    asked["into"] = out is not None and (asked["out"].endswith(("/", os.sep)) or out.is_dir())
    skips = (asked["on_error"] or ("skip" if asked["errors"] else "stop")) == "skip"
    _refuse_to_overwrite(asked["file"], out, asked["errors"], asked["force"], asked["into"])
    order = _order(folder, name, channel, asked)
    from ..bulk import Bulk
    from ..checking.run import cores
    from ..report.progress import meter

    bulk = Bulk(order, jobs=asked["jobs"] or cores(), limit=asked["limit"], sample=asked["sample"])
    watch = meter(sys.stderr, asked["quiet"] or not sys.stderr.isatty())
    told = _Told(out, asked, watch)
    with ending(interrupt), _opened(out, asked["into"]) as sink, _laid_aside(asked["errors"]) as aside:
        try:
            _compile(bulk, sink, aside, told, skips)
        except BaseException as error:
            told.broken_off(error)
            raise
        if told.bad and not skips:
            sink.drop()
        else:
            sink.finish()
        if aside is not None:
            aside.finish()
    told.end(bulk, skips)
    return FOUND if told.bad else CLEAN


def _compile(bulk: Bulk, sink: Sink, aside: Aside | None, told: _Told, skips: bool) -> None:
    for batch in bulk:
        if batch.bad and not skips:
            batch.cut(batch.bad[0].number)
        sink.write(batch)
        if aside is not None:
            aside.write(batch)
        told.add(batch)
        if batch.bad and not skips:
            return


# ---- what was asked for


def _order(folder: Path | None, name: str, channel: str, asked: dict[str, Any]) -> Order:
    from ..bulk import Order
    from ..names import known_locale
    from ..pipeline import Compiler
    from .opening import opened

    project = opened(folder)
    template = project.template(name, channel, known_locale(project, asked["locale"] or project.config.locale))
    gateway = Compiler(project).via(template, asked["via"], channel)
    same = [f"channel_id={asked['channel_id']}"] if asked["channel_id"] else []
    same += asked["more"]
    if asked["no_address"] and same:
        raise click.UsageError("--no-address goes with no part of an address; leave out --channel-id and --address.")
    return Order(
        project, name, channel, asked["file"], via=asked["via"],
        mapping=dict(pair(each, "--map") for each in asked["mapping"]),
        address=None if asked["no_address"] else for_all(gateway, channel, {}, same),
        locale=asked["locale"], policy=asked["policy"], fail_on=asked["fail_on"],
        pretty=asked["into"] and not asked["compact"], ids=asked["into"],
        contents=asked["errors"] is not None,
    )  # fmt: skip


def _refuse_to_overwrite(file: Path, out: Path | None, errors: Path | None, force: bool, into: bool) -> None:
    """Raises UsageError for what is there already, and for two that are one."""
    given = [path for path in (file, out, errors) if path is not None and not is_special(path)]
    if len({path.resolve() for path in given}) < len(given):
        raise click.UsageError("--recipients, --out and --errors are different files.")
    for path in (out, errors):
        if path is None or force or not path.exists() or is_special(path):
            continue
        if path is out and into:
            if any(path.iterdir()):
                raise click.UsageError(f"{path} is not empty; --force writes into it all the same.")
        else:
            raise click.UsageError(f"{path} is there already; --force replaces it.")


@contextmanager
def _opened(out: Path | None, into: bool) -> Iterator[Sink]:
    """Where payloads go; it is dropped when something is raised. Raises CannotWrite, whenever."""
    from ..bulk.writing import File, Folder, Stream

    if out is None:
        yield Stream(sys.stdout.buffer)
    elif is_special(out):
        with _writing(out), out.open("wb") as stream:
            yield Stream(stream)
    else:
        with _writing(out), _dropped(Folder(out) if into else File(out)) as sink:
            yield sink


@contextmanager
def _laid_aside(path: Path | None) -> Iterator[Aside | None]:
    from ..bulk.writing import Aside

    if path is None:
        yield None
        return
    with _writing(path), _dropped(Aside(path)) as aside:
        yield aside


@contextmanager
def _dropped(sink: _Sink) -> Iterator[_Sink]:
    try:
        yield sink
    except BaseException:
        sink.drop()
        raise


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(error if error.filename else OSError(error.errno, error.strerror, str(path))) from None


# ---- what is said


class _Told:
    """What became of the rows, for whoever reads the error stream."""

    def __init__(self, out: Path | None, asked: dict[str, Any], watch: Meter) -> None:
        self.bad: Counter[str] = Counter()  # rows, by code
        self._out = out
        self._errors: Path | None = asked["errors"]
        self._into: bool = asked["into"]
        self._sampled: bool = asked["sample"] is not None
        self._watch = watch
        self._findings = Findings(watch)
        self._warned: dict[str, Warned] = {}
        self._rows = self._payloads = 0
        self._named = False  # whether files have ids in their names
        self._drawn: list[int] = []
        self._start = time.monotonic()
        self._shown = False

    def add(self, batch: Batch) -> None:
        self._rows += batch.rows
        self._payloads += len(batch.lengths)
        self._named = self._named or any(batch.ids)
        self._drawn += batch.drawn or []
        for bad in batch.bad:
            self.bad[next(d.code for d in bad.found if d.severity is Severity.ERROR)] += 1
            self._findings.add(bad.found)
        for code, new in batch.warned.items():
            if code in self._warned:
                self._warned[code].count += new.count
            else:
                self._warned[code] = new
        if self._shown:
            self._progress(batch.done)
        self._shown = True  # from the second batch on: a process that forks has no threads

    def _progress(self, share: float) -> None:
        from ..report.progress import Step

        seconds = time.monotonic() - self._start
        left = seconds / share - seconds if share > 0.02 else None
        skipped = (("skipped", self.bad.total()),) if self.bad else ()
        self._watch.show(Step("compiling", self._rows, 0, skipped, self._rows / seconds, left, share=share))

    def end(self, bulk: Bulk, skips: bool) -> None:
        self._watch.close()
        warned = [
            replace(each.first, title=f"{each.first.title}: {each.count:,} rows") if each.count > 1 else each.first
            for each in self._warned.values()
        ]
        self._findings.add((*warned, *bulk.remarks))
        self._findings.close()
        if self.bad and not skips:
            say(f"stopped at the first bad row, {self._kept()} (--on-error skip leaves bad rows out)\n", sys.stderr)
            return
        if self._sampled:
            rows = ", ".join(f"{n:,}" for n in self._drawn[:_LISTED])
            more = f" and {len(self._drawn) - _LISTED:,} more" if len(self._drawn) > _LISTED else ""
            say(f"sample: rows {rows or 'none'}{more}\n", sys.stderr)
        say(f"{self._well()}{self._skipped()}\n", sys.stderr)

    def broken_off(self, error: BaseException) -> None:
        self._watch.close()
        if not isinstance(error, BrokenPipeError):
            what = "interrupted" if isinstance(error, KeyboardInterrupt) else "ended"
            say(f"{what} after {_count(self._rows, 'row')}, {self._kept()}\n", sys.stderr)

    def _kept(self) -> str:
        """What there is of a work that was not done to its end."""
        if self._out is None or is_special(self._out):
            return f"{_count(self._payloads, 'message')} written before it" if self._payloads else "nothing written"
        return f"{self._out} not written"

    def _well(self) -> str:
        if self._out is None:
            return _count(self._payloads, "message")
        if self._into:
            named = "row number and `id`" if self._named else "row number"
            return f"{_count(self._payloads, 'message')} in {self._out}, a file each, named by {named}"
        return f"{_count(self._payloads, 'message')} in {self._out}"

    def _skipped(self) -> str:
        if not self.bad:
            return ""
        which = ", ".join(f"{count:,} {code}" for code, count in self.bad.most_common())
        kept = f"; they are in {self._errors}" if self._errors else ""
        return f"; {_count(self.bad.total(), 'row')} skipped ({which}){kept}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
