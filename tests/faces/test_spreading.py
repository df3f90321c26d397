"""Many templates are drawn by several processes: in their order, and one that ends its process is named."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from handbill.checking import run
from handbill.cli.spreading import spread
from handbill.diagnostic import Failed
from handbill.faces.site import write
from handbill.pipeline import Compiler
from handbill.project import open_project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="one process where processes are not forked")
NAMES = [f"m{number:02}" for number in range(20)]


@pytest.fixture(autouse=True)
def _two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "cores", lambda: 2)


def test_several_processes_give_what_one_does_in_order() -> None:
    made = list(spread(lambda name: (name, os.getpid()), NAMES))
    assert [name for name, _ in made] == NAMES
    assert len({process for _, process in made}) == 3, "this one, and two more"


def test_few_are_not_worth_a_process() -> None:
    assert set(spread(lambda name: os.getpid(), NAMES[:3])) == {os.getpid()}


def test_one_that_ends_its_process_is_named() -> None:
    def work(name: str) -> str:
        return os._exit(3) if name == "m07" else name

    with pytest.raises(Failed) as failed:
        list(spread(work, NAMES))
    assert [(d.code, d.template) for d in failed.value.diagnostics] == [("too-costly", "m07")]


def test_what_is_wrong_is_raised_as_in_one_process() -> None:
    def work(name: str) -> str:
        if name == "m07":
            raise ValueError(name)
        return name

    with pytest.raises(ValueError, match="m07"):
        list(spread(work, NAMES))


def test_a_gallery_is_the_same_whoever_draws_it(tmp_path: Path) -> None:
    (tmp_path / "shop" / "templates").mkdir(parents=True)
    (tmp_path / "shop" / "handbill.toml").write_text('channels = ["messenger", "sms"]\n', encoding="utf-8")
    for name in NAMES:
        text = f'{{"template_type": "quick_reply", "text": "{name}", "buttons": [{{"text": "Yes", "value": "y"}}]}}'
        (tmp_path / "shop" / "templates" / f"{name}.json.j2").write_text(text, encoding="utf-8")
    project = open_project(tmp_path / "shop")
    one = write(Compiler(project), tmp_path / "one")
    several = write(Compiler(project), tmp_path / "several", spread=spread)
    assert (one.templates, one.pictures) == (several.templates, several.pictures) == (20, 40)
    for file in (tmp_path / "one").rglob("*.*"):
        assert file.read_bytes() == (tmp_path / "several" / file.relative_to(tmp_path / "one")).read_bytes()
