"""What is kept depends on the code of filters: whatever that is made of is changed in turn."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cache.conftest import write
from filters.packages import HEAD, QUOTED, forget, importable, install
from handbill.checking import Asked, surroundings, work
from handbill.checking.run import run
from handbill.diagnostic import Failed
from handbill.project import open_project

SHORT = "from acme_texts.helping import most\n" + QUOTED.replace("length + 2", "most(length)")
NINE = f"{HEAD}\n@text_filter\ndef quoted(text: str) -> str:\n    return text * 9\n"
FILES = {
    "project/handbill.toml": 'channels = ["messenger"]\nfilters = ["acme"]\n',
    "project/templates/a.json.j2": """\
---
params: {name: {type: string, maxLength: 10}}
examples: {one: {name: Zoë}}
---
{"template_type": "quick_reply", "text": "Hi", "buttons": [{"text": "{{ name|quoted }}", "value": "x"}]}
""",
    "site/acme_texts/helping/__init__.py": "from pathlib import Path\n\n\ndef most(length):\n    more = "
    "Path(__file__).with_name('more.txt').read_text()\n    return length + int(more)\n",
    "site/acme_texts/helping/more.txt": "2",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project, and beside it an installed package whose filter needs another module, and that a file of data."""
    site = tmp_path / "site"
    with importable(site):
        install(site, code=SHORT)
        write(tmp_path, FILES)
        monkeypatch.chdir(tmp_path / "project")
        monkeypatch.setattr(surroundings, "_code", lambda package: [])
        monkeypatch.setattr(surroundings, "_packages", list)  # a version in the name of a folder is not all there is
        yield tmp_path


def written(name: str, text: str) -> Callable[[Path], None]:
    return lambda folder: write(folder, {name: text})


def _another_version(folder: Path) -> None:
    about = folder / "site" / "acme_texts-1.0.dist-info"
    text = about.joinpath("METADATA").read_text(encoding="utf-8")
    about.joinpath("METADATA").write_text(text.replace("Version: 1.0", "Version: 1.1"), encoding="utf-8")


def _another_module(folder: Path) -> None:
    install(folder / "site", code=SHORT, where="acme_texts.other")
    write(folder, {"site/acme_texts/other.py": NINE})


def _another_package(folder: Path) -> None:
    shutil.rmtree(folder / "site" / "acme_texts-1.0.dist-info")
    install(folder / "site", package="other_texts", code=NINE)


CHANGES: dict[str, Callable[[Path], None]] = {
    "the filter": written("site/acme_texts/filters.py", SHORT.replace("“", "a longer beginning")),
    "what is declared": written("site/acme_texts/filters.py", QUOTED.replace("length + 2", "length + 20")),
    "a module that it needs": written(
        "site/acme_texts/helping/__init__.py", "def most(length):\n    return 99 * length\n"
    ),
    "a file of data": written("site/acme_texts/helping/more.txt", "22"),
    "a mistake in it": written("site/acme_texts/filters.py", SHORT.replace("return", "raise ValueError")),
    "another module": lambda folder: (
        write(folder, {"site/acme_texts/other.py": HEAD + "@text_filter\ndef quoted(text): return text * 9\n"}),
        write(
            folder, {"site/acme_texts-1.0.dist-info/entry_points.txt": "[handbill.filters]\nacme=acme_texts.other\n"}
        ),
    )[0],
    "another package": _another_package,
    "the package is gone": lambda folder: shutil.rmtree(folder / "site" / "acme_texts-1.0.dist-info"),
    "its module is gone": lambda folder: (folder / "site" / "acme_texts" / "filters.py").unlink(),
    "it has a filter less": written("site/acme_texts/filters.py", SHORT.replace("def quoted", "def cited")),
    "the setting": written("project/handbill.toml", 'channels = ["messenger"]\n'),
}


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that are really checked."""
    names: list[str] = []
    real = work.Tracer.examine

    def examine(self: work.Tracer, name: str) -> object:
        names.append(name)
        return real(self, name)

    monkeypatch.setattr(work.Tracer, "examine", examine)
    return names


def told(folder: Path, *, keep: bool = True) -> str:
    """What a check says in a process of its own."""
    forget(folder / "site")
    project = open_project(folder / "project")
    try:
        return repr([examined.found for examined in run(project, project.names(), Asked(), keep=keep, jobs=1)])
    except Failed as failed:
        return repr(failed.diagnostics)


@pytest.mark.parametrize("name", CHANGES)
def test_no_stale_result(name: str, folder: Path, anew: list[str]) -> None:
    before = told(folder)
    assert told(folder) == before
    assert anew == ["a"]  # the second one is kept
    CHANGES[name](folder)
    fresh = told(folder, keep=False)
    assert told(folder) == fresh
    assert told(folder) == fresh
    assert fresh != before


def test_another_version_is_another_package(folder: Path, anew: list[str]) -> None:
    told(folder)
    _another_version(folder)
    told(folder)
    assert anew == ["a", "a"]


def test_code_that_changes_while_it_is_used_is_not_taken_for_the_new_one(folder: Path, anew: list[str]) -> None:
    """A process has its filters as they were when it began; what it keeps is not found for the new ones."""
    told(folder)
    project = open_project(folder / "project")
    CHANGES["what is declared"](folder)
    old = repr([examined.found for examined in run(project, ["a"], Asked(), jobs=1)])
    fresh = told(folder, keep=False)
    assert "may-be-too-long" not in old
    assert told(folder) == fresh
    assert "may-be-too-long" in fresh
