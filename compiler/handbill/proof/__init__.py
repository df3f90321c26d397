"""Proof before data: the longest text that every leaf of a template can have, against every limit on it.

A template is followed through every branch with what its contract says of each parameter, instead of values. What is
proved holds for every context that the contract lets through; `ways` says how branches and loops are followed, `rules`
which limits count, `outgoing` how they are held against what lowering and the channel's module make of a message.
The recipient's address, which is added when a message is sent, counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING, TypeAlias
from weakref import WeakKeyDictionary

from ..channels import Channel
from ..diagnostic import Diagnostic, Label, Severity, worst
from ..gateways import Gateway
from ..template import Template
from .prover import Prover, Said, not_followed

if TYPE_CHECKING:
    from ..pipeline import Compiler

__all__ = ["Target", "not_followed", "prove", "proved"]

_PROVERS: WeakKeyDictionary[Compiler, Prover] = WeakKeyDictionary()

# A template, where it goes, and the locale.
Target: TypeAlias = tuple[Template, Channel, Gateway, str]


def prove(
    compiler: Compiler, template: Template, channel: Channel, gateway: Gateway, locale: str = ""
) -> list[Diagnostic]:
    """What may go wrong with data that keep the contract: `may-be-too-long`, `may-be-too-many`, `length-unknown`.

    Nothing is said of what is proved, and nothing of a template without parameters.
    """
    return [said.diagnostic for said in _said(compiler, (template, channel, gateway, locale))]


def proved(compiler: Compiler, targets: Iterable[Target], found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The same for several targets of one template, after `found`, what a check has said of it already.

    What an example has shown to be too long is not said again. Of a text of unknown length only the least limit is
    told, and nothing as long as there are errors.
    """
    found = list(found)
    shown = {(d.channel, d.code == "text-too-long", _where(d)) for d in found if d.code in _SHOWN}
    # a translation is told at its own line; where the template shows it is told beside
    shown |= {(d.channel, True, _of(label)) for d in found if d.code == "text-too-long" for label in d.related}
    large = {(d.channel, d.title.removesuffix(_TOO_LARGE)) for d in found if d.title.endswith(_TOO_LARGE)}
    told: list[Diagnostic] = []
    unknown: dict[tuple[object, ...], Said] = {}
    for target in targets:
        for said in _said(compiler, target):
            d = said.diagnostic
            if d.code == "length-unknown":
                first = unknown.setdefault(_span(d), said)
                if _room(said) < _room(first):
                    unknown[_span(d)] = said
            elif said.verdict and said.verdict.limit.whole:
                if (d.channel, d.title.removesuffix(f" maybe{_TOO_LARGE}")) not in large:
                    told.append(d)
            elif (d.channel, d.code == "may-be-too-long", _where(d)) not in shown:
                told.append(d)
    if worst(found) is Severity.ERROR:
        return told
    return [*told, *(said.diagnostic for said in unknown.values())]


_TOO_LARGE = " too large"
_SHOWN = frozenset(["text-too-long", "too-many-buttons", "too-many-cards", "too-many-items"])


def _said(compiler: Compiler, target: Target) -> list[Said]:
    template, channel, gateway, locale = target
    prover = _PROVERS.get(compiler)
    if prover is None:
        prover = _PROVERS[compiler] = Prover(compiler)
    where = {"template": template.name, "channel": channel.name, "gateway": gateway.NAME}
    return [
        replace(said, diagnostic=said.diagnostic.at(**where))
        for said in prover.prove(template, channel, gateway, locale)
    ]


def _where(d: Diagnostic) -> object:
    """A text by its place in the template, a list by its place in the message."""
    return _span(d) if d.code in ("text-too-long", "may-be-too-long") else d.pointer


def _span(d: Diagnostic) -> tuple[object, ...]:
    return _of(d.label) if d.label else ()


def _of(label: Label) -> tuple[object, ...]:
    return label.span.source.path, label.span.start, label.span.end


def _room(said: Said) -> float:
    return said.verdict.limit.most or inf if said.verdict else 0
