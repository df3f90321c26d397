"""Small distributions with filters, installed as pip leaves them: the module, and a folder that says what it offers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HEAD = "from handbill.filtering import text_filter, value_filter\n\n"
QUOTED = (
    HEAD
    + """
@text_filter(longest=lambda length: length + 2)
def quoted(text: str) -> str:
    return f"“{text}”"
"""
)


def install(
    site: Path,
    name: str = "acme",
    code: str = QUOTED,
    *,
    package: str = "acme_texts",
    distribution: str = "",
    version: str = "1.0",
    where: str = "",
) -> Path:
    """Install a package whose module `filters` is offered by this name; the package's folder."""
    distribution = distribution or package.replace("_", "-")
    folder, about = site / package, site / f"{distribution.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True, exist_ok=True)
    about.mkdir(exist_ok=True)
    folder.joinpath("__init__.py").touch()
    folder.joinpath("filters.py").write_text(code, encoding="utf-8")
    about.joinpath("METADATA").write_text(f"Metadata-Version: 2.4\nName: {distribution}\nVersion: {version}\n")
    about.joinpath("entry_points.txt").write_text(f"[handbill.filters]\n{name} = {where or f'{package}.filters'}\n")
    return folder


@contextmanager
def importable(site: Path) -> Iterator[None]:
    """What lies in the folder can be imported inside, and afterwards it never was."""
    before = sys.path[:]
    sys.path.insert(0, str(site))
    try:
        yield
    finally:
        sys.path[:] = before
        forget(site.parent)


def forget(site: Path) -> None:
    """As in a new process: the modules of the folder are not imported yet."""
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(site)):
            del sys.modules[name]
