"""The folder `.handbill` of a project, for its owner only and not for git: runs, and what a check keeps."""

from __future__ import annotations

from pathlib import Path

FOLDER = ".handbill"


def home(root: Path) -> Path:
    """The folder, made when it is not there. Raises OSError."""
    path = root / FOLDER
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return path
    (path / ".gitignore").write_text("*\n", encoding="utf-8")
    return path
