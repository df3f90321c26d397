"""Streams and files: what is said, and files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

_ASCII = str.maketrans({"│": "|", "┆": ":", "…": "...", "·": "-", "–": "-"})


def coloured(stream: TextIO) -> bool:
    """Whether to use colour: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(text: str, stream: TextIO | None = None) -> None:
    """Write text, to standard output if nothing else is said; characters a stream cannot show are escaped."""
    stream = stream or sys.stdout
    try:
        stream.write(text)
    except UnicodeEncodeError:
        encoding = stream.encoding or "ascii"
        plain = text.translate(_ASCII)
        stream.write(plain.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def put(data: bytes) -> None:
    """Write bytes to standard output as they are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files: all of them beside their places first, and only then all into place.

    A failure before that leaves everything as it was. Raises OSError.
    """
    staged: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for path, data in files.items():
            made += _folders(path.parent)
            if is_special(path):
                path.write_bytes(data)
            else:
                target = path.resolve()
                staged.append((_stage(target, data), target))
    except OSError:
        for temporary, _ in staged:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
        raise
    for temporary, target in staged:
        os.replace(temporary, target)


def _stage(path: Path, data: bytes) -> Path:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder", str(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def is_special(path: Path) -> bool:
    """A pipe or a device, such as /dev/stdout."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _folders(folder: Path) -> list[Path]:
    """Make a folder, and those above it; the ones made, outermost first."""
    missing = [f for f in (folder, *folder.parents) if not f.exists()][::-1]
    for one in missing:
        one.mkdir()
    return missing
