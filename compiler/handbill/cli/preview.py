"""`handbill preview`: templates to look at and to try, in a browser."""

from __future__ import annotations

import sys
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..diagnostic import Failed, Severity, worst
from .errors import CLEAN, FOUND, CannotWrite
from .opening import opened
from .options import CHANNEL, policy_option, project_option, via_option
from .output import say

if TYPE_CHECKING:
    from ..preview.server import Preview
    from ..project import Project

_LIBRARIES = ("starlette", "uvicorn", "watchfiles")


@click.command()
@click.argument("wanted", nargs=-1, metavar="[NAME|PATH]...")
@click.option("--open", "look", is_flag=True, help="Open the page in the browser.")
@click.option("--port", type=click.IntRange(0, 65535), metavar="N", help="Otherwise: 8424, or one that is free.")
@click.option(
    "--editor",
    metavar="EDITOR",
    help="What opens files: vscode, cursor, zed, idea, pycharm, textmate, none… or an address with {path}, {line} and "
    "{column}. Otherwise: as handbill.toml says (vscode).",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write pages that need no server to this folder, with a picture of every template on every channel.",
)
@click.option(
    "--channel", "channels", type=CHANNEL, multiple=True, metavar="CHANNEL", help="With --out: only this; repeatable."
)
@click.option("--locale", "locales", multiple=True, metavar="LOCALE", help="With --out: only this; repeatable.")
@via_option
@policy_option
@project_option
@click.pass_context
def preview(
    ctx: click.Context, /, wanted: tuple[str, ...], look: bool, port: int | None, editor: str | None, out: Path | None,
    channels: tuple[str, ...], locales: tuple[str, ...], via: str | None, policy: str | None, folder: Path | None,
) -> None:  # fmt: skip
    """See what templates look like on each channel, and try them with other values.

    Serves a page on this computer only, for all templates or for those of NAME or PATH. What is typed
    into its form is compiled at once, and so is what is saved in the project. Problems stand beside
    the message, and lead to the line in the editor. Ctrl-C stops it.

    With --out nothing is served: the pages are written, problems first, for a pull request or a
    colleague. Exit code 1 when a channel would refuse something; the pages are whole all the same.

    \b
    Examples:
      handbill preview --open
      handbill preview followup_call
      handbill preview templates/orders --port 9000
      handbill preview --editor idea
      handbill preview --out site
    """
    served = {"--open": look, "--port": port is not None, "--editor": editor is not None}
    written = {"--channel": channels, "--locale": locales, "--via": via, "--policy": policy}
    odd = [name for name, given in (written if out is None else served).items() if given]
    if odd:
        page = "goes with --out; the page has a switch for it" if out is None else "is for the page that is served"
        raise click.UsageError(f"{odd[0]} {page}.")
    if out is not None:
        ctx.exit(_write(out, wanted, folder, channels, locales, via, policy))
    _serve(wanted, look, port, editor or "", folder)


def _serve(wanted: tuple[str, ...], look: bool, port: int | None, editor: str, folder: Path | None) -> None:
    from ..project import root_of

    root = root_of(folder)
    _check_editor(editor)
    running = _made(root, wanted, port, editor)
    say(f"preview at {running.url}; Ctrl-C stops it\n")
    if look:
        threading.Thread(target=_open, args=(running,), daemon=True).start()
    running.run()
    say("stopped\n")


def _write(
    out: Path, wanted: tuple[str, ...], folder: Path | None, channels: tuple[str, ...], locales: tuple[str, ...],
    via: str | None, policy: str | None,
) -> int:  # fmt: skip
    from ..faces.site import NotOurs, write
    from ..guard import limited
    from ..pipeline import Compiler
    from ..report.progress import Step, meter
    from ..report.text import counted, summary
    from .spreading import spread

    project = opened(folder)
    names = _chosen(wanted, project)
    if not names:
        raise click.UsageError("there are no templates; `handbill init DIR` starts a project.")
    watch = meter(sys.stderr)
    try:
        done = write(
            Compiler(project, limited, policy=policy), out, names=names, channels=channels, via=via, locales=locales,
            progress=lambda done, total: watch.show(Step("drawing", done, total)), spread=spread,
        )  # fmt: skip
    except NotOurs as problem:
        raise click.UsageError(f"{out}: {problem}.") from None
    except OSError as error:
        raise CannotWrite(error) from None
    finally:
        watch.close()
    pictures = f"{counted(done.pictures, 'picture')} of {counted(done.templates, 'template')}"
    problems = f"; {summary(done.found)}" if done.found else ", no problems"
    say(f"{pictures}: {(out / 'index.html').as_posix()}{problems}\n", sys.stderr)
    return FOUND if worst(done.found) is Severity.ERROR else CLEAN


def _made(root: Path, wanted: tuple[str, ...], port: int | None, editor: str) -> Preview:
    try:
        from ..preview.server import PORT, Preview
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _LIBRARIES:
            raise
        message = "the preview needs three libraries more; install them with: pip install 'handbill[preview]'"
        raise click.UsageError(message) from None
    opener = partial(opened, root)
    choose = partial(_chosen, wanted)
    _check_wanted(opener, choose)
    try:
        return Preview(root, opener, choose, port=PORT if port is None else port, editor=editor)
    except OSError as error:
        if port is None:
            return Preview(root, opener, choose, editor=editor)  # any that is free
        why = (error.strerror or "it failed").lower()
        raise click.UsageError(f"port {port} cannot be used: {why}; choose another with --port.") from None


def _chosen(wanted: tuple[str, ...], project: Project) -> list[str]:
    """The names that are asked for: all, or those of the arguments. Raises Failed."""
    if not wanted:
        return project.names()
    names = project.names()
    found: set[str] = set()
    for each in wanted:
        if each in names:
            found.add(each)
        elif Path(each).exists() or "/" in each or each.endswith(".j2"):
            found.update(project.templates_at([Path(each)]))
        else:
            project.template(each)  # raises Failed, with what may have been meant
    return sorted(found)


def _check_wanted(opener: partial[Project], choose: partial[list[str]]) -> None:
    """Names that nobody knows are wrong usage; what else is wrong with a project, its page says."""
    try:
        project = opener()
    except Failed:
        return
    choose(project)


def _check_editor(editor: str) -> None:
    from ..validate import schema

    if editor and not schema("project.schema.json").is_valid({"editor": editor}):
        raise click.UsageError(
            f"`{editor}` is no editor that is known; give a name as vscode or idea, none, or an address as "
            "vscode://file{path}:{line}:{column}."
        )


def _open(running: Preview) -> None:
    import webbrowser

    running.ready.wait()
    webbrowser.open(running.url)
