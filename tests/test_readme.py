"""The README is true: what it shows is what happens, and what exists is named in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from handbill.channels import CHANNELS
from handbill.cli.group import handbill as cli
from handbill.gateways import GATEWAYS
from handbill.message import TEMPLATE_TYPES

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODES = sorted(page.stem for page in (ROOT / "compiler/handbill/explain").glob("*.md"))


def block(language: str) -> str:
    """The first fenced block in a language."""
    match = re.search(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert match is not None, language
    return match[1]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/delivery.json.j2").write_text(block("jinja"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("project")
def test_the_error_is_what_check_says() -> None:
    result = CliRunner().invoke(cli, ["check"])
    assert result.exit_code == 1
    assert result.stdout == block("text")


@pytest.mark.usefixtures("project")
def test_the_payload_is_what_compile_writes() -> None:
    result = CliRunner().invoke(cli, re.findall(r"`handbill (compile delivery[^`]*)`", README)[0].split())
    assert result.exit_code == 0
    assert result.stdout == block("json")


def test_every_command_is_named() -> None:
    with cli.make_context("handbill", ["--help"], resilient_parsing=True) as context:
        commands = cli.list_commands(context)
    assert [name for name in commands if f"`handbill {name}" not in README] == []


@pytest.mark.parametrize("names", [CHANNELS, tuple(GATEWAYS), TEMPLATE_TYPES], ids=["channels", "gateways", "types"])
def test_every_name_is_there(names: tuple[str, ...]) -> None:
    assert [name for name in names if f"`{name}`" not in README] == []


def test_every_code_is_listed_and_no_other() -> None:
    match = re.search(r"<!-- codes -->\n(.*?)<!-- /codes -->", README, re.DOTALL)
    assert match is not None
    assert re.findall(r"`([a-z0-9-]+)`", match[1]) == CODES, f"write: {' '.join(f'`{code}`' for code in CODES)}"


@pytest.mark.parametrize(("name", "command"), [("channels", ["channels", "--format", "markdown"])])
def test_a_generated_part_is_what_the_command_says(name: str, command: list[str]) -> None:
    match = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", README, re.DOTALL)
    assert match is not None
    assert match[1] == CliRunner().invoke(cli, command).stdout, f"write what `handbill {' '.join(command)}` says"


def test_every_make_target_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE))
    assert targets <= set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_every_link_leads_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target
