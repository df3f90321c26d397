"""Whether a template and its contract keep their promises to one another: what is asked for, read, and given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .diagnostic import Diagnostic, Label, Severity, did_you_mean
from .render import Renderer
from .template import Template
from .usage import Channels, Usage, Use, usage


@dataclass(slots=True)
class Promise:
    """A contract, and the files that it is the contract of, each with the channels it is for."""

    owner: Template  # whose front matter has the `params` and the `examples`
    files: dict[str, tuple[Template, set[str]]] = field(default_factory=dict)  # by path

    def add(self, template: Template, channel: str) -> None:
        self.files.setdefault(template.source.path, (template, set()))[1].add(channel)

    @property
    def channels(self) -> set[str]:
        return {channel for _, channels in self.files.values() for channel in channels}


def problems(
    promises: Iterable[Promise],
    renderer: Renderer,
    about: Channels,
    titles: Mapping[str, str],
    undefined: Sequence[str] = (),
) -> list[Diagnostic]:
    """What is wrong between contracts and templates.

    `about` is what a template can ask about each channel, `titles` what people call them. `undefined` are the titles
    of what a check has said already of names without a value.
    """
    found: list[Diagnostic] = []
    for promise in promises:
        used = Usage()
        for template, channels in promise.files.values():
            part = usage(renderer, template, {name: about[name] for name in channels})
            used.uses += part.uses
            used.whole = used.whole and part.whole
        found += _Kept(promise, used, titles, undefined).problems()
    return found


class _Kept:
    def __init__(self, promise: Promise, used: Usage, titles: Mapping[str, str], undefined: Sequence[str]) -> None:
        self.promise = promise
        self.owner = promise.owner
        self.params = promise.owner.contract.params
        self.used = used
        self.titles = titles
        self.undefined = undefined

    def problems(self) -> Iterator[Diagnostic]:
        if not self.owner.contract.has_params:
            yield from self._ungiven()
            return
        strangers = self._strangers()
        for use in strangers.values():
            if not self._said(use.name):
                yield self._undeclared(use)
        if not self.used.whole:
            return
        read = {use.name for use in self.used.uses if not use.cut_off}
        meant = {did_you_mean(name, self.params) for name in strangers}
        for name, rule in self.params.items():
            if name in read:
                if diagnostic := self._narrow(name, rule):
                    yield diagnostic
            elif name not in meant and not any(use.name == name for use in strangers.values()):
                yield self._unused(name, rule)

    def _said(self, name: str) -> bool:
        return any(title.startswith(f"`{name}` ") for title in self.undefined)

    def _strangers(self) -> dict[str, Use]:
        """The names that no value can arrive under, each with the use that matters most."""
        found: dict[str, Use] = {}
        for use in self.used.uses:
            if use.name in self.params and not use.cut_off:
                continue
            first = found.setdefault(use.name, use)
            if first.guarded and not use.guarded:
                found[use.name] = use
        return found

    def _undeclared(self, use: Use) -> Diagnostic:
        name = use.name
        if name in self.params:
            text = "A file that is imported sees nothing of the message's values, unless it is told to."
            return Diagnostic(
                "undeclared-parameter", f"`{name}` does not arrive here",
                Label(use.span, "in an imported file, this has no value"),
                severity=_severity(use), text=text, parameters=(name,),
                hint=f"give `{name}` to the macro as an argument, or import the file `with context`",
            )  # fmt: skip
        meant = did_you_mean(name, self.params)
        so = "what stands in its place is always used" if use.guarded else "the message cannot be made"
        return Diagnostic(
            "undeclared-parameter", f"`{name}` is no parameter", Label(use.span, "not among the template's params"),
            severity=_severity(use),
            text=f"Nobody can give it a value: `params` names all that the template takes. So {so}.",
            hint=f"did you mean `{meant}`?" if meant else f"add `{name}` to params, or take it out",
            parameters=(name,),
        )  # fmt: skip

    def _unused(self, name: str, rule: Mapping[str, Any]) -> Diagnostic:
        text = "" if "default" in rule else "Whoever sends the message must give it, and nobody sees it."
        return Diagnostic(
            "unused-parameter", f"Parameter `{name}` unused",
            Label(self.owner.span(("params", name), key=True), "the template does not read it"),
            severity=Severity.WARNING, text=text, hint="take it out of params, or use it", parameters=(name,),
        )  # fmt: skip

    def _narrow(self, name: str, rule: Mapping[str, Any]) -> Diagnostic | None:
        """A parameter that must be given on every channel, and is read on some."""
        here = {channel for use in self.used.uses if use.name == name for channel in use.channels}
        rest = self.promise.channels - here
        if "default" in rule or not rest or not here:
            return None
        return Diagnostic(
            "channel-parameter", f"Parameter `{name}` of some channels",
            Label(self.owner.span(("params", name), key=True), f"only read on {self._listed(here)}"),
            severity=Severity.INFO,
            text=f"A message on {self._listed(rest)} must be given it too, and does not use it.",
            hint="give it a `default`, so that it may be left out", parameters=(name,),
        )  # fmt: skip

    def _listed(self, channels: set[str]) -> str:
        """Channels by their titles, in the order in which they are known."""
        names = [title for name, title in self.titles.items() if name in channels]
        return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

    def _ungiven(self) -> Iterator[Diagnostic]:
        """Without `params` any value may be given; then the examples tell which names there are."""
        given = {name for example in self.owner.contract.examples.values() for name in example.values}
        told: set[str] = set()
        for use in self.used.uses:
            if use.guarded or use.name in told or (use.name in given and not use.cut_off) or self._said(use.name):
                continue
            told.add(use.name)
            meant = did_you_mean(use.name, given)
            yield Diagnostic(
                "undeclared-parameter", f"`{use.name}` is given nowhere",
                Label(use.span, "no example gives it a value"),
                severity=Severity.WARNING,
                text="No check has reached this place, or it would have ended here.",
                hint=f"did you mean `{meant}`?" if meant else "say in `params` what the template takes",
                parameters=(use.name,),
            )  # fmt: skip


def _severity(use: Use) -> Severity:
    return Severity.WARNING if use.guarded else Severity.ERROR


def unused_examples(template: Template, users: int) -> list[Diagnostic]:
    """Examples that no channel is checked with, since each has a version of the template with its own."""
    names = list(template.contract.examples)
    if users or not names:
        return []
    these = f"`{names[0]}`" if len(names) == 1 else "these"
    return [
        Diagnostic(
            "unused-example", "Examples of no channel" if len(names) > 1 else f"Example `{names[0]}` of no channel",
            Label(template.span(("examples",), key=True), f"no channel is checked with {these}"),
            severity=Severity.WARNING,
            text="Each of the template's channels has a version of its own, with examples of its own.",
            hint="take them out, or name more `channels`",
        )
    ]  # fmt: skip
