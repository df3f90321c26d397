"""What it costs to compile for many, and how cost grows with work; the plot is `growth.svg`.

    .venv/bin/python benchmarks/many.py                    # 100 to 1,000,000 recipients; takes minutes
    .venv/bin/python benchmarks/many.py --rows 100 1000    # a look

Recipients: the command `handbill compile --recipients FILE --out FILE`, JSON lines to JSON lines, from its start to
its end, its memory that of all its processes together. Templates: a message of each, in a process that has met none of
them. Cards: a message of so many, in carousels of ten, in a process that has met it.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import recipients
from plot import Panel, svg
from table import table
from work import Context, _card

ROWS = (100, 1_000, 10_000, 100_000, 1_000_000)
TEMPLATES = (1, 10, 100, 1_000)
CARDS = (1, 10, 100)
PLOT = Path(__file__).with_name("growth.svg")
EVERY = 0.1  # seconds between two looks at the memory

QUICK_REPLY = (recipients.PROJECT / "templates" / "quick_reply.json.j2").read_text(encoding="utf-8")
CAROUSELS = """\
---
params:
  products: {type: array, items: {type: object}}
---
[
  {% for group in products | batch(10) %}
  {
    "template_type": "carousel",
    "cards": [
      {% for product in group %}
      {
        "title": "{{ product.title }}",
        "subtitle": "{{ product.subtitle }}",
        "image": {"url": "{{ product.image_url }}"},
        "buttons": [
          {"text": "View", "url": "{{ product.page_url }}"},
          {"text": "Add to cart", "value": "{{ product.cart }}"},
          {"text": "{{ product.ask_label }}", "value": "{{ product.ask }}"},
        ],
      },
      {% endfor %}
    ],
  },
  {% endfor %}
]
"""


@dataclass(frozen=True)
class Took:
    seconds: float
    megabytes: float  # the most that all processes together had


# ---- recipients


def compiled(path: Path, jobs: int) -> Took:
    """The command, from its start to its end."""
    out = path.with_suffix(".out")
    command = [
        sys.executable, "-m", "handbill", "compile", "quick_reply", "--channel", "messenger", "--recipients", str(path),
        "--channel-id", "987654321098765", "--out", str(out), "--force", "--jobs", str(jobs),
        "--project", str(recipients.PROJECT),
    ]  # fmt: skip
    start = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    most = 0.0
    while process.poll() is None:
        most = max(most, _megabytes(process.pid))
        time.sleep(EVERY)
        try:
            process.wait(EVERY)
        except subprocess.TimeoutExpired:
            pass
    seconds = time.perf_counter() - start
    assert process.returncode == 0
    with path.open("rb") as before, out.open("rb") as behind:
        assert sum(1 for _ in before) == sum(1 for _ in behind)
    return Took(seconds, most)


def _megabytes(pid: int) -> float:
    """Of a process and those that it has, what they share counted once; 0 where the system does not tell."""
    own, shared = 0, 0
    for each in (str(pid), *_children(pid)):
        try:
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        sizes = {line.split()[0]: int(line.split()[1]) for line in lines}
        own += sizes["Private_Clean:"] + sizes["Private_Dirty:"]
        shared = max(shared, sizes["Shared_Clean:"] + sizes["Shared_Dirty:"])
    return (own + shared) / 1_000


def _children(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return []


def for_many(rows: Sequence[int], jobs: Sequence[int] = (1, 2)) -> dict[int, dict[int, Took]]:
    """By number of recipients, by number of processes."""
    found: dict[int, dict[int, Took]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in rows:
            path = Path(folder) / f"{count}.jsonl"
            recipients.write(path, count)
            turns = 5 if count <= 10_000 else 1
            found[count] = {
                size: min((compiled(path, size) for _ in range(turns)), key=lambda took: took.seconds) for size in jobs
            }
            path.unlink()
    return found


# ---- templates and cards, in this process


def of_templates(count: int) -> float:
    """Seconds for a first message of each of so many templates."""
    from handbill.pipeline import Compiler
    from handbill.project import find

    with tempfile.TemporaryDirectory() as name:
        _project(Path(name), {f"m{number}": f"{QUICK_REPLY}{' ' * number}" for number in range(count)})
        context = {"first_name": "Zoë", "topic": "order 1", "yes": "y", "no": "n", "later": "l"}
        compiler = Compiler(find(Path(name)))
        start = time.perf_counter()
        for number in range(count):
            [made] = compiler.many(f"m{number}", "messenger", None, [context])
            assert isinstance(made, bytes)
        return time.perf_counter() - start


def of_cards(count: int, rounds: int = 25) -> float:
    """Seconds for one more message of so many cards."""
    from handbill.pipeline import Compiler
    from handbill.project import find

    contexts: list[Context] = [{"products": [_card(turn, place) for place in range(count)]} for turn in range(4)]
    with tempfile.TemporaryDirectory() as name:
        _project(Path(name), {"cards": CAROUSELS})
        compiler = Compiler(find(Path(name)))
        taken = []
        for _ in range(rounds):
            gc.collect()
            start = time.perf_counter()
            for made in compiler.many("cards", "messenger", None, contexts):
                assert isinstance(made, bytes)
            taken.append((time.perf_counter() - start) / len(contexts))
    return median(taken[1:])


def _project(folder: Path, templates: dict[str, str]) -> None:
    (folder / "handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
    (folder / "templates").mkdir()
    for name, text in templates.items():
        (folder / "templates" / f"{name}.json.j2").write_text(text, encoding="utf-8")


# ---- what is told


def report(
    rows: Sequence[int] = ROWS, templates: Sequence[int] = TEMPLATES, cards: Sequence[int] = CARDS, plot: Path = PLOT
) -> list[str]:
    of_templates(1)  # what the first message of a process brings is not a template's
    many = for_many(rows)
    first = {count: of_templates(count) for count in templates}
    more = {count: of_cards(count) for count in cards}
    panels = [
        Panel("Recipients", "recipients", "s", {
            f"{jobs} process{'es' if jobs > 1 else ''}": [(count, many[count][jobs].seconds) for count in rows]
            for jobs in (1, 2)
        }),
        Panel("Templates", "templates, a first message of each", "ms", {
            "handbill": [(count, seconds * 1e3) for count, seconds in first.items()],
        }),
        Panel("Cards", "cards in a message", "µs", {
            "handbill": [(count, seconds * 1e6) for count, seconds in more.items()],
        }),
    ]  # fmt: skip
    plot.write_text(svg(panels), encoding="utf-8")
    last = many[rows[-1]]
    lines = [
        [
            f"{count:,}", f"{count / took[1].seconds:,.0f}", f"{count / took[2].seconds:,.0f}",
            f"{took[1].seconds / took[2].seconds:.2f}", f"{took[1].megabytes:.0f}", f"{took[2].megabytes:.0f}",
        ]
        for count, took in many.items()
    ]  # fmt: skip
    heads = ["recipients", "a second, 1 process", "2 processes", "times", "MB, 1 process", "2 processes"]
    return [
        "## Compiled for many",
        (
            "`handbill compile --recipients FILE --out FILE`, JSON lines to JSON lines, a quick reply of 3 buttons "
            "with 5 values and an address, from the start of the command to its end (which few recipients do not "
            f"outweigh). On {os.cpu_count()} cores."
        ),
        table(heads, lines),
        (
            f"Two processes do {last[1].seconds / last[2].seconds:.2f} times what one does (target 1.8), with "
            f"{last[2].megabytes:.0f} MB together (target 200)."
        ),
        "How cost grows with work; a dotted line has slope one:",
        f"![Seconds by recipients, milliseconds by templates, microseconds by cards: all linear]({plot.name})",
        table(
            ["work", *(f"{count:,}" for count in templates)],
            [["a first message of each of so many templates, ms", *(f"{first[n] * 1e3:,.1f}" for n in templates)]],
        ),
        table(
            ["work", *(f"{count:,}" for count in cards)],
            [["one more message of so many cards, µs", *(f"{more[n] * 1e6:,.1f}" for n in cards)]],
        ),
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="*", default=ROWS)
    parser.add_argument("--templates", type=int, nargs="*", default=TEMPLATES)
    parser.add_argument("--cards", type=int, nargs="*", default=CARDS)
    parser.add_argument("--plot", type=Path, default=PLOT)
    asked = parser.parse_args()
    print("\n\n".join(report(asked.rows, asked.templates, asked.cards, asked.plot)))


if __name__ == "__main__":
    main()
