"""`handbill compile --recipients`: files that are whole or not there, bad rows laid aside, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bulk.conftest import command, people, written
from cli.conftest import Run, run
from handbill.bulk import Bulk

__all__ = ["run"]

ASK = ("compile", "parcel", "--channel", "messenger", "--channel-id", "c")
GOOD = people(3)
BAD = [{"to": "8", "first_name": "Wolfeschlegelsteinhausenbergerdorff"}, {"to": "9", "first_name": "Max", "days": 0}]

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def file(project: Path) -> Path:
    """Three good rows, two bad ones, a good one."""
    path = project / "people.jsonl"
    path.write_bytes(written([*GOOD, *BAD, {"to": "10", "first_name": "Ann"}], path.suffix))
    return path


def left(folder: Path) -> list[str]:
    """What is in the folder besides the project."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("handbill.toml", "templates"))


# ---- what is written


def test_a_bad_row_ends_it_and_no_file_is_there(project: Path, file: Path, run: Run) -> None:
    ended = run(*ASK, "--recipients", file, "--out", "out.jsonl", code=1)
    assert "people.jsonl:4" in ended.output
    assert "people.jsonl:5" not in ended.output
    assert "stopped at the first bad row, out.jsonl not written" in ended.output
    assert left(project) == ["people.jsonl"]


def test_on_standard_output_is_what_was_before_the_bad_row(file: Path, run: Run) -> None:
    ended = run(*ASK, "--recipients", file, code=1)
    assert len(ended.stdout.splitlines()) == 3
    assert "3 messages written before it" in ended.stderr


def test_bad_rows_can_be_left_out_and_the_exit_code_says_so(project: Path, file: Path, run: Run) -> None:
    ended = run(*ASK, "--recipients", file, "--out", "out.jsonl", "--on-error", "skip", code=1)
    assert "4 messages in out.jsonl; 2 rows skipped (1 text-too-long, 1 wrong-parameter)" in ended.stderr
    assert ended.stdout == ""
    lines = (project / "out.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["external_conversation_reference"]["id"] for line in lines] == [
        *(row["to"] for row in GOOD), "10",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["people.jsonl", "people.csv"])
def test_rows_laid_aside_are_mended_and_compiled_again(project: Path, run: Run, name: str) -> None:
    rows = [{"days": 3, **row, "VIP": "yes"} for row in [*GOOD, *BAD]]
    (project / name).write_bytes(written(rows, Path(name).suffix))
    run(*ASK, "--recipients", name, "--errors", "bad.jsonl", "--out", "out.jsonl", code=1)
    bad = [json.loads(line) for line in (project / "bad.jsonl").read_bytes().splitlines()]
    notes = [row.pop("handbill:problem") for row in bad]
    assert bad == rows[3:]
    first = 5 if name.endswith(".csv") else 4
    assert (notes[0]["row"], notes[0]["line"], notes[0]["code"]) == (4, first, "text-too-long")
    assert notes[0]["problem"] == "Quick reply title too long: 40 characters; Messenger allows 20"
    text = (project / "bad.jsonl").read_text(encoding="utf-8")
    (project / "bad.jsonl").write_text(
        text.replace("Wolfeschlegelsteinhausenbergerdorff", "Wolf").replace('"days":0', '"days":1'), encoding="utf-8"
    )
    again = run(*ASK, "--recipients", "bad.jsonl", "--out", "rest.jsonl")
    assert "handbill:problem" not in again.output
    assert "2 messages in rest.jsonl" in again.stderr


def test_a_row_that_cannot_be_read_is_laid_aside_as_it_stands(project: Path, run: Run) -> None:
    (project / "people.jsonl").write_bytes(b'{"to": "1"\n{"to": "2", "first_name": "A", "n": 1e999}\n')
    run(*ASK, "--recipients", "people.jsonl", "--errors", "bad.jsonl", "--out", "out.jsonl", code=1)
    bad = [json.loads(line) for line in (project / "bad.jsonl").read_bytes().splitlines()]
    assert [row["handbill:problem"]["text"] for row in bad] == [
        '{"to": "1"',
        '{"to": "2", "first_name": "A", "n": 1e999}',
    ]


def test_without_bad_rows_the_file_for_them_is_empty(project: Path, run: Run) -> None:
    (project / "people.csv").write_bytes(written(GOOD, ".csv"))
    run(*ASK, "--recipients", "people.csv", "--errors", "bad.jsonl", "--out", "out.jsonl")
    assert (project / "bad.jsonl").read_bytes() == b""


