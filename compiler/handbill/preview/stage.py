"""One template as a page shows it: compiled for its channels, drawn, measured, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import process_time
from typing import Any

from markupsafe import Markup

from ..approved import Approvals
from ..budget import TooCostly
from ..channels import CHANNELS, Channel, channel
from ..contracts import Origin, check_front_matter, example_origin
from ..diagnostic import Diagnostic, Failed, Severity, in_order
from ..faces import beside, gauges, shown
from ..faces.gallery import NATIVE, NOTHING
from ..faces.looks import look
from ..faces.shown import framed
from ..gateways import GATEWAYS, Gateway
from ..guard import limited
from ..names import known_channel, known_gateway, known_locale, problems, unknown
from ..pipeline import Compiler, Result, to_json
from ..project import Project
from ..source import Span
from ..template import Template
from ..validate import check_contract_schema
from .asking import Asked
from .form import OF_CONTEXT, Form, blank, form
from .reading import Read, read

PATIENCE = 6.0  # seconds of CPU for one page; channels that come later are not tried any more
_JSON = 200_000  # bytes of a payload that are shown
CONTEXT = "These values break the contract: see the context."
LATE = "The other channels took too long: choose this one alone."
_POLICIES = ("strict", "adapt")
_DEFAULT = "default"  # the example that is taken when there are several


@dataclass(frozen=True, slots=True)
class Panel:
    """A template on one channel."""

    channel: Channel
    gateway: str  # "" when nobody knows
    phone: Markup
    shown: bool = False  # whether the phone shows a message
    fits: bool = False
    skipped: bool = False  # the others took too long
    refused: bool = False  # the context is not what the contract says, as its fields tell
    found: tuple[Diagnostic, ...] = ()
    beside: tuple[Markup, ...] = ()  # findings, lengths, the payload
    steps: str = ""  # how it was lowered

    @property
    def errors(self) -> int:
        return sum(d.severity is Severity.ERROR for d in self.found)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is not known of how the channel shows it."""
        return look(self.channel).notes if self.shown else ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen for a template."""

    examples: tuple[str, ...] = ()
    locales: tuple[str, ...] = ()
    gateways: tuple[str, ...] = tuple(GATEWAYS)
    policies: tuple[str, ...] = _POLICIES
    targets: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  # channels that it is not for
    native: str = ""  # the gateway whose JSON the template is


@dataclass(frozen=True, slots=True)
class Stage:
    """All that a page says of one template."""

    asked: Asked  # the names in it are known, and those that were left out are filled in
    choices: Choices
    files: tuple[str, ...] = ()
    description: str = ""
    panels: tuple[Panel, ...] = ()
    form: Form = field(default_factory=Form)
    takes: bool = False  # whether it takes a context at all
    bound: bool = False  # whether it has a contract
    edited: bool = False
    policy: str = ""  # what is done with what a channel cannot show
    instead: str = ""  # what is wrong with its settings, when there is no channel to show


class Studio:
    """Makes stages of one project as it was when it was opened."""

    def __init__(self, project: Project, at: Callable[[Span], str]) -> None:
        """`at` is the link to where a span begins, or ""."""
        self.project = project
        self._at = at
        self._compilers: dict[str, Compiler] = {}
        self._approvals = Approvals(project)

    def stage(self, asked: Asked) -> Stage:
        """Raises Failed for a name that nobody knows, and for a template that cannot be read."""
        compiler = self._compiler(asked.policy)
        base = compiler.base(asked.name) if asked.name in self.project.names() else self.project.template(asked.name)
        asked = self._known(asked, base)
        return _Setting(compiler, base, asked, self._approvals, self._at).stage()

    def _compiler(self, policy: str) -> Compiler:
        policy = policy if policy in _POLICIES else ""
        if policy not in self._compilers:
            self._compilers[policy] = Compiler(self.project, limited, policy=policy or None)
        return self._compilers[policy]

    def _known(self, asked: Asked, base: Template) -> Asked:
        if asked.via:
            known_gateway(asked.via)
        if asked.channel:
            known_channel(asked.channel)
        if asked.policy and asked.policy not in _POLICIES:
            unknown("policy", asked.policy, _POLICIES)
        examples = base.contract.examples
        if asked.example and asked.example not in examples:
            unknown("example", asked.example, examples)
        locale = known_locale(self.project, asked.locale) if asked.locale else self.project.config.locale
        first = _DEFAULT if _DEFAULT in examples else next(iter(examples), "")
        return replace(asked, example=asked.example or first, locale=locale if self.project.locales else "")


class _Setting:
    """One template with one context."""

    def __init__(
        self, compiler: Compiler, base: Template, asked: Asked, approvals: Approvals, at: Callable[[Span], str]
    ) -> None:
        self._compiler = compiler
        self._at = at
        self._project = compiler.project
        self._base = base
        self._asked = asked
        self._approvals = approvals
        self._started = process_time()
        example = base.contract.examples.get(asked.example)
        self._example = example.values if example else {}

    def stage(self) -> Stage:
        asked, contract = self._asked, self._base.contract
        reading = self._read()
        panels = tuple(self._panels(reading))
        found = [*reading.unread.values(), *(d for panel in panels for d in panel.found)]
        values = {k: v for k, v in reading.values.items() if k in contract.params or not contract.has_params}
        bound = contract.has_params and not check_contract_schema(contract.params)  # a broken one is no form
        whole = reading.text if asked.as_json or not bound else None
        fields = form(contract.params if bound and not asked.as_json else {}, values, found, whole)
        files = [f.shown for _, f in sorted(self._project.files().items()) if f.name == asked.name]
        return Stage(
            asked=asked, choices=self._choices(), files=tuple(files), description=contract.description,
            panels=panels, form=fields, takes=bool(contract.params) or not contract.has_params,
            bound=bound, edited=asked.context is not None and reading.values != self._example,
            policy=self._compiler.policy(self._base),
            instead="" if panels else beside.findings(self._problems(), self._at),
        )  # fmt: skip

    def _problems(self) -> list[Diagnostic]:
        return [*check_front_matter(self._base), *problems(self._project, self._base, None)]

    def _read(self) -> Read:
        if self._asked.context is None:
            return Read(self._example)
        params = self._base.contract.params
        reading = read(self._asked.context, lambda path: blank(params, path))
        if self._base.contract.has_params and reading.text is None:  # a parameter that was taken out meanwhile
            return replace(reading, values={k: v for k, v in reading.values.items() if k in params})
        return reading

    def _choices(self) -> Choices:
        targets = self._compiler.targets(self._base)
        known = [name for name in targets if name in CHANNELS]
        contract = self._base.contract
        return Choices(
            examples=tuple(contract.examples), locales=tuple(self._project.locales), targets=tuple(known),
            others=tuple(name for name in CHANNELS if name not in known), native=contract.payload or "",
        )  # fmt: skip

    def _panels(self, reading: Read) -> Iterator[Panel]:
        asked = self._asked
        wanted = [asked.channel] if asked.channel else self._compiler.targets(self._base)
        for name in wanted:
            if name not in CHANNELS:  # the template's own finding says so
                continue
            if asked.locale and not self._project.serves(asked.name, name, asked.locale):
                continue
            yield self._panel(channel(name), reading)

    def _panel(self, target: Channel, reading: Read) -> Panel:
        try:
            template = self._project.template(self._asked.name, target.name, self._asked.locale)
            gateway = self._compiler.via(template, self._asked.via or None, target.name)
        except Failed as failed:
            return self._without(target, "", NOTHING, failed.diagnostics)
        if process_time() - self._started > PATIENCE:
            return replace(self._without(target, gateway.NAME, LATE), skipped=True)
        if reading.unread:
            return replace(self._without(target, gateway.NAME, CONTEXT), refused=True)
        own = template.contract.examples or template is self._base
        source = template if own else self._base
        result = self._compiler.compile(
            self._asked.name, target.name, self._asked.via or None, self._values(source, reading),
            example="" if self._asked.context is not None else self._asked.example,
            origin=self._origin(source, reading), locale=self._asked.locale,
        )  # fmt: skip
        try:
            with limited():
                return self._drawn(target, gateway, result)
        except TooCostly:
            return self._without(target, gateway.NAME, LATE, result.diagnostics)

    def _without(self, target: Channel, gateway: str, words: str, found: Sequence[Diagnostic] = ()) -> Panel:
        frame, _ = framed([], target, empty=words)
        listed = beside.findings(found, self._at)
        return Panel(target, gateway, frame, found=tuple(found), beside=(listed,))

    def _values(self, source: Template, reading: Read) -> dict[str, Any]:
        """A channel's own version may have the example with values of its own."""
        own = source.contract.examples.get(self._asked.example)
        return own.values if own and self._asked.context is None else reading.values

    def _origin(self, source: Template, reading: Read) -> Origin | None:
        if self._asked.context is None and self._asked.example in source.contract.examples:
            return example_origin(source, self._asked.example)
        return None

    def _drawn(self, target: Channel, gateway: Gateway, result: Result) -> Panel:
        messages = shown(result, gateway, self._approvals, locale=self._asked.locale)
        if any(d.code in OF_CONTEXT for d in result.diagnostics):
            empty = self._without(target, gateway.NAME, CONTEXT)
            return replace(empty, refused=True, found=tuple(result.diagnostics))
        ids, found = f"{target.name}-", in_order(result.diagnostics)
        frame, notes = framed(messages, target, ids=ids, told=False, empty=NATIVE if result.ok else NOTHING)
        stands = [
            beside.findings(found, self._at, notes=notes, ids=ids),
            beside.parts(result, messages),
            beside.meters(gauges(result, gateway)),
            self._payload(result),
        ]
        steps = "\n".join(result.explained.lines()) if result.explained else ""
        return Panel(
            target, gateway.NAME, frame, bool(messages), result.ok, found=tuple(found), beside=tuple(stands),
            steps=steps,
        )  # fmt: skip

    def _payload(self, result: Result) -> Markup:
        if not result.ok:
            return Markup("")
        size = len(to_json(result.payload))
        if size <= _JSON:
            return beside.payload(result)
        return Markup("<p>The payload has {:,} bytes: see it with <code>handbill compile</code>.</p>").format(size)
