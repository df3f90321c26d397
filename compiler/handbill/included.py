"""The files that includes name: in the template folders, and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath


class LeadsOut(Exception):
    """A name that leads out of the template folders."""


def locate(folders: Sequence[Path], name: str) -> Path | None:
    """The file of that name, in the first folder that has it; None when none has. Raises LeadsOut."""
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or "\0" in name:
        raise LeadsOut(name)
    for folder in folders:
        path = folder / pure
        if _is_file(path):
            if not path.resolve().is_relative_to(folder.resolve()):
                raise LeadsOut(name)
            return path
    return None


def known(folders: Sequence[Path]) -> list[str]:
    """What could be included, for a suggestion."""
    return sorted(p.relative_to(f).as_posix() for f in folders for p in f.rglob("*.j2") if p.is_file())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