def test_a_folder_has_a_file_for_each(project: Path, run: Run) -> None:
    rows = [{**row, "id": id_} for row, id_ in zip(GOOD, ["A1", "../x y", ""], strict=True)]
    (project / "people.jsonl").write_bytes(written([*rows[:2], BAD[0], rows[2]], ".jsonl"))
    ended = run(*ASK, "--recipients", "people.jsonl", "--out", "deep/out/", "--on-error", "skip", code=1)
    assert "3 messages in deep/out, a file each, named by row number and `id`; 1 row skipped" in ended.stderr
    assert "not used" not in ended.stderr
    assert left(project / "deep/out") == ["0000001-A1.json", "0000002-.._x_y.json", "0000004.json"]
    one = (project / "deep/out/0000001-A1.json").read_bytes()
    alone = run("compile", "parcel", "--channel", "messenger", "--channel-id", "c", "--to", GOOD[0]["to"],
                "--set", "first_name=Zoë", "--set", "days=1")  # fmt: skip
    assert one == alone.stdout_bytes
    run(*ASK, "--recipients", "people.jsonl", "--out", "deep/out/", "--on-error", "skip", code=2)
    run(
        *ASK, "--recipients", "people.jsonl", "--out", "deep/out/", "--on-error", "skip", "--force", "--compact", code=1
    )
    assert (project / "deep/out/0000001-A1.json").read_bytes().count(b"\n") == 1
    run(*ASK, "--recipients", "people.jsonl", "--out", "other/", code=1)
    assert left(project) == ["deep", "people.jsonl"]


def test_nothing_is_overwritten_unasked(project: Path, file: Path, run: Run) -> None:
    (project / "out.jsonl").write_text("mine", encoding="utf-8")
    ended = run(*ASK, "--recipients", file, "--out", "out.jsonl", code=2)
    assert "out.jsonl is there already; --force replaces it." in ended.output
    run(*ASK, "--recipients", file, "--out", "new.jsonl", "--errors", "out.jsonl", code=2)
    run(*ASK, "--recipients", file, "--out", "out.jsonl", "--force", code=1)  # a bad row
    assert (project / "out.jsonl").read_text(encoding="utf-8") == "mine"
    run(*ASK, "--recipients", file, "--out", "out.jsonl", "--force", "--limit", 3)
    assert (project / "out.jsonl").read_bytes().count(b"\n") == 3
    for same in (["--out", file], ["--out", "new.jsonl", "--errors", "new.jsonl"], ["--errors", file]):
        assert "different files" in run(*ASK, "--recipients", file, "--force", *same, code=2).output
    assert file.read_bytes().count(b"\n") == 6


def test_a_place_that_cannot_be_written_is_wrong_usage(project: Path, file: Path, run: Run) -> None:
    assert "cannot write" in run(*ASK, "--recipients", file, "--out", "none/out.jsonl", code=2).output
    (project / "plain").write_text("", encoding="utf-8")
    assert "cannot write" in run(*ASK, "--recipients", file, "--out", "plain/out/", code=2).output
    ended = run(*ASK, "--recipients", file, "--out", "out.jsonl", "--errors", "none/bad.jsonl", code=2)
    assert "cannot write" in ended.output
    assert left(project) == ["people.jsonl", "plain"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device")
def test_a_disk_that_is_full_is_told(project: Path, file: Path, run: Run) -> None:
    assert (
        "/dev/full: no space left" in run(*ASK, "--recipients", file, "--out", "/dev/full", "--limit", 3, code=2).output
    )


def test_a_sample_says_which_rows(project: Path, run: Run) -> None:
    (project / "people.jsonl").write_bytes(written(people(40), ".jsonl"))
    first = run(*ASK, "--recipients", "people.jsonl", "--sample", 3)
    again = run(*ASK, "--recipients", "people.jsonl", "--sample", 3, "--jobs", 2)
    assert first.output == again.output
    said = next(line for line in first.stderr.splitlines() if line.startswith("sample: rows "))
    rows = [int(number) for number in said.removeprefix("sample: rows ").split(", ")]
    ids = [json.loads(line)["external_conversation_reference"]["id"] for line in first.stdout.splitlines()]
    assert ids == [str(10**15 + row - 1) for row in rows]


def test_options_that_do_not_go_together(file: Path, run: Run) -> None:
    for odd in (["--to", "1"], ["--example", "x"], ["--set", "a=b"], ["--explain"]):
        assert f"{odd[0]} does not go with --recipients" in run(*ASK, "--recipients", file, *odd, code=2).output
    for odd in (["--limit", 1], ["--sample", 1], ["--jobs", 2], ["--on-error", "skip"], ["--errors", "x"]):
        assert f"{odd[0]} goes with --recipients" in run(*ASK[:4], *odd, code=2).output
    assert "leave out --recipients" in run("compile", "--all", "--out", "b", "--recipients", file, code=2).output
    assert "--no-address goes with" in run(*ASK, "--recipients", file, "--no-address", code=2).output


def test_what_is_not_given_and_what_nobody_asks_for(project: Path, file: Path, run: Run) -> None:
    missing = run(*ASK[:4], "--recipients", file, code=1)
    assert "`channel_id` is the id of the channel" in missing.output
    assert "give it to all: --channel-id ID" in missing.output
    (project / "people.csv").write_bytes(written(GOOD, ".csv"))
    missing = run(*ASK[:4], "--recipients", "people.csv", code=1)
    assert "--map channel_id=COLUMN; or give it to all: --channel-id ID" in missing.output
    odd = run(*ASK, "--recipients", file, "--address", "planet=1", code=2)
    assert "genesys-event has no address field `planet`; it knows channel_id, to." in odd.output
    assert run(*ASK[:4], "--recipients", file, "--no-address", "--limit", 3).stdout.count("conversation") == 0


def test_no_network_is_loaded(project: Path, file: Path) -> None:
    code = (
        "import sys; from handbill.cli.group import handbill\n"
        "try: handbill(sys.argv[1:])\n"
        "except SystemExit: print(sorted({'httpx', 'socket', 'starlette', 'rich'} & set(sys.modules)), file=sys.stderr)"
    )
    words = [*ASK, "--recipients", str(file), "--limit", "3", "--out", "o.jsonl"]
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1] in ("[]", "['socket']")


