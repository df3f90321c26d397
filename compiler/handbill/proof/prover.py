"""The proof of a template: every way through it, every limit on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING, Any, TypeAlias

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.exceptions import TemplateRuntimeError
from jinja2.parser import Parser

from .. import lowering, wordings
from ..channels import Channel
from ..diagnostic import Diagnostic, Failed, Label, Severity
from ..gateways import Gateway
from ..judge import Judge, Rule
from ..keywords import Path
from ..lowering import Ladder
from ..render import Environment
from ..source import Span
from ..sourcemap import Mark, SourceMap, read_marks
from ..telling import steps_of
from ..template import Template
from ..tree import Leaf, Tree, pointer_of
from . import declared, outgoing
from .choices import MOST_SIZES, MOST_WAYS, Choices, Dead, NotFollowed, every_way
from .contract import of_contract
from .expressions import Scope
from .reach import has_wholes
from .rules import Asked, Limit
from .skeleton import Skeleton, assembled
from .trees import Again, Shape, shaped
from .values import Exact, Value
from .verdicts import Verdict, told, verdict
from .ways import MOST_STEPS, Way

if TYPE_CHECKING:
    from ..pipeline import Compiler


@dataclass(frozen=True, slots=True)
class Said:
    """A finding, and the verdict it tells; None where the template as a whole is not followed."""

    diagnostic: Diagnostic
    verdict: Verdict | None = None


@dataclass(slots=True)
class Made:
    """What one way through a template gives."""

    skeleton: Skeleton
    shape: Shape


# What is worst of each place in each skeleton.
Worst: TypeAlias = dict[tuple[object, ...], tuple[Made, Verdict]]


def not_followed(template: Template, reason: str, what: str = "lengths are", hint: str = "") -> Diagnostic:
    """A template of which nothing is proved."""
    return Diagnostic(
        "length-unknown",
        "Lengths unknown",
        Label(template.span(("params",), key=True), f"{what} not proved: {reason}"),
        severity=Severity.INFO,
        text="So it is not known whether every value fits.",
        hint=hint,
    )


class Prover:
    """Proves the templates of one compiler's project. Syntax trees and ways are kept."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._trees: dict[tuple[str, str], nodes.Template] = {}
        self._ways: dict[tuple[str, str, str, bool], list[Made]] = {}
        self._judges: dict[tuple[str, str], Judge] = {}
        self._asking: dict[str, bool] = {}  # whether a template may ask for its channel, by path
        self._neutral: dict[int, tuple[Shape, list[Limit]]] = {}  # the same on every channel

    @cached_property
    def environment(self) -> Environment:
        return Environment(self.compiler.renderer.loader, marked=True)

    def prove(self, template: Template, channel: Channel, gateway: Gateway, locale: str) -> list[Said]:
        """What may be too long or too many, and what is not known. Nothing for a template without parameters."""
        params = self._params(template)
        if not params:
            return []
        try:
            made = self._made(template, channel, locale, params)
        except NotFollowed as problem:
            return [Said(not_followed(template, str(problem)))]
        except RecursionError:
            return [Said(not_followed(template, "the template is nested too deep"))]
        except (TemplateSyntaxError, Failed):
            return []  # the ordinary way has the words for it
        ladder = self._ladder(template, channel, gateway, locale)
        worst: Worst = {}
        said: list[Said] = []
        for each in made:
            self._hold(worst, each, self._limits(each.shape, template, ladder))
        if template.contract.payload is None:
            said = self._outgoing(worst, made, template, ladder, gateway, locale)
        return [*_each_once(self._told(worst, template)), *said]

    def _outgoing(
        self, worst: Worst, made: list[Made], template: Template, ladder: Ladder, gateway: Gateway, locale: str
    ) -> list[Said]:
        """What the messages become. Of a structure that depends on the data each form is looked at."""
        try:
            for each in self._written_out(made, template, ladder.channel, locale):
                self._hold(worst, each, outgoing.limits(each.shape, ladder, gateway))
        except NotFollowed as problem:
            for each in made:
                self._hold(worst, each, outgoing.leaf_limits(each.shape, ladder, gateway))
            if ladder.adapt or any(outgoing.has_fallback(each.shape.root) for each in made):
                return [
                    Said(not_followed(template, str(problem), "lengths of what it is lowered to are", problem.hint))
                ]
            if has_wholes(ladder.judge.payload.schema):
                return [Said(not_followed(template, str(problem), "the size of the whole is", problem.hint))]
        return []

    def _hold(self, worst: Worst, made: Made, limits: Iterable[Limit]) -> None:
        for limit in limits:
            found = verdict(limit, made.shape)
            if found is not None:
                self._keep(worst, made, found)

    def _params(self, template: Template) -> Mapping[str, Any]:
        own = template.contract if template.contract.has_params else self.compiler.base(template.name).contract
        return own.params

    def _keep(self, worst: Worst, made: Made, found: Verdict) -> None:
        """Of what is said of one place in the skeleton, the gravest."""
        place = made.shape.places.get(found.limit.pointer)
        key = (id(made), place, isinstance(found.limit.node, Leaf))
        before = worst.get(key)
        if before is None or _graver(found, before[1]):
            worst[key] = (made, found)

    def _told(self, worst: Worst, template: Template) -> list[Said]:
        maps: dict[int, SourceMap] = {}
        places: dict[tuple[object, ...], Said] = {}
        for made, found in worst.values():
            if id(made) not in maps:
                maps[id(made)] = self._source_map(made.skeleton, template)
            span, sites = _place(maps[id(made)], made, found)
            key = (span.source.path, span.start, span.end, isinstance(found.limit.node, Leaf))
            before = places.get(key)
            if before is None or before.verdict is None or _graver(found, before.verdict):
                places[key] = Said(told(found, span, steps_of(found.limit.pointer), sites), found)
        return list(places.values())

    def _source_map(self, skeleton: Skeleton, template: Template) -> SourceMap:
        bodies = self.compiler.renderer.loader.bodies
        own = {template.source.path: (template.source, template.body)}
        return read_marks(skeleton.marked, self.environment.marks, {**own, **bodies, **own})

    # ---- ways

    def _made(
        self,
        template: Template,
        channel: Channel,
        locale: str,
        params: Mapping[str, Any],
        *,
        written_out: bool = False,
    ) -> list[Made]:
        tree = self._tree(template)
        path = template.source.path
        if path not in self._asking:
            named = any(name.name == "channel" for name in tree.find_all(nodes.Name))
            self._asking[path] = named or self._loads(tree)
        key = (path, channel.name if self._asking[path] else "", locale, written_out)
        if key not in self._ways:
            from ..job import about

            names: dict[str, Value] = of_contract(params)
            names |= {"channel": Exact(about(channel)), "locale": Exact(locale)}
            try:
                self._ways[key] = self._followed(template, tree, names, locale, inline=True, written_out=written_out)
            except Again:
                self._ways[key] = self._followed(template, tree, names, locale, inline=False, written_out=written_out)
        return self._ways[key]

    def _written_out(self, made: list[Made], template: Template, channel: Channel, locale: str) -> list[Made]:
        """The same with lists of each length. Raises NotFollowed when that is too much."""
        if all(each.shape.certain for each in made):
            return made
        return self._made(template, channel, locale, self._params(template), written_out=True)

    def _loads(self, tree: nodes.Template) -> bool:
        return next(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)), None) is not None

    def _followed(
        self,
        template: Template,
        tree: nodes.Template,
        names: Mapping[str, Value],
        locale: str,
        *,
        inline: bool,
        written_out: bool,
    ) -> list[Made]:
        found: list[Made] = []
        catalog = self.compiler.catalog(locale)
        markup = template.contract.markup and template.contract.payload is None

        steps = 0

        def run(choices: Choices) -> None:
            nonlocal steps
            way = Way(
                choices,
                self._load,
                syntax=template.syntax,
                inline=inline,
                written_out=written_out,
                markup=markup,
                join=self._join,
                catalog=catalog,
            )
            try:
                buffer = way.run(tree, Scope(None, dict(names)))
                skeleton = assembled(buffer.pieces)
                shape = shaped(skeleton, template.syntax, choices.choose, markup=markup, written_out=written_out)
                found.append(Made(skeleton, shape))
            except Dead:
                pass
            steps += way.steps
            if steps > MOST_STEPS:
                raise NotFollowed("the template has too many steps")

        sizes_only = written_out and self.compiler.policy(template) != "adapt"
        with declared.known(self.compiler.renderer.filters):
            every_way(run, MOST_SIZES if sizes_only else MOST_WAYS)
        return found

    def _join(self, marks: Sequence[str]) -> str:
        """One marker for what lies between the first and the last of these."""
        known = self.environment.marks
        some = [known[int(mark)] for mark in marks]
        if not some:
            return ""
        known.append(Mark(some[0].template, some[0].start, max(mark.end for mark in some), static=False))
        from ..holes import CLOSE, MARK

        return f"{MARK}{len(known) - 1}{CLOSE}"

    def _tree(self, template: Template) -> nodes.Template:
        path = template.source.path
        if ("", path) not in self._trees:
            self._trees["", path] = self._parsed(template.source.text[template.body :], path)
        return self._trees["", path]

    def _load(self, name: str) -> nodes.Template | None:
        try:
            source, body = self.compiler.renderer.loader.read(name)  # which notes that it was asked for
        except (TemplateNotFound, TemplateRuntimeError):
            return None
        if ("include", name) not in self._trees:
            self._trees["include", name] = self._parsed(source.text[body:], name)
        return self._trees["include", name]

    def _parsed(self, text: str, name: str) -> nodes.Template:
        return Parser(self.environment, text, name, name).parse()

    # ---- limits

    def _limits(self, shape: Shape, template: Template, ladder: Ladder) -> Iterator[Limit]:
        """The limits on a message as it is written."""
        root, judge = shape.root, ladder.judge
        if template.contract.payload is not None:
            for at, part in _parts(root).items():
                yield from _asked(judge.payload, shape, part, at)
            return
        if id(shape) not in self._neutral:
            self._neutral[id(shape)] = (shape, list(_asked(judge.neutral, shape, root, ())))
        yield from self._neutral[id(shape)][1]
        if ladder.adapt:
            return
        found = _parts(root)  # what is no message of Handbill is judged as it is, too
        if outgoing.has_fallback(root):
            with suppress(*outgoing.NO_MESSAGE):
                found |= {each.at: each.tree for each in lowering.plan(root, ladder).judged if each.at is not None}
        for at, tree in found.items():
            for rule in judge.message:
                yield from _asked(rule, shape, tree, at)

    def _ladder(self, template: Template, channel: Channel, gateway: Gateway, locale: str) -> Ladder:
        compiler = self.compiler
        base = compiler.base(template.name).contract if template.overrides else template.contract
        wording = template.contract.wording or base.wording
        adapt = compiler.policy(template) == "adapt"
        if adapt and locale not in ("", compiler.project.config.locale):
            wording = wordings.spoken(wording, compiler.catalog(locale))[0]
        judge = self._judge(channel, gateway)
        return Ladder(judge, channel, lowering.Words(wording, channel.name), adapt)

    def _judge(self, channel: Channel, gateway: Gateway) -> Judge:
        key = (channel.name, gateway.NAME)
        if key not in self._judges:
            self._judges[key] = Judge(channel, gateway)
        return self._judges[key]


