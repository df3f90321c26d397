"""The table of failures, and Retry-After."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from handbill.send.genesys_answer import explainer
from handbill.send.genesys_connection import data
from handbill.send.outcome import State
from handbill.send.problem import Explainer, Problem, retry_after
from handbill.send.secret import Redactor
from send.conftest import linked

ROWS: list[dict[str, Any]] = data()["errors"]
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


def explained() -> Explainer:
    return explainer(linked({}, None, {}), "genesys-event", Redactor())


def problem_for(stage: Any, when: dict[str, Any]) -> Problem:
    """A problem made for one condition of a row."""
    status = when.get("status", ["0"])[0].replace("xx", "77")
    code, _, message = when.get("code", [""])[0].partition(": ")
    return Problem(stage, int(status), when.get("fault", [""])[0], code, message)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['stage'][0]}-{row['title']}")
def test_every_row_is_reached_and_reads_well(row: dict[str, Any]) -> None:
    explains = explained()
    for stage in row["stage"]:
        for when in row["when"] or [{}]:
            outcome = explains.outcome(problem_for(stage, when))
            diagnostic = outcome.diagnostic
            assert diagnostic is not None
            assert (outcome.state, diagnostic.title, diagnostic.code) == (row["state"], row["title"], row["code"])
            assert diagnostic.text.endswith(".")
            assert not diagnostic.hint.endswith(".")
            assert diagnostic.hint[0].islower()
            assert "{" not in diagnostic.text + diagnostic.hint


def test_every_row_has_a_state_and_a_source() -> None:
    for row in ROWS:
        assert State(row["state"]) in (State.REJECTED, State.UNKNOWN)
        assert row["x-source"].startswith("https://")
        assert row["x-checked"]


@pytest.mark.parametrize("stage", ["login", "message"])
def test_what_nobody_thought_of_has_a_row(stage: Any) -> None:
    explains = explained()
    outcome = explains.outcome(Problem(stage, 150, "never-seen", "never.seen"))
    assert outcome.state is (State.REJECTED if stage == "login" else State.UNKNOWN)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("12", 12.0), (" 0 ", 0.0), ("1000000000", 1e9), ("9" * 5000, float("inf")),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0), ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("", None), ("-5", None), ("1.5", None), ("soon", None), ("٣", None), ("Sun, 99 Nov 2026 12:01:30 GMT", None),
    ],
)  # fmt: skip
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_an_endless_wait_is_said_in_words() -> None:
    explains = explained()
    for wait, said in [(None, "a minute"), (0.2, "1 second (Retry-After)"), (float("inf"), "as long as it says")]:
        diagnostic = explains.outcome(Problem("message", 429, wait=wait)).diagnostic
        assert diagnostic is not None
        assert said in diagnostic.hint
