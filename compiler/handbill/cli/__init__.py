"""The command line: one file a command, each imported when it is asked for."""

from __future__ import annotations

import sys


def main() -> None:
    """The `handbill` command. Ends the process with its exit code."""
    if sys.argv[1:] == ["--version"]:  # asked by scripts and hooks, and answered before click is read
        from .. import __version__

        sys.stdout.write(f"handbill {__version__}\n")
        return
    from .group import handbill

    handbill(prog_name="handbill")
