"""Streams and files."""

from __future__ import annotations

import io
import stat

import pytest
from handbill.cli.output import coloured, say, write_files


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colour(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    assert coloured(Terminal())
    assert not coloured(io.StringIO())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(Terminal())
    monkeypatch.setenv("NO_COLOR", "")
    assert coloured(Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured(Terminal())


def test_a_stream_without_unicode():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    say("1 │ Zoë", stream)
    assert stream.buffer.getvalue() == b"1 | Zo\\xeb"


def test_files_are_whole_and_as_others_make_them(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_files({path: b"1"})
    (tmp_path / "other").touch()
    assert path.read_bytes() == b"1"
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_failure_leaves_everything_as_it_was(tmp_path):
    (tmp_path / "kept.json").write_bytes(b"before")
    (tmp_path / "folder").mkdir()
    wanted = {tmp_path / "kept.json": b"1", tmp_path / "new" / "deep" / "x.json": b"2", tmp_path / "folder": b"3"}
    with pytest.raises(OSError, match="folder"):
        write_files(wanted)
    assert (tmp_path / "kept.json").read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["folder", "kept.json"]


def test_a_failure_half_way_through_writing(tmp_path, monkeypatch):
    """As with a full disk: the file is open, and writing ends in an error."""

    def full(path, *args):
        handle = open(path, "xb")  # noqa: SIM115
        handle.write(b"half")
        handle.close()
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.open", full)
    with pytest.raises(OSError, match="No space"):
        write_files({tmp_path / "x" / "a.json": b"whole"})
    assert list(tmp_path.iterdir()) == []


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.json").write_bytes(b"before")
    (tmp_path / "link.json").symlink_to("real.json")
    write_files({tmp_path / "link.json": b"after"})
    assert (tmp_path / "link.json").is_symlink()
    assert (tmp_path / "real.json").read_bytes() == b"after"
