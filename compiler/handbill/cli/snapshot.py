"""Every payload of a project as files, for review: written, or compared with what is there."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..channels import CHANNELS
from ..diagnostic import Diagnostic, Failed, Severity, merged, worst
from .errors import CLEAN, FOUND, CannotWrite, show
from .output import say, write_files

if TYPE_CHECKING:
    from ..project import Project


def payloads(
    project: Project, via: str | None, compact: bool, *, policy: str | None = None, fail_on: Iterable[str] = ()
) -> dict[str, bytes]:
    """Every payload by its file's path in the folder: `welcome/first/messenger.default.json`.

    Warnings are shown. Raises Failed when anything cannot be compiled.
    """
    from ..guard import limited
    from ..pipeline import Compiler, to_json

    found: list[Diagnostic] = []
    files: dict[str, bytes] = {}
    for checked in Compiler(project, limited, policy=policy, fail_on=fail_on).check(project.names(), (), via):
        found += checked.result.diagnostics
        if checked.result.ok:
            files[file_name(checked.name, checked.channel, checked.example, checked.locale)] = to_json(
                checked.result.payload, compact=compact
            )
    found = merged(found)
    if worst(found) is Severity.ERROR:
        raise Failed(*found)
    if found:
        show(found)
    return dict(sorted(files.items()))


def file_name(name: str, channel: str, example: str, locale: str = "") -> str:
    """`<name>/<channel>[.<locale>][.<example>].json`; in an example's name, what no file system minds."""
    part = "".join(c if c.isalnum() or c in "-_" else f"%{c.encode('utf-8', 'replace').hex()}" for c in example)
    return f"{name}/{'.'.join(filter(None, (channel, locale, part)))}.json"


def update(project: Project, out: Path, files: Mapping[str, bytes]) -> int:
    """Write what is new or changed, remove what is left over. The exit code."""
    _own_folder(project, out)
    changed = {path: data for path, data in _targets(out, files).items() if _content(path) != data}
    left = _left_over(out, files)
    try:
        write_files(changed)
        for path in left:
            path.unlink()
            _remove_empty(path.parent, out)
    except OSError as error:
        raise CannotWrite(error) from None
    for path in left:
        say(f"removed {path.as_posix()}: no template makes it any more\n", sys.stderr)
    say(f"{_count(files)} in {out.as_posix()}, {len(changed)} written\n", sys.stderr)
    return CLEAN


def compare(out: Path, files: Mapping[str, bytes]) -> int:
    """List the files that are missing, changed or left over, and how to bring them up to date. The exit code."""
    stale = []
    for path, data in _targets(out, files).items():
        there = _content(path)
        if there != data:
            stale.append(("missing" if there is None else "changed", path))
    stale += [("left over", path) for path in _left_over(out, files)]
    if not stale:
        say(f"{_count(files)} in {out.as_posix()} up to date\n", sys.stderr)
        return CLEAN
    say("".join(f"{what + ':':<10} {path.as_posix()}\n" for what, path in sorted(stale, key=lambda pair: pair[1])))
    say(f"update with: handbill compile --all --out {out.as_posix()}\n", sys.stderr)
    return FOUND


def _count(files: Mapping[str, bytes]) -> str:
    return f"{len(files)} payload{'' if len(files) == 1 else 's'}"


def _targets(out: Path, files: Mapping[str, bytes]) -> dict[Path, bytes]:
    return {out / name: data for name, data in files.items()}


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CannotWrite(error) from None


def _left_over(out: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Files named as payloads are that no template makes."""
    if not out.is_dir():
        return []
    made = {out / name for name in files}
    found = (path for path in out.glob("*/**/*.json") if path.name.split(".")[0] in CHANNELS and path.is_file())
    return sorted(path for path in found if path not in made)


def _own_folder(project: Project, out: Path) -> None:
    """Left-over files are removed, so the folder must hold payloads and nothing else."""
    inside = out.resolve()
    for kept in (project.root.resolve(), *(folder.resolve() for folder in project.folders)):
        if kept.is_relative_to(inside):
            raise click.UsageError(
                f"--out {out.as_posix()} holds the project itself; give payloads a folder of their own."
            )


def _remove_empty(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
