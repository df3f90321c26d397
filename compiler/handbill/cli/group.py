"""The `handbill` command itself: which commands there are."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..diagnostic import did_you_mean
from .errors import exit_code

# in the order in which one meets them: what each does, in a line
COMMANDS = {
    "init": "Start a content project.",
    "check": "Check templates against their channels.",
    "diff": "Show what has changed in the payloads since a git revision.",
    "compile": "Write the payload of a message, or of all.",
    "send": "Send a message to one or to many, or show the requests.",
    "runs": "Tell what became of every message of a run.",
    "extract": "Find the texts to translate.",
    "locales": "Show how far each language is translated.",
    "preview": "See templates in a browser as each channel shows them, and try them.",
    "sandbox": "Run a Genesys Cloud of your own, to send to.",
    "channels": "Show what each channel can do, and its limits.",
    "whatsapp": "Fetch the approved templates of WhatsApp, or check one before it is.",
    "explain": "Explain a diagnostic code.",
    "schema": "Print a JSON Schema for editors.",
    "demo": "See it work on the messages that ship with Handbill.",
}


class Commands(click.Group):
    """A group that imports a command when it is called, and turns what went wrong into an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".{cmd_name}", __package__)
        command = getattr(module, f"{cmd_name}_", None) or getattr(module, cmd_name)  # compile_: a builtin has its name
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            meant = did_you_mean(name, COMMANDS)
            hint = f"did you mean `{meant}`?" if meant else "see `handbill --help`."
            ctx.fail(f"there is no command `{name}`; {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run, and end the process: the only way out of the command line."""
        extra["standalone_mode"] = False
        raise SystemExit(exit_code(lambda: super(Commands, self).main(*args, **extra)))


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: handbill check templates/ --channel messenger",
)
@click.version_option(__version__, message="handbill %(version)s")
def handbill() -> None:
    """Compile chat messages: one Jinja template in, the exact JSON a channel accepts out."""
