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


class Losses(click.ParamType):  # type: ignore[type-arg]
    """`loss`, or `loss=image,link`: kinds of loss, as a tuple."""

    name = "losses"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ..lowering import KINDS

        what, equals, kinds = str(value).partition("=")
        if what != "loss" or (equals and not kinds):
            return self.fail(f"`{value}` is not known; it takes loss, or loss=KIND,…", param, ctx)
        one = Name("kind of loss", lambda: KINDS)
        return tuple(one.convert(kind.strip(), param, ctx) for kind in kinds.split(",")) if equals else KINDS


def _flat(_ctx: click.Context, _param: click.Parameter, value: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kind for kinds in value for kind in kinds))


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


def locale_option(command: _F) -> _F:
    """`--locale LOCALE`, for the commands that make one message."""
    return click.option(
        "--locale",
        metavar="LOCALE",
        default="",
        help="The language to write in, of those in locales/. Otherwise: the one that templates are written in.",
    )(command)


def policy_option(command: _F) -> _F:
    """`--policy`."""
    return click.option(
        "--policy",
        type=click.Choice(["strict", "adapt"]),
        help="What a channel cannot show is an error (strict), or lowered to what it shows (adapt). "
        "Otherwise: as the template or handbill.toml says (strict).",
    )(command)


def lowering_options(command: _F) -> _F:
    """`--policy` and `--fail-on`: what to do with what a channel cannot show."""
    fail_on = click.option(
        "--fail-on",
        type=Losses(),
        multiple=True,
        callback=_flat,
        metavar="loss[=KIND,…]",
        help="A loss is an error: of any kind, or of image, link, reply, call, subtitle, markup, detail.",
    )
    return policy_option(fail_on(command))


def context_options(command: _F) -> _F:
    """`--example`, `--data`, `--set` for the values of one message, `--address` for its recipient."""
    for option in reversed(_CONTEXT):
        command = option(command)
    return command


_CONTEXT = (
    click.option("--example", metavar="EXAMPLE", help="Take the values of this example of the template."),
    click.option(
        "--data",
        type=click.Path(exists=True, dir_okay=False, allow_dash=True),
        metavar="FILE",
        help="Take the values from a JSON or YAML file; - is standard input.",
    ),
    click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="Give a value; may be repeated."),
    click.option("--address", "more", multiple=True, metavar="NAME=VALUE", help="What else the gateway must know."),
)


def file_options(command: _F) -> _F:
    """`--recipients` for a file of them, `--map` for its columns, `--limit`."""
    for option in reversed(_RECIPIENTS):
        command = option(command)
    return command


_RECIPIENTS = (
    click.option(
        "--recipients",
        "file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Many recipients: a CSV, JSON lines or Parquet file; its columns are `to` and the template's parameters.",
    ),
    click.option(
        "--map", "mapping", multiple=True, metavar="NAME=COLUMN", help="The column that has a parameter, or `to`."
    ),
    click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows."),
)


def bulk_options(command: _F) -> _F:
    """How a file of recipients is compiled, and what becomes of its bad rows."""
    for option in reversed(_BULK):
        command = option(command)
    return command


_BULK = (
    click.option("--no-address", is_flag=True, help="To nobody, for review: no column `to` is needed."),
    click.option(
        "--sample", type=click.IntRange(min=1), metavar="N", help="Only N rows from all over the file, always the same."
    ),
    click.option(
        "--on-error",
        type=click.Choice(["stop", "skip"]),
        help="A bad row ends it (stop), which is usual, or is left out (skip), which is usual with --errors.",
    ),
    click.option(
        "--errors",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write bad rows to this file, with what is wrong: JSON lines, to be mended and compiled again.",
    ),
    click.option(
        "--jobs", type=click.IntRange(min=1), metavar="N", help="Work in N processes. Otherwise: on every core."
    ),
    click.option("--force", is_flag=True, help="Replace files that are there."),
    click.option("--quiet", is_flag=True, help="No progress."),
)
