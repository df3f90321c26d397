"""`handbill demo`: the tutorial's two messages compiled, a broken one caught, and all of it sent to a sandbox."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..diagnostic import Failed, in_order
from ..resources import folder as data
from .options import project_option
from .output import coloured, say

if TYPE_CHECKING:
    from ..pipeline import Compiler

MESSAGES = {
    "followup_call": "Ask a question with two answers.",
    "product_carousel": "Show two products side by side.",
}
CHANNELS = ("messenger", "webmessaging")
VIA = "genesys-event"
TO = {"to": "123456789012345", "channel_id": "987654321098765"}
BROKEN = "templates/appointment.json.j2"
_TO = f"--to {TO['to']} --channel-id {TO['channel_id']}"

_WIDTH = 108  # columns


@click.command()
@project_option
def demo(folder: Path | None) -> None:
    """Compile the two messages that ship with Handbill, show what a mistake looks like, and send.

    Everything goes to a sandbox on this computer, which is stopped again: 200 messages, and one
    request in five fails. Nothing is read from your folders, nothing stays, nothing leaves the computer.

    \b
    Example:
      handbill demo
    """
    from ..guard import limited
    from ..pipeline import Compiler, to_json
    from ..project import Project, shipped
    from ..report.text import report, summary

    class Broken(Project):
        """A project within the package, whose paths are shown as an author would see hers."""

        def shown(self, path: Path) -> str:
            return path.relative_to(self.root).as_posix()

    compiler = Compiler(shipped(), limited)
    for name, about in MESSAGES.items():
        payloads = [_payload(compiler, name, channel) for channel in CHANNELS]
        _heading(about, f"compile {name} --channel {CHANNELS[0]} {_TO}")
        say(f"{folded(payloads[0])}\n\n")
        _heading(
            "The same for another channel, as it travels.", f"compile {name} --channel {CHANNELS[1]} {_TO} --compact"
        )
        say(f"{to_json(payloads[1], compact=True).decode()}\n")
    _heading("A template with a mistake is never sent; its author is told at her own line.", f"check {BROKEN}")
    broken = Broken(data("starter") / "broken", compiler.project.config)
    found = in_order(
        d for checked in Compiler(broken, limited).check(broken.names()) for d in checked.result.diagnostics
    )
    say(report(found, colour=coloured(sys.stdout)))
    say(f"\n{summary(found)}\n\n")
    from .rehearsal import missing, rehearse

    if missing():
        say("To see them sent, install the sandbox: pip install 'handbill[sandbox]'\n")
    else:
        rehearse(_heading)
    say("\nStart a project of your own with: handbill init messages\n")


def _payload(compiler: Compiler, name: str, channel: str) -> Any:
    examples = compiler.project.template(name).contract.examples
    example = next(iter(examples), "")
    values = examples[example].values if example else {}
    result = compiler.compile(name, channel, VIA, values, example=example, address=TO)
    if not result.ok:
        raise Failed(*result.diagnostics)
    return result.payload


def _heading(about: str, command: str) -> None:
    bold, dim, end = ("\x1b[1m", "\x1b[2m", "\x1b[0m") if coloured(sys.stdout) else ("", "", "")
    say(f"{bold}# {about}{end}\n{dim}$ handbill {command}{end}\n")


def folded(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON for reading: an object or a list on one line where it fits, `before` being what stands before it."""
    flat = json.dumps(value, ensure_ascii=False)
    fits = indent > 0 and indent + before + len(flat) <= _WIDTH
    if fits or not isinstance(value, dict | list) or not value:
        return flat
    space = " " * (indent + 2)
    if isinstance(value, list):
        lines = [f"{space}{folded(child, indent + 2)}" for child in value]
    else:
        keys = [(json.dumps(key, ensure_ascii=False) + ": ", child) for key, child in value.items()]
        lines = [f"{space}{key}{folded(child, indent + 2, len(key))}" for key, child in keys]
    opening, closing = ("[", "]") if isinstance(value, list) else ("{", "}")
    return opening + "\n" + ",\n".join(lines) + f"\n{' ' * indent}{closing}"
