"""The one place that turns what went wrong into an exit code.

0    clean
1    diagnostics of severity error        diagnostic.Failed
2    wrong usage                          click.UsageError, CannotWrite, a name that is not there
3    a fault of Handbill's                any other exception
130  interrupted                          KeyboardInterrupt
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable

import click

from ..diagnostic import Diagnostic, Failed, Severity, in_order, worst
from .output import coloured, say

CLEAN, FOUND, USAGE, FAULT, INTERRUPTED = 0, 1, 2, 3, 130

_NAMES = {"unknown-channel", "unknown-gateway", "unknown-template", "unknown-example", "unknown-locale"}


class CannotWrite(click.ClickException):
    """A file that was asked for cannot be written."""

    exit_code = USAGE

    def __init__(self, error: OSError) -> None:
        where = f"{error.filename}: " if error.filename else ""
        super().__init__(f"cannot write {where}{(error.strerror or 'it failed').lower()}")


def is_usage(failed: Failed) -> bool:
    """Whether it is the command line that named something unknown, and not a file (which has a place)."""
    return all(d.code in _NAMES and d.label is None for d in failed.diagnostics)


def exit_code(run: Callable[[], object]) -> int:
    """Run a command to its end and say how it ended. Nothing is raised."""
    try:
        code = run()
        sys.stdout.flush()
        return code if isinstance(code, int) else CLEAN
    except Failed as failed:
        return _failed(failed)
    except click.ClickException as error:
        error.show()
        return USAGE if isinstance(error, click.UsageError) else error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return FOUND
    except Exception as error:  # noqa: BLE001 - whatever is left is a fault of ours
        return _fault(error)


def _failed(failed: Failed) -> int:
    show(in_order(failed.diagnostics))
    if is_usage(failed):
        return USAGE
    return FOUND if worst(failed.diagnostics) is Severity.ERROR else CLEAN


def show(diagnostics: list[Diagnostic]) -> None:
    """Findings on the error stream, for the commands whose output is something else."""
    from ..report.text import report

    say(report(diagnostics, colour=coloured(sys.stderr)), sys.stderr)


def _fault(error: Exception) -> int:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if f"{os.sep}handbill{os.sep}" in f.filename] or frames
    where = f" in {os.path.basename(ours[-1].filename)}:{ours[-1].lineno}" if ours else ""
    if os.environ.get("HANDBILL_DEBUG") == "1":
        say("".join(traceback.format_exception(error)), sys.stderr)
    # without the exception's own words, which may hold what was in a message
    say(
        f"handbill: this is a fault of Handbill ({type(error).__name__}{where}), not of your templates; "
        "please report it with what HANDBILL_DEBUG=1 shows.\n",
        sys.stderr,
    )
    return FAULT


def _close_stdout() -> None:
    """Give the interpreter nothing to complain about when it flushes at the end."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(devnull, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(devnull)
