"""Messages for many contexts: each the fast way, and the ordinary way where there is something to say or to learn."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any

from .approved import Approvals
from .contracts import Origin
from .diagnostic import Failed
from .job import Address, Job, Made
from .locales import Speech
from .names import known_channel, known_gateway, known_locale
from .prepared import Prepared
from .project import Project
from .result import Result, to_json

if TYPE_CHECKING:
    from .fast import Line
    from .filtering import Filter


class Streaming(Prepared):
    """Compiles by the stream. Threads may share it: what is learnt is learnt by one of them at a time."""

    def __init__(
        self, project: Project, policy: str | None, filters: Iterable[Filter[Any, Any]], fatal: Iterable[str]
    ) -> None:
        """`fatal` are the codes of losses that are errors."""
        super().__init__(project, policy, filters)
        self._fatal = frozenset(fatal)
        self._approvals = Approvals(project)
        self._lines: dict[tuple[str, ...], Line] = {}
        self._lock = RLock()

    @abstractmethod
    def _attempt(self, job: Job, context: Mapping[str, Any], address: Address, origin: Origin | None = None) -> Made:
        """One message the ordinary way."""

    @abstractmethod
    def _result(self, job: Job, made: Made, example: str = "") -> Result:
        """What came of it, for the caller."""

    def many(
        self,
        name: str,
        channel: str,
        via: str | None,
        contexts: Iterable[Mapping[str, Any]],
        *,
        address: Address = None,
        locale: str = "",
    ) -> Iterator[bytes | Result]:
        """A message for each context, in order: the payload as compact JSON with a line feed.

        A Result comes instead where there is something to say: errors, or warnings with the payload. What is lost is
        the same for every message of a skeleton, and is said once. Raises Failed for an unknown name. Fast: `stamp`.
        """
        self._known(name, channel, via)
        return self._alike(name, channel, via, contexts, address, locale)

    def stream(
        self, name: str, channel: str, via: str | None, items: Iterable[tuple[Mapping[str, Any], Address, str]]
    ) -> Iterator[bytes | Result]:
        """`many`, with an address and a locale for each context. Items are taken one by one."""
        self._known(name, channel, via)
        return self._each(name, channel, via, items)

    def _known(self, name: str, channel: str, via: str | None) -> None:
        """Raises Failed for a name that nobody knows."""
        known_channel(channel)
        if name not in self.project.names():
            self.project.template(name)
        if via is not None:
            known_gateway(via)

    def _alike(
        self,
        name: str,
        channel: str,
        via: str | None,
        contexts: Iterable[Mapping[str, Any]],
        address: Address,
        locale: str,
    ) -> Iterator[bytes | Result]:
        try:
            job, line = self.line(name, channel, via, locale, address)
        except Failed:  # to be said of each
            yield from self._each(name, channel, via, ((context, address, locale) for context in contexts))
            return
        for context in contexts:
            filled = line.fill(context, address)
            if filled is None:
                with self._lock:
                    yield self._ordinary(job, line, context, address)
            else:
                yield filled

    def _each(
        self, name: str, channel: str, via: str | None, items: Iterable[tuple[Mapping[str, Any], Address, str]]
    ) -> Iterator[bytes | Result]:
        lines: dict[Any, tuple[Job, Line]] = {}
        for context, address, locale in items:
            key = (locale, *address) if address else locale
            found = lines.get(key)
            if found is None:
                try:
                    found = lines[key] = self.line(name, channel, via, locale, address)
                except Failed as failed:  # no version for this language, or translations that cannot be read
                    if not locale:
                        raise
                    where = {"template": name, "channel": channel, "locale": self._shown(locale)}
                    yield Result(None, [d.at(**where) for d in failed.diagnostics])
                    continue
            job, line = found
            filled = line.fill(context, address)
            if filled is None:
                with self._lock:
                    yield self._ordinary(job, line, context, address)
            else:
                yield filled

    def line(
        self, name: str, channel: str, via: str | None, locale: str = "", address: Address = None
    ) -> tuple[Job, Line]:
        """What is the same for every context, and the fast way for them. Raises Failed."""
        from .fast import Line, walk  # brings jsonschema, 50 ms that a check does not need

        with self._lock:
            spoken = known_locale(self.project, locale or self.project.config.locale)
            template = self.project.template(name, channel, spoken)
            job = self._job(template, known_channel(channel), self.via(template, via, channel), spoken)
            key = job.key(address)
            if key not in self._lines:
                rules = self._rules_of(template)
                params = rules.template.contract.params
                make = partial(walk, self.renderer.environment, template, job.surroundings, params)
                self._lines[key] = Line(lambda: make(self.catalog(spoken)), rules)
            return job, self._lines[key]

    def _ordinary(self, job: Job, line: Line, context: Mapping[str, Any], address: Address) -> bytes | Result:
        """A message that the fast way does not take, and what can be learnt of it for the next."""

        filled = self._again(job, line, context, address)
        if filled is not None:
            return filled
        made = self._attempt(job, context, address)
        if not made.found:
            self._learn(job, line, context, made)
        result = self._result(job, made)
        return result if result.diagnostics else to_json(result.payload, compact=True)

    def _again(self, job: Job, line: Line, context: Mapping[str, Any], address: Address) -> bytes | None:
        """A message whose text is known from another, rendered by Jinja."""
        rules = self._rules_of(job.template)
        given = rules.complete(context)
        if not line.stamps or not rules.holds(given):
            return None
        try:
            speech = Speech(self.catalog(job.locale))
            rendered = self.renderer.render(job.template, {**given, **job.surroundings}, speech)
        except Failed:
            return None
        stamp = line.stamps.get(rendered.skeleton)
        values = [*rendered.values, *address.values()] if address else rendered.values
        return stamp.fill(values) if stamp is not None else None

    def _learn(self, job: Job, line: Line, context: Mapping[str, Any], made: Made) -> None:
        from .stamp import Stamp

        fatal = any(d.code in self._fatal for d in made.losses)
        if made.document is None or not made.document.reusable or fatal:
            return
        if made.explained:
            guard = self._approvals.guard(made.explained.plan, job.target, job.gateway)
        else:
            guard = self._approvals.native_guard(made.trees, job.target, job.gateway)
        native = job.template.contract.payload is not None
        judge = self._judge(job.target, job.gateway)
        stamp = Stamp(made.document.root, made.messages, made.trees, judge, native=native, also=guard)
        line.learn(context, made.values, made.skeleton, stamp)
