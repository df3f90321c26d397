"""Memory stays flat, a template that does too much is the row's own trouble, and what is shown of it all."""

from __future__ import annotations

import importlib.util
import io
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from bulk.conftest import Order_, made
from handbill.report.progress import Bar, Step

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
ENDLESS = """\
---
params: {who: {type: string}, n: {type: integer}}
---
{"template_type": "text", "text": "{{ who }}{% for i in range(n) %}{% for j in range(n) %}{% endfor %}{% endfor %}"}
"""


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of `benchmarks/`."""

    def benchmark(name: str) -> ModuleType:
        monkeypatch.syspath_prepend(str(BENCHMARKS))
        spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    return benchmark


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_message_that_is_too_much_work_is_one_bad_row(order: Order_, project: Path, jobs: int) -> None:
    (project / "templates/endless.json.j2").write_text(ENDLESS, encoding="utf-8")
    rows = [{"to": str(n), "who": "Ann" * 40, "n": 40_000 if n == 2_500 else 1} for n in range(3_000)]
    whole = made(order(rows, template="endless"), jobs=jobs)
    assert [(each.line, each.found[0].code) for each in whole.bad] == [(2_501, "too-costly")]
    assert len(whole.lengths) == 2_999


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ten_times_the_rows_take_no_more_memory(benchmark: Any) -> None:
    took = benchmark("many").for_many([30_000, 300_000], [2])
    few, many = took[30_000][2].megabytes, took[300_000][2].megabytes
    assert few > 20  # it was looked at
    assert many < few + 10
    assert many < 200


def test_a_bar_is_as_long_as_its_share() -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    bar.show(Step("compiling", 12_000, 0, (("skipped", 3),), 500.0, 4.0, share=0.5))
    [task] = bar._bar.tasks
    bar.close()
    assert (task.percentage, task.fields["words"]) == (50.0, "12,000 · 3 skipped, 500/s, 4 s left")


def test_a_plot_is_well_formed_and_always_the_same(benchmark: Any) -> None:
    plot = benchmark("plot")
    panels = [
        plot.Panel("Recipients", "all", "s", {"1 process": [(100, 0.2), (1e6, 9.0)], "2": [(100, 0.3), (1e6, 5.0)]}),
        plot.Panel("Cards", "cards", "µs", {"handbill": [(1, 10), (10, 10)]}),
    ]  # fmt: skip
    text = plot.svg(panels)
    assert text == plot.svg(panels)
    root = ET.fromstring(text)
    circles = [(float(c.attrib["cx"]), float(c.attrib["cy"])) for c in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert len(circles) == 6
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    assert all(0 < x < width and 0 < y < height for x, y in circles)
    assert circles[1][1] < circles[0][1]  # what takes longer stands higher
    assert circles[4][1] == circles[5][1]
