"""Messages are made without any of it: their code is the same, and what they say too."""

from __future__ import annotations

import re
from pathlib import Path

from handbill.coverage.probes import Tracer
from handbill.pipeline import Compiler
from handbill.project import open_project, shipped
from handbill.render import Environment

from .exploring import explorer
from .test_reach import FRONT, REACHED

PROBES = re.compile(r"_tested|_turn|_reached|LoopContext\(")
BODY = "".join(body for body in REACHED if "loop." not in body)


def _code(environment: Environment, text: str) -> str:
    return environment.compile(text, "t", raw=True)  # type: ignore[call-overload,no-any-return]


def test_the_code_of_an_ordinary_render_has_no_probes(tmp_path: Path) -> None:
    made = explorer(tmp_path, FRONT, BODY)
    ordinary = Environment(made.tracer.loader)
    before = _code(ordinary, BODY)
    assert PROBES.search(before) is None
    assert PROBES.search(_code(made.tracer.tracing, BODY)) is not None
    made.explore()
    assert _code(ordinary, BODY) == before
    assert _code(Environment(made.tracer.loader), BODY) == before
    assert before.count("\n") < _code(made.tracer.tracing, BODY).count("\n")


def test_a_render_that_is_watched_says_the_same() -> None:
    project = shipped()
    compiler = Compiler(project)
    for name in project.names():
        template = project.template(name)
        for example in template.contract.examples.values():
            context = {**example.values, "channel": {"name": "line"}, "shop_url": "https://example.com", "locale": "en"}
            watched = Tracer(compiler.renderer).render(template, context)
            plain = compiler.renderer.render(template, context)
            assert (watched.skeleton, watched.values) == (plain.skeleton, plain.values)


def test_templates_without_arms_bring_nothing(tmp_path: Path) -> None:
    """What coverage is made of is not even loaded for them."""
    import subprocess
    import sys

    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "t.json.j2").write_text('{"template_type": "text", "text": "Hi"}', "utf-8")
    (tmp_path / "handbill.toml").write_text('channels = ["messenger"]\n', "utf-8")
    open_project(tmp_path)
    script = (
        "import sys; from handbill.cli import main; import atexit\n"
        "atexit.register(lambda: print('handbill.coverage.search' in sys.modules))\n"
        "sys.argv = ['handbill', 'check']; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.endswith("False\n"), done.stdout + done.stderr