def _asked(rule: Rule, shape: Shape, tree: Tree, at: Path) -> Iterator[Limit]:
    return Asked(rule.schema, rule.who, shape).limits(tree, pointer_of(at))


def _parts(root: Tree) -> dict[Path, Tree]:
    """The messages of a document, and where they stand."""
    return {(at,): part for at, part in enumerate(root)} if isinstance(root, list) else {(): root}


def _each_once(said: list[Said]) -> list[Said]:
    """Nothing is said of a payload that is said of the message already: of texts of the same parameters."""
    told = {path for each in said if each.verdict and not each.verdict.limit.late for path in each.verdict.paths}
    return [
        each
        for each in said
        if not (each.verdict and each.verdict.limit.late and each.verdict.paths and each.verdict.paths <= told)
    ]


def _graver(one: Verdict, other: Verdict) -> bool:
    """What may be broken before what is not known, then what is broken most."""
    rank = (one.kind != "unknown", one.excess if one.excess < inf else -one.limit.most)
    return rank > (other.kind != "unknown", other.excess if other.excess < inf else -other.limit.most)


def _place(source_map: SourceMap, made: Made, found: Verdict) -> tuple[Span, tuple[Label, ...]]:
    """The author's text of a verdict, and the calls it came through."""
    pointer = found.limit.pointer
    while pointer not in made.shape.places and pointer:
        pointer = pointer.rpartition("/")[0]
    place = made.shape.places[pointer]
    if isinstance(found.limit.node, Leaf):
        start, end = place.start, place.end
    else:
        start, end = place.key_start, place.key_end
        if made.skeleton.text[start : start + 1] in ("{", "["):
            end = start + 1
    sites = tuple(Label(span, "used here") for span in dict.fromkeys(source_map.sites(start)))
    return source_map.span(start, end), sites
