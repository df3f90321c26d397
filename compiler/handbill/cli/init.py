"""`handbill init`: a content project, ready to check and commit."""

from __future__ import annotations

from pathlib import Path

import click

from ..resources import folder as data
from .errors import CannotWrite
from .options import project_option
from .output import say, write_files

TEMPLATES = ("followup_call", "product_carousel")

# what a project gets → its name among the package's data, where no tool takes it for its own
_FILES = {
    "handbill.toml": "handbill.toml",
    "README.md": "README.md",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
    ".gitignore": "gitignore",
    "tests/test_payloads.py": "test_payloads.py.txt",
}

_NEXT = """\
{made} is ready. What next:

  cd {made}
  handbill check                         # nothing to complain about, yet
  handbill compile --all --out build     # every payload, for review
  pre-commit install                     # and every commit is checked

Messages are in templates/; README.md says more.
"""


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Even if DIR has files; those with the same names are replaced.")
@project_option
def init(target: Path | None, force: bool, folder: Path | None) -> None:
    """Start a content project in DIR: settings, two messages, a commit check, a snapshot test.

    \b
    Example:
      handbill init messages
    """
    target = target or folder
    if target is None:
        raise click.UsageError("say where: `handbill init DIR`.")
    if target.exists() and not target.is_dir():
        raise click.UsageError(f"{target} is a file; give a folder.")
    if not force and target.is_dir() and any(path.name != ".git" for path in target.iterdir()):
        raise click.UsageError(f"{target} is not empty; --force writes into it all the same.")
    try:
        write_files({target / name: content for name, content in starter().items()})
    except OSError as error:
        raise CannotWrite(error) from None
    say(_NEXT.format(made=target))


def starter() -> dict[str, bytes]:
    """A new project's files, by their path in it."""
    files = {name: (data("starter") / source).read_bytes() for name, source in _FILES.items()}
    for name in TEMPLATES:
        for path in sorted(data("templates").glob(f"{name}.*")):
            files[f"templates/{path.name}"] = path.read_bytes()
    return files
