"""A template explored in a folder of its own, for the tests of coverage."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from handbill.channels import channel
from handbill.contracts import ContextRules
from handbill.coverage.figures import figures
from handbill.coverage.search import Explorer, Reached
from handbill.job import about
from handbill.pipeline import Compiler
from handbill.project import open_project


@dataclass
class Explored:
    explorer: Explorer
    reached: Reached

    @property
    def missed(self) -> dict[str, str]:
        """Why, by the author's words for what was missed."""
        found = figures("t", "t", self.reached)["missed"]
        return {each["what"]: each["why"] for each in found}

    @property
    def by_examples(self) -> int:
        return sum(arm.key in self.reached.by_examples for arm in self.reached.arms)

    @property
    def contexts(self) -> list[dict[str, Any]]:
        return [each.values for each in self.reached.generated]


def explorer(folder: Path, front: str, body: str, channels: tuple[str, ...] = ("messenger",), **files: str) -> Explorer:
    """An explorer of `body`; other files are given as `_part__json__j2="…"`."""
    templates = folder / "templates"
    templates.mkdir(parents=True, exist_ok=True)
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n', "utf-8")
    (templates / "t.json.j2").write_text(f"---\n{front}---\n{body}", "utf-8")
    for name, text in files.items():
        (templates / name.replace("__", ".")).write_text(text, "utf-8")
    compiler = Compiler(open_project(folder))
    template = compiler.base("t")
    examples = {name: example.values for name, example in template.contract.examples.items()}
    places = [{"channel": about(channel(name)), "locale": "en"} for name in channels]
    return Explorer(compiler.renderer, template, ContextRules(template), examples, places)


def explore(folder: Path, front: str, body: str, channels: tuple[str, ...] = ("messenger",), **files: str) -> Explored:
    made = explorer(folder, front, body, channels, **files)
    return Explored(made, made.explore())
