"""The project a command works on, with the names in its settings checked."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..channels import CHANNELS
from ..diagnostic import Diagnostic, Failed, Label, did_you_mean
from ..project import Project, find
from ..settings import setting


def opened(folder: Path | None) -> Project:
    """The project of `--project`, or the nearest one. Raises Failed.

    A channel or a gateway that handbill.toml names and nobody knows is a finding in that file, not
    wrong usage of the command line.
    """
    from ..gateways import GATEWAYS

    project = find(folder)
    config = project.config
    wrong = [*_unknown(project, "channel", "channels", config.channels, CHANNELS)]
    wrong += _unknown(project, "gateway", "via", [config.via], GATEWAYS)
    if wrong:
        raise Failed(*wrong)
    if config.filters:
        project.offers()
    return project


def _unknown(project: Project, kind: str, key: str, names: Iterable[str], known: Iterable[str]) -> Iterable[Diagnostic]:
    for name in names:
        if name in known or project.source is None:
            continue
        meant = did_you_mean(name, known)
        yield Diagnostic(
            f"unknown-{kind}",
            f"No {kind} `{name}`",
            Label(setting(project.source, (key,)), f"there is no {kind} `{name}`"),
            hint=f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}",
        )
