"""The file of payloads: what is written can be read by its place, by anyone who has the run, and by nobody else."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest
from handbill.diagnostic import Failed
from handbill.send import segments as module
from handbill.send.segments import Segments

RUN = "20261122-1534-k3f9"


def test_payloads_are_read_back_by_their_places(tmp_path: Path) -> None:
    with Segments(tmp_path, RUN) as first, Segments(tmp_path, RUN) as second:
        wanted = {place: line for line, place in zip([b"1\n", b"22\n"], first.append([b"1\n", b"22\n"]), strict=True)}
        wanted |= dict(zip(second.append([b"333\n"]), [b"333\n"], strict=True))
        wanted |= dict(zip(first.append([b"4\n"]), [b"4\n"], strict=True))
    with Segments(tmp_path, RUN) as later:
        assert {place: later.read(*place) for place in wanted} == wanted
        assert len(wanted) == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no such rights")
def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    with Segments(tmp_path, RUN) as segments:
        assert stat.S_IMODE(segments.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(segments.path.parent.stat().st_mode) == 0o700
        assert stat.S_IMODE(segments.path.parent.parent.stat().st_mode) == 0o700


def test_payloads_are_on_the_disk_before_their_places_are_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []
    write, sync = os.write, os.fsync
    monkeypatch.setattr(os, "write", lambda file, data: calls.append("write") or write(file, data))
    monkeypatch.setattr(os, "fsync", lambda file: calls.append("fsync") or sync(file))
    with Segments(tmp_path, RUN) as segments:
        calls.clear()
        segments.append([b"1\n"])
        assert calls == ["write", "fsync"]


def test_a_write_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with Segments(tmp_path, RUN) as segments:
        monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:2]))
        places = segments.append([b"abc\n", b"de\n"])
        assert [segments.read(*place) for place in places] == [b"abc\n", b"de\n"]


@pytest.mark.parametrize(
    "first", [b"", b"{", b"[]\n", b'{"handbill":1}\n', b'{"handbill":2,"run":"x","key":""}\n', b"\xff\n"]
)
def test_a_file_that_is_no_segment(tmp_path: Path, first: bytes) -> None:
    with Segments(tmp_path, RUN) as segments:
        place = segments.append([b"1\n"])[0]
    segments.path.write_bytes(first)
    with pytest.raises(Failed, match="cannot be read"), Segments(tmp_path, RUN) as again:
        again.read(*place)


def test_a_file_cut_short(tmp_path: Path) -> None:
    with Segments(tmp_path, RUN) as segments:
        (place,) = segments.append([b"1\n"])
        with pytest.raises(Failed, match="cannot be read"):
            segments.read(place.offset, place.length + 1)


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    with Segments(tmp_path, RUN) as segments:
        monkeypatch.setattr(module.os, "write", full)
        with pytest.raises(Failed) as failed:
            segments.append([b"1\n"])
    assert failed.value.diagnostics[0].code == "bad-ledger"


@pytest.mark.parametrize("run", ["", "..", "a/b", "../x", "a.b", "-"])
def test_a_runs_id_is_no_path(tmp_path: Path, run: str) -> None:
    with pytest.raises(ValueError):
        Segments(tmp_path, run)
