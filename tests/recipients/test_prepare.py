"""From a file to a ledger that is ready: every row is there, and what is there can be sent."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from handbill.diagnostic import Failed, Severity
from handbill.pipeline import Compiler
from handbill.project import find
from handbill.recipients.messages import Compiled, recipients_of
from handbill.report.text import report
from handbill.send import prepare as module
from handbill.send.ledger import Ledger, Run, State
from handbill.send.prepare import Counts, compiled, prepare
from handbill.send.segments import Segments
from hypothesis import given
from hypothesis import strategies as st

RUN = Run("r1", "2026-11-22T15:34:00Z", "parcel", "", "people.csv", "", "messenger", "genesys-event", "")
PARCEL = """\
---
params:
  first_name: {type: string}
  days: {type: integer, minimum: 1, default: 3}
---
[
  {"template_type": "text", "text": "Hi {{ first_name }}"},
  {"template_type": "quick_reply", "text": "In {{ days }} days?",
   "buttons": [{"text": "{{ first_name }}", "value": "y"}]},
]
"""


@pytest.fixture
def compiler(tmp_path: Path) -> Compiler:
    (tmp_path / "handbill.toml").write_text('channels = ["messenger"]\n', encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/parcel.json.j2").write_text(PARCEL, encoding="utf-8")
    return Compiler(find(tmp_path))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path) as ledger:
        ledger.create(RUN)
        yield ledger


@pytest.fixture
def segments(tmp_path: Path) -> Iterator[Segments]:
    with Segments(tmp_path, RUN.id) as segments:
        yield segments


def rows(compiler: Compiler, text: str, name: str = "people.csv") -> Iterator[Compiled]:
    path = compiler.project.root / name
    path.write_text(text, encoding="utf-8")
    given = recipients_of(compiler, "parcel", "messenger", None, path, address={"channel_id": "c"}, shown=name)
    return compiled(compiler, "parcel", "messenger", None, given)


MIXED = 'to,first_name,days\n1,Zoë,4\n2,"a"b",1\n3,Wolfeschlegelsteinhausenbergerdorff,1\n4,Max,0\n5,Ann,\n'


def test_every_row_comes_with_its_payload_or_its_problem(compiler: Compiler) -> None:
    made = list(rows(compiler, MIXED))
    assert [(m.row.number, m.row.line, m.payload is not None) for m in made] == [
        (1, 2, True), (2, 3, False), (3, 4, False), (4, 5, False), (5, 6, True),
    ]  # fmt: skip
    bodies = json.loads(made[4].payload or b"")
    assert [body["external_conversation_reference"]["id"] for body in bodies] == ["5", "5"]
    assert "In 3 days?" in json.dumps(bodies[1])


def test_a_row_is_the_same_as_compiled_alone(compiler: Compiler) -> None:
    text = "to,first_name,days\n" + "".join(f"{i},Zoë {i},{i}\n" for i in range(1, 40))
    for i, made in enumerate(rows(compiler, text), 1):
        alone = compiler.compile(
            "parcel",
            "messenger",
            None,
            {"first_name": f"Zoë {i}", "days": i},
            address={"to": str(i), "channel_id": "c"},
        )
        assert json.loads(made.payload or b"") == alone.payload


def test_a_mistake_that_only_the_channel_sees_is_told_at_the_template_and_at_the_row(compiler: Compiler) -> None:
    bad = list(rows(compiler, MIXED))[2]
    text = report(bad.found)
    assert [d.code for d in bad.found] == ["text-too-long"]
    assert text.startswith("templates/parcel.json.j2:9:")
    assert "┆ people.csv:4:3\n4 │ 3,Wolfeschlegelsteinhausenbergerdorff,1\n" in text


def test_a_template_that_is_wrong_for_everyone_fails_before_the_first_row(compiler: Compiler, tmp_path: Path) -> None:
    (tmp_path / "templates/parcel.json.j2").write_text(PARCEL.replace("type: string", "type: text"), encoding="utf-8")
    fresh = Compiler(find(tmp_path))
    with pytest.raises(Failed) as failed:
        next(rows(fresh, MIXED))
    assert [d.code for d in failed.value.diagnostics] == ["invalid-contract"]


def test_the_ledger_has_every_row(compiler: Compiler, ledger: Ledger, segments: Segments) -> None:
    told: list[Compiled] = []
    seen: list[tuple[int, int, int]] = []
    made = list(rows(compiler, MIXED))
    counts = prepare(
        made, ledger, segments, "r1", told=told.append, progress=lambda c: seen.append((c.rows, c.ready, c.refused))
    )
    assert counts == Counts(rows=5, refused=3)
    assert seen == [(1, 1, 0), (2, 1, 1), (3, 1, 2), (4, 1, 3), (5, 2, 3)]
    assert [m.row.number for m in told] == [2, 3, 4]
    assert (ledger.run("r1").phase, ledger.run("r1").total) == ("ready", 5)
    assert ledger.counts("r1") == {**dict.fromkeys(State, 0), State.NEW: 2, State.REJECTED: 3}
    claims = ledger.claim("r1", "me", 10, 60, 0)
    assert [(c.row, c.line) for c in claims] == [(1, 2), (5, 6)]
    assert [segments.read(c.offset, c.length) for c in claims] == [made[0].payload, made[4].payload]


def test_the_ledger_says_why_and_nothing_about_people(
    compiler: Compiler, ledger: Ledger, segments: Segments, tmp_path: Path
) -> None:
    secret = "Wolfeschlegelsteinhausenbergerdorff"
    lines = f'to,first_name,days\n{secret}1,{secret},1\n2,"{secret}"b",1\n3,x,{secret}\n4,{secret}\x07,0\n'
    prepare(rows(compiler, lines), ledger, segments, "r1")
    found = {info.row: (info.code, info.error) for info in ledger.rows("r1")}
    assert found == {
        1: ("text-too-long", "Quick reply title too long"),
        2: ("bad-recipient", "Quote within a text"),
        3: ("wrong-parameter", "Wrong value for parameter `days`"),
        4: ("wrong-parameter", "Wrong value for parameter `days`"),
    }
    ledger.close()
    for path in (tmp_path / ".handbill").glob("ledger*"):
        assert secret.encode() not in path.read_bytes()


def test_the_first_bad_row_can_end_it(compiler: Compiler, ledger: Ledger, segments: Segments) -> None:
    counts = prepare(rows(compiler, MIXED), ledger, segments, "r1", fail_fast=True)
    assert counts == Counts(rows=2, refused=1, stopped=True)
    assert ledger.run("r1").phase == "compiling"


def test_broken_off_and_begun_anew(
    compiler: Compiler, ledger: Ledger, segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GROUP", 3)
    text = "to,first_name\n" + "".join(f"{i},{'Zoë' if i % 4 else ''}\n" for i in range(1, 20))

    def interrupt(counts: Counts) -> None:
        if counts.rows == 11:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(rows(compiler, text), ledger, segments, "r1", progress=interrupt)
    assert ledger.run("r1").phase == "compiling"
    for claim in (early := ledger.claim("r1", "me", 2, 60, 0)):
        assert segments.read(claim.offset, claim.length).startswith(b"[{")
    prepare(rows(compiler, text), ledger, segments, "r1")
    claims = early + ledger.claim("r1", "me", 100, 60, 0)
    assert [claim.row for claim in claims] == [i for i in range(1, 20) if i % 4]
    sent_to = [
        json.loads(segments.read(c.offset, c.length))[0]["external_conversation_reference"]["id"] for c in claims
    ]
    assert sent_to == [str(claim.row) for claim in claims]


def test_what_is_in_the_ledger_is_in_the_segment_at_every_moment(
    compiler: Compiler, ledger: Ledger, segments: Segments, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So rows can be sent while others are still being compiled."""
    monkeypatch.setattr(module, "GROUP", 2)

    def look(counts: Counts) -> None:
        for info in ledger.rows("r1", State.NEW):
            assert segments.read(info.offset, info.length)

    prepare(rows(compiler, "to,first_name\n" + "1,a\n" * 9), ledger, segments, "r1", progress=look)


def test_a_file_that_ends_badly_leaves_the_run_unready(compiler: Compiler, ledger: Ledger, segments: Segments) -> None:
    with pytest.raises(Failed, match="Quote never closed"):
        prepare(rows(compiler, 'to,first_name\n1,a\n2,"b\n3,c\n'), ledger, segments, "r1")
    assert ledger.run("r1").phase == "compiling"


ANY = """\
{"template_type": "quick_reply", "text": "Hi {{ first_name }}",
 "buttons": [{"text": {{ label }}, "value": "{{ value }}"}]}
"""
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=30)
    | st.sampled_from([10**30, "\ue000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(values=st.lists(st.fixed_dictionaries({"first_name": plain, "label": plain, "value": plain}), max_size=5))
def test_any_values_make_a_payload_or_a_problem(values: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "templates").mkdir()
        (folder / "templates/parcel.json.j2").write_text(ANY, encoding="utf-8")
        lines = "".join(json.dumps({"to": "1", **each}) + "\n" for each in values)
        for made in rows(Compiler(find(folder)), lines, "people.jsonl"):
            assert (made.payload is None) == any(d.severity is Severity.ERROR for d in made.found)
            if made.payload is not None:
                json.loads(made.payload)
            report(made.found)