# ---- how it ends


def test_interrupted_leaves_nothing_half_written(
    project: Path, file: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Bulk.__iter__

    def interrupted(self: Bulk):
        yield next(real(self))
        raise KeyboardInterrupt

    monkeypatch.setattr(Bulk, "__iter__", interrupted)
    for out in ("out.jsonl", "out/"):
        ended = run(*ASK, "--recipients", file, "--out", out, "--errors", "bad.jsonl", code=130)
        assert f"interrupted after 6 rows, {out.rstrip('/')} not written" in ended.output
        assert left(project) == ["people.jsonl"]


@pytest.fixture
def many(project: Path) -> Path:
    """Enough for several processes, and for a pipe to be full."""
    path = project / "many.jsonl"
    path.write_bytes(written(people(7), ".jsonl") * 2_500)
    return path


def _children(process: subprocess.Popen[bytes]) -> list[int]:
    """The processes that it has, once it has them. Its output is read up to there, and then goes no further."""
    assert process.stdout is not None
    found: list[str] = []
    while len(found) < 2 and process.stdout.read(10_000):
        found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(word) for word in found]


def _gone(pids: list[int]) -> bool:
    for _ in range(200):
        if not any(Path(f"/proc/{pid}").exists() and "\tZ" not in _status(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _status(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return "\tZ"


@linux
def test_ctrl_c_ends_every_process(project: Path, many: Path) -> None:
    process = command(project, "--recipients", many, "--jobs", 2, start_new_session=True)
    children = _children(process)
    assert len(children) == 2
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert b"interrupted after" in said
    assert b"messages written before it" in said
    assert b"Traceback" not in said
    assert _gone(children)


@linux
def test_a_process_that_dies_is_told_and_not_waited_for(project: Path, many: Path) -> None:
    process = command(project, "--recipients", many, "--jobs", 2)
    children = _children(process)
    os.kill(children[0], signal.SIGKILL)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert b"error: too-costly" in said
    assert b"signal 9" in said
    assert b"many.jsonl:" in said
    assert _gone(children)


@linux
def test_processes_end_with_the_one_that_made_them(project: Path, many: Path) -> None:
    process = command(project, "--recipients", many, "--jobs", 2)
    children = _children(process)
    process.kill()
    process.communicate(timeout=60)
    assert _gone(children)


@linux
def test_a_reader_that_has_enough_ends_it_quietly(project: Path, many: Path) -> None:
    process = command(project, "--recipients", many, "--jobs", 2)
    children = _children(process)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=60) == 1
    assert said == b""
    assert _gone(children)


@linux
@pytest.mark.parametrize("out", ["out.jsonl", "-"])
def test_several_processes_write_what_one_writes(project: Path, many: Path, out: str) -> None:
    wholes = []
    for jobs in (1, 2):
        process = command(project, "--recipients", many, "--jobs", jobs, "--out", out, "--force")
        whole, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
        assert b"17,500 messages" in said
        wholes.append((project / out).read_bytes() if out != "-" else whole)
    assert wholes[0].count(b"\n") == 17_500
    assert wholes[0] == wholes[1]
