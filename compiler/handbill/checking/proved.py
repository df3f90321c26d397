"""What a template's contract lets through, held against every limit: asked once for a template, not each example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

from ..budget import TooCostly
from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed
from ..guard import limited
from ..pipeline import Compiler
from .asked import Asked

if TYPE_CHECKING:
    from ..proof import Target


def proved(compiler: Compiler, name: str, asked: Asked, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What may be too long or too many. `found` is what a check has said of the template already."""
    targets = list(_targets(compiler, name, asked))
    if not targets:
        return []
    from ..proof import not_followed  # what takes no values needs none of it
    from ..proof import proved as proved_of

    try:
        with limited():
            return proved_of(compiler, targets, found)
    except TooCostly:
        return [not_followed(targets[0][0], "that takes too long").at(template=name)]


def _targets(compiler: Compiler, name: str, asked: Asked) -> Iterator[Target]:
    """Each version that prints parameters, where it goes."""
    project = compiler.project
    base = compiler.base(name)
    wanted = asked.locales or project.locales or ("",)
    for channel, locale in product(compiler.targets(base, asked.channels), wanted):
        if not project.serves(name, channel, locale):
            continue
        try:
            own = project.template(name, channel, locale)
            gateway = compiler.via(own, asked.via, channel)
        except Failed:  # told when it is compiled
            continue
        owner = own if own.contract.has_params else base
        target = channel_of(channel)
        goes = own.contract.payload is not None or gateway.reaches(target) is None
        if (
            goes
            and owner.contract.params
            and "{{" in own.source.text[own.body :]
            and not compiler.front_problems(owner)
        ):
            yield own, target, gateway, locale
