"""Whether a template keeps its contract, in all its versions: asked once for a template, not for each payload."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from ..budget import TooCostly
from ..channels import channel as channel_of
from ..diagnostic import Diagnostic, Failed
from ..guard import limited
from ..job import about
from ..pipeline import Compiler
from ..promises import Promise, problems, unused_examples
from ..template import Template

# what ends a template before all of it was read; nothing more is said of it then
_STOPPED = frozenset({"too-costly", "output-too-large", "template-syntax", "not-allowed", "include-cycle"})


def kept(compiler: Compiler, name: str, found: Sequence[Diagnostic]) -> list[Diagnostic]:
    """What is wrong between a template and its contract. `found` is what a check has said of it already."""
    if any(d.code in _STOPPED for d in found):
        return []
    base = compiler.base(name)
    channels = compiler.targets(base)
    promises: dict[str, Promise] = {}
    users = 0
    for channel, own in _versions(compiler, base, channels):
        owner = own if own.contract.has_params else base
        promises.setdefault(owner.source.path, Promise(owner)).add(own, channel)
        users += not own.contract.examples or own is base
    known = {each: channel_of(each) for each in channels}
    said = [d.title for d in found if d.code == "undefined-variable"]
    try:
        with limited():
            told = problems(
                [promise for promise in promises.values() if not compiler.front_problems(promise.owner)],
                compiler.renderer,
                {each: about(target) for each, target in known.items()},
                {each: target.title for each, target in known.items()},
                said,
            )
    except (TooCostly, RecursionError):
        told = []
    return [d.at(template=name) for d in [*told, *unused_examples(base, users)]]


def _versions(compiler: Compiler, base: Template, channels: Sequence[str]) -> list[tuple[str, Template]]:
    """The version that each channel, in each locale, is made of."""
    project = compiler.project
    found = []
    for channel, locale in product(channels, project.locales or ("",)):
        if project.serves(base.name, channel, locale):
            try:
                found.append((channel, project.template(base.name, channel, locale)))
            except Failed:  # told when it is compiled
                continue
    return found
