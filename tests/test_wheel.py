"""What is shipped is what was tested: the wheel and the sdist, built, opened, installed and used."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from email.parser import Parser
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

import pytest
from test_shipped import TUTORIAL

GOLDENS = ("test_shipped.py", "test_channels.py")


def _run(*command: str | Path, cwd: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    _run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, root, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("handbill-*-py3-none-any.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of a fresh environment that has Handbill from the wheel, and what it needs from this one."""
    folder = tmp_path_factory.mktemp("fresh")
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    programs = folder / "venv" / "bin"
    pip = [sys.executable, "-m", "pip", "--quiet", "--python", programs / "python"]
    _run(*pip, "install", "--no-deps", "--no-index", wheel, cwd=folder)
    site = _run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])", cwd=folder)
    # a folder named in a .pth file is only searched: its own .pth files, the editable Handbill's too, are not read
    Path(site.strip(), "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return programs


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_code_and_data_and_nothing_else(root: Path, wheel: Path) -> None:
    expected = {f"handbill/{name}" for name in _files(root / "compiler" / "handbill")}
    for data in ("schemas", "templates"):
        expected |= {f"handbill/{data}/{name}" for name in _files(root / data)}
    actual = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert actual == expected
    assert "handbill/py.typed" in actual
    assert "handbill/schemas/message.schema.json" in actual
    assert any(name.startswith("handbill/templates/") for name in actual)
    assert any(name.startswith("handbill/explain/") for name in actual)


def test_the_sdist_has_no_tests(built: Path) -> None:
    (path,) = built.glob("handbill-*.tar.gz")
    with tarfile.open(path) as archive:
        tops = {PurePosixPath(name).parts[1] for name in archive.getnames()}
    assert {"compiler", "schemas", "templates", "pyproject.toml"} <= tops
    assert not tops & {"tests", "benchmarks", ".ci", ".venv"}


def test_every_import_is_a_declared_dependency(root: Path, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        required = Parser().parsestr(archive.read(metadata).decode()).get_all("Requires-Dist", [])
    development = re.compile(r"extra == .(?:dev|bench)\b")  # the other extras are what users may add
    declared = {_plain(re.split(r"[^\w.-]", line)[0]) for line in required if not development.search(line)}
    needed = {name for path in root.glob("compiler/handbill/**/*.py") for name in _imports(path)}
    providers = packages_distributions()
    foreign = needed - sys.stdlib_module_names - {"handbill", "httpx2"}  # httpx2 is taken where it is installed
    assert {_plain(providers[name][0]) for name in foreign} <= declared


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_installed_package_is_the_one_from_the_wheel(installed: Path, tmp_path: Path) -> None:
    place = _run(installed / "python", "-c", "import handbill; print(handbill.__file__)", cwd=tmp_path)
    assert Path(place.strip()).is_relative_to(installed.parent)


def test_the_demo_runs_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    printed = _run(installed / "handbill", "demo", cwd=tmp_path)
    assert "yes_confirmed" in printed
    assert "error" in printed


@pytest.mark.parametrize("name", TUTORIAL)
def test_the_tutorial_compiles_outside_the_checkout(installed: Path, tmp_path: Path, name: str) -> None:
    _run(installed / "handbill", "init", tmp_path / "messages", cwd=tmp_path)
    to = ["--to", "123456789012345", "--channel-id", "987654321098765"]
    compiled = [installed / "handbill", "compile", name, "--channel", "messenger", "--via", "genesys-event", *to]
    assert json.loads(_run(*compiled, "--compact", cwd=tmp_path / "messages")) == json.loads(TUTORIAL[name])


def test_the_goldens_hold_for_the_wheel(installed: Path, root: Path, tmp_path: Path) -> None:
    no_bytecode = shutil.ignore_patterns("__pycache__")
    shutil.copytree(root / "tests", tmp_path / "tests", symlinks=True, ignore=no_bytecode)
    shutil.copy(root / "pyproject.toml", tmp_path)
    tests = [f"tests/{name}" for name in GOLDENS]
    printed = _run(installed / "python", "-m", "pytest", "-p", "no:cacheprovider", "--quiet", *tests, cwd=tmp_path)
    assert " passed" in printed
