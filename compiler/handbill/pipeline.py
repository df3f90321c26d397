"""The stages, in order: render, parse, validate, emit, validate again.

The one place that knows them all. Nothing here prints, and what is wrong with a template comes back
as diagnostics; only a name that nobody knows (of a template, a channel, a gateway) is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any

from . import lowering, wordings
from .budget import TooCostly
from .contracts import Origin, example_origin
from .diagnostic import Diagnostic, Failed, Label, Severity
from .document import Document, parse
from .job import Address, Job, Made, about, addressed, keep
from .judge import Judge
from .locales import Speech
from .lowering import Explained, Ladder, Plan, Words
from .marks import Unreadable
from .names import known_channel, known_gateway, known_locale
from .places import Places
from .project import Project
from .render import Rendered
from .result import Checked, Result, to_json
from .streaming import Streaming
from .telling import diagnostics_of, lost_markup, not_text, payload_diagnostics, unreadable
from .template import Template
from .translations import counted, untranslated
from .tree import NotText, Tree, fill
from .trouble import too_costly

if TYPE_CHECKING:
    from .filtering import Filter


class Compiler(Streaming):
    """Compiles the templates of one project. What can be kept between two messages is kept."""

    def __init__(
        self,
        project: Project,
        guard: Callable[[], AbstractContextManager[None]] = nullcontext,
        *,
        policy: str | None = None,
        fail_on: Iterable[str] = (),
        filters: Iterable[Filter[Any, Any]] = (),
    ) -> None:
        """`guard` is entered around each message's work, and may raise TooCostly (`guard.limited` does).

        `policy`, "strict" or "adapt", goes before the template's and the project's. `fail_on` are the kinds of loss
        (`lowering.KINDS`) that are errors. `filters` are for templates to use, beside those that handbill.toml names.
        Raises Failed when those cannot be had, ValueError for a filter that is called like another.
        """
        super().__init__(project, policy, filters, [f"lost-{kind}" for kind in fail_on])
        self._guard = guard
        self._documents: dict[tuple[str, str], Document] = {}
        self._plans: dict[tuple[str, ...], Plan] = {}

    # one message

    def compile(
        self,
        name: str,
        channel: str,
        via: str | None,
        context: Mapping[str, Any],
        *,
        example: str = "",
        origin: Origin | None = None,
        address: Address = None,
        locale: str = "",
        form: int | None = None,
    ) -> Result:
        """One message for one channel, in a locale ("": the project's own). Raises Failed for an unknown name only."""
        if name not in self.project.names():
            self.project.template(name)  # a name nobody knows is the caller's mistake
        target = known_channel(channel)
        locale = known_locale(self.project, locale or self.project.config.locale)
        try:
            template = self.project.template(name, channel, locale)
            gateway = self.via(template, via, channel)
        except Failed as failed:
            if any(d.code.startswith("unknown-") for d in failed.diagnostics):
                raise
            where = {"template": name, "channel": channel, "example": example, "locale": self._shown(locale)}
            return Result(None, [d.at(**where) for d in failed.diagnostics])
        job = replace(self._job(template, target, gateway, locale), form=form)
        with self._lock:
            return self._result(job, self._attempt(job, context, address, origin), example)

    def _result(self, job: Job, made: Made, example: str = "") -> Result:
        where = {"channel": job.target.name, "gateway": job.gateway.NAME, "example": example}
        where["locale"] = self._shown(job.locale)
        found = [
            replace(d, severity=Severity.ERROR) if d.code in self._fatal else d
            for d in (d.at(template=job.template.name, **where) for d in [*made.found, *made.losses])
        ]
        return Result(None if _errors(found) else made.bodies, found, made.explained, made.speech)

    def under(self, policy: str | None, fail_on: Iterable[str]) -> Compiler:
        """A compiler of the same project with another policy."""
        return Compiler(self.project, self._guard, policy=policy, fail_on=fail_on, filters=self.filters)

    def check(
        self,
        wanted_names: Iterable[str],
        channels: Sequence[str] = (),
        via: str | None = None,
        locales: Sequence[str] = (),
        *,
        plurals: bool = False,
    ) -> Iterator[Checked]:
        """Every template × its channels × locales × its examples; with `plurals` × the forms that a number can take.

        Raises Failed for an unknown channel, gateway or locale.
        """
        for wanted in channels:
            known_channel(wanted)
        if via is not None:
            known_gateway(via)
        spoken = [known_locale(self.project, locale) for locale in locales] or self.project.locales or [""]
        for name in wanted_names:
            try:
                yield from self._check(name, channels, via, list(dict.fromkeys(spoken)), plurals)
            except Failed as failed:
                yield _unmade(name, failed.diagnostics)

    def _check(
        self, name: str, channels: Sequence[str], via: str | None, locales: Sequence[str], plurals: bool
    ) -> Iterator[Checked]:
        template = self.base(name)
        problems = self._problems_of(template, via)
        if problems:
            yield _unmade(name, problems)
            return
        for target, locale in product(self.targets(template, channels), locales):
            if not self.project.serves(name, target, locale):
                continue
            try:
                own = self.project.template(name, target, locale)
            except Failed as failed:
                yield _unmade(name, failed.diagnostics, target, locale)
                continue
            examples = own if own.contract.examples else template
            if not examples.contract.examples and self._rules_of(own).needs:
                yield _unmade(name, [_no_example(own)], target, locale)
                continue
            for example, given in examples.contract.examples.items() or [("", None)]:
                origin = example_origin(examples, example) if given else None
                context = given.values if given else {}
                made = self.compile(name, target, via, context, example=example, origin=origin, locale=locale)
                yield Checked(name, target, example, made, self._shown(locale))
                if plurals and made.speech is not None and made.speech.counted:
                    holds = self._rules_of(own)
                    run = partial(self.compile, name, target, via, origin=origin, locale=locale)
                    for changed, other in counted(run, holds, example, context, made.speech):
                        yield Checked(name, target, changed, other, self._shown(locale))

    # the stages

    def _attempt(self, job: Job, context: Mapping[str, Any], address: Address, origin: Origin | None = None) -> Made:
        speech = None
        try:
            speech = Speech(self.catalog(job.locale), job.form)
            with self._guard():
                return replace(self._make(job, context, address, origin, speech), speech=speech)
        except Failed as failed:
            return Made(found=list(failed.diagnostics), speech=speech)
        except (TooCostly, RecursionError) as error:
            return Made(found=[too_costly(job.template, error)])

    def _make(
        self, job: Job, context: Mapping[str, Any], address: Address, origin: Origin | None, speech: Speech
    ) -> Made:
        template, target, gateway = job.template, job.target, job.gateway
        problems = self._problems_of(template, gateway.NAME)
        if problems:
            return Made(found=problems)
        rules = self._rules_of(template)
        given = rules.complete(context)
        if not rules.holds(given):
            return Made(found=rules.problems(given, origin))
        full = {**given, **job.surroundings}
        rendered = self.renderer.render(template, full, speech)
        places = Places(self.renderer, template, full, rendered)
        if speech.problems:
            return Made(found=untranslated(self.renderer, rendered, places))
        document = self._parse(template, rendered, places)
        try:
            filled = fill(document.root, rendered.values)
        except NotText as problem:
            return Made(found=[not_text(problem, places)])
        to, values = addressed(address, rendered.values)
        if template.contract.payload is not None:
            parts: list[Tree] = list(document.root) if isinstance(document.root, list) else [document.root]
            trees = [gateway.addressed(p, target, to) if isinstance(p, dict) else p for p in parts]
            bodies = [fill(tree, values) for tree in trees]
            found = self._payload_problems(self._judge(target, gateway), trees, bodies, document, places)
            if not _errors(found):
                found += self._approvals.native(target, gateway, bodies, document, places)
            return Made(bodies, found, rendered.skeleton, rendered.values, document, trees)
        if unreached := gateway.reaches(target):
            span = places.skeleton(*places.offsets(document, ("template_type",)))
            return Made(found=[replace(unreached, label=Label(span, f"{gateway.NAME} does not reach {target.title}"))])
        judge = self._judge(target, gateway)
        if not judge.neutral.schema.is_clean(filled):
            findings = judge.findings(filled)
            if job.adapt:  # what the channel would say of it is not said yet
                findings = [f for f in findings if f.who == judge.neutral.who]
            return Made(found=diagnostics_of(findings, document, places))
        plan = self._plan(job, document, rendered.skeleton)
        if unspoken := wordings.missing(job.untranslated, plan, template):
            return Made(found=unspoken)
        found = lowering.problems(plan, judge, document, rendered.values, places, adapt=job.adapt)
        if not _errors(found):
            found += self._approvals.problems(plan, target, gateway, document, rendered.values, places)
        losses = lowering.loss_diagnostics(plan.lowered, target, job.who, template.name, document, places)
        if template.contract.markup:
            printed = gateway.NAME == "direct"
            losses += lost_markup(plan.sent, target, printed=printed, document=document, places=places)
        explained = Explained(plan, target, rendered.values)
        if _errors(found):
            return Made(found=found, losses=losses, explained=explained)
        trees = gateway.emit(plan.messages, target, to)
        bodies = [fill(tree, values) for tree in trees]
        found += self._payload_problems(judge, trees, bodies, document, places)
        return Made(bodies, found, rendered.skeleton, rendered.values, document, trees, plan.trees, losses, explained)

    def _plan(self, job: Job, document: Document, skeleton: str) -> Plan:
        key = (*job.key(None), skeleton)
        plan = self._plans.get(key) if document.reusable else None
        if plan is None:
            ladder = Ladder(self._judge(job.target, job.gateway), job.target, Words(job.wording, job.target.name))
            ladder.adapt = job.adapt
            plan = lowering.plan(document.root, ladder)
            if document.reusable:
                keep(self._plans, key, plan)
        return plan

    def _payload_problems(
        self, judge: Judge, trees: list[Tree], bodies: list[Any], document: Document, places: Places
    ) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        for tree, body in zip(trees, bodies, strict=True):
            if not judge.payload.schema.is_clean(body):
                found += payload_diagnostics(judge.payload, tree, body, document, places)
        return found

    def _parse(self, template: Template, rendered: Rendered, places: Places) -> Document:
        key = (template.source.path, rendered.skeleton)
        document = self._documents.get(key)
        if document is None or not document.fits(rendered.values):
            try:
                document = parse(
                    rendered.skeleton,
                    rendered.values,
                    template.syntax,
                    markup=template.contract.markup and template.contract.payload is None,
                )
            except Unreadable as problem:
                raise Failed(unreadable(problem, places)) from None
            if document.reusable:
                keep(self._documents, key, document)
        return document


def _unmade(name: str, found: Iterable[Diagnostic], channel: str = "", locale: str = "") -> Checked:
    """A template of which nothing could be made."""
    where = {"template": name, "channel": channel, "locale": locale}
    return Checked(name, channel, "", Result(None, [d.at(**where) for d in found]), locale)


def _no_example(template: Template) -> Diagnostic:
    return Diagnostic(
        "no-example",
        "Not checked",
        Label(template.span(("params",), key=True), "no example gives these a value"),
        severity=Severity.WARNING,
        text="A template that needs values can only be checked with some.",
        hint="add examples to the front matter",
    )


def _errors(found: Iterable[Diagnostic]) -> bool:
    return any(d.severity is Severity.ERROR for d in found)


__all__ = ["Checked", "Compiler", "Origin", "Result", "about", "to_json"]
