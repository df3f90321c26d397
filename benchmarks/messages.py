"""What one validated payload costs, by compiler."""

from __future__ import annotations

import gc
import json
from itertools import cycle, islice
from statistics import median
from time import perf_counter

from compilers import BY_HAND, COMPILERS, FLOOR, HANDBILL, Run
from table import table
from work import Job, jobs

ROUNDS = 15
BATCH = 0.03  # seconds that a round of one compiler lasts, about
TARGETS = {"jinja2 + json + jsonschema": 100.0, "jinja2 + orjson + jsonschema-rs": 4.0, BY_HAND: 1.0}  # times, at least


def same_output(job: Job, runs: dict[str, Run]) -> None:
    """Stop if two compilers disagree about any message."""
    expected = [json.loads(payload) for payload in runs[BY_HAND](job.contexts)]
    for name, run in runs.items():
        actual = [json.loads(payload) for payload in run(job.contexts)]
        for is_, should_be in zip(actual, expected, strict=True):
            if is_ != should_be:
                raise SystemExit(f"{job.name}: {name} writes another payload:\n{is_}\ninstead of\n{should_be}")


def _seconds(run: Run, job: Job, count: int) -> float:
    contexts = list(islice(cycle(job.contexts), count))
    started = perf_counter()
    for _ in run(contexts):
        pass
    return perf_counter() - started


def measure(job: Job) -> dict[str, float]:
    """Seconds a message, the median of the rounds, by compiler."""
    runs = {name: make(job) for name, make in COMPILERS.items()}
    same_output(job, runs)
    counts = {name: max(1, int(BATCH / (_seconds(run, job, 2) / 2))) for name, run in runs.items()}
    rounds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            gc.collect()
            rounds[name].append(_seconds(run, job, counts[name]) / counts[name])
    return {name: median(taken) for name, taken in rounds.items()}


Results = dict[str, dict[str, float]]  # seconds a message, by job and compiler


def measured() -> Results:
    return {job.name: measure(job) for job in jobs()}


def report(results: Results) -> list[str]:
    """The table, and the targets."""
    return [
        "## One validated payload",
        (
            "A quick reply of 3 buttons with 5 personal values, and a carousel of 10 cards of 3 buttons with 70; "
            "the same payload from each, checked before the clock starts."
        ),
        _table(results, list(COMPILERS)),
        "\n".join(f"- {line}" for job, took in results.items() for line in _targets(job, took)),
    ]


def short(results: Results) -> str:
    """For those who want to know whether it is fast."""
    return _table(results, [HANDBILL, BY_HAND, *(peer for peer in TARGETS if peer != BY_HAND), FLOOR])


def _table(results: Results, names: list[str]) -> str:
    heads = ["compiler", *(head for job in results for head in (f"{job}, µs", "times Handbill"))]
    rows = [
        [name, *(cell for took in results.values() for cell in (f"{took[name] * 1e6:,.1f}", _times(took, name)))]
        for name in names
    ]
    return table(heads, rows)


def _targets(job: str, took: dict[str, float]) -> list[str]:
    times = [f"{took[peer] / took[HANDBILL]:.1f} × {peer} (target {least:g})" for peer, least in TARGETS.items()]
    return [f"{job}: as fast as " + ", ".join(times) + f"; {took[HANDBILL] / took[FLOOR]:.1f} times the floor"]


def _times(took: dict[str, float], name: str) -> str:
    return f"{took[name] / took[HANDBILL]:.2f}"
