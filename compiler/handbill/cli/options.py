"""Options that several commands take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from ..channels import CHANNELS
from ..diagnostic import did_you_mean

_F = TypeVar("_F", bound=Callable[..., Any])


class Name(click.ParamType):  # type: ignore[type-arg]  # generic from click 8.5 on only
    """One of a list of names that is asked for only when it is needed."""

    def __init__(self, what: str, known: Callable[[], Iterable[str]]) -> None:
        self.name = what
        self.known = known

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        known = list(self.known())
        if value in known:
            return value
        meant = did_you_mean(value, known)
        hint = f"did you mean `{meant}`?" if meant else f"there are: {', '.join(known)}."
        return self.fail(f"there is no {self.name} `{value}`; {hint}", param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name) for name in self.known() if name.startswith(incomplete)]


def gateways() -> list[str]:
    """The gateways' names."""
    from ..gateways import GATEWAYS

    return list(GATEWAYS)


CHANNEL = Name("channel", lambda: CHANNELS)
GATEWAY = Name("gateway", gateways)


def project_option(command: _F) -> _F:
    """`--project DIR`, which every command takes."""
    return click.option(
        "--project",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The content project. Otherwise: the nearest handbill.toml upward, or this folder.",
    )(command)


def via_option(command: _F) -> _F:
    """`--via GATEWAY`."""
    return click.option(
        "--via",
        type=GATEWAY,
        metavar="GATEWAY",
        help="Who takes the payload. Otherwise: as handbill.toml says (genesys-event).",
    )(command)
