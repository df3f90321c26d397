"""Proof before data: the longest text that every leaf of a template can have, against every limit on it.

A template is followed through every branch with what its contract says of each parameter, instead of values. What is
proved holds for every context that the contract lets through; `ways` says how branches and loops are followed, `rules`
which limits count. Messages are proved as they are written: what lowering makes of them is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..channels import Channel
from ..diagnostic import Diagnostic
from ..gateways import Gateway
from ..template import Template
from .prover import Prover

if TYPE_CHECKING:
    from ..pipeline import Compiler

_PROVERS: WeakKeyDictionary[Compiler, Prover] = WeakKeyDictionary()


def prove(
    compiler: Compiler,
    template: Template,
    channel: Channel,
    gateway: Gateway,
    locale: str = "",
    *,
    strict: bool = False,
) -> list[Diagnostic]:
    """What may go wrong with data that keep the contract: `may-be-too-long`, `may-be-too-many`, `length-unknown`.

    Nothing is said of what is proved, and nothing of a template without parameters. `strict`: what may be too long is
    an error.
    """
    prover = _PROVERS.get(compiler)
    if prover is None:
        prover = _PROVERS[compiler] = Prover(compiler)
    found = prover.prove(template, channel, gateway, locale, strict)
    return [d.at(template=template.name, channel=channel.name, gateway=gateway.NAME) for d in found]
