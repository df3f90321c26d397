"""What is saved is shown: events, a project that breaks and is mended, and what a check finds."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from preview.conftest import HELLO, Looking, Start, made

PATIENCE = 60.0  # seconds, on a busy computer


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return made(tmp_path)


@contextmanager
def listening(looking: Looking) -> Iterator[Iterator[str]]:
    """The names of events as they come."""
    with looking.client.stream("GET", "/events", timeout=PATIENCE) as answer:
        lines = answer.iter_lines()
        next(lines)
        yield (line.removeprefix("event: ") for line in lines if line.startswith("event: "))


def until(looking: Looking, path: str, words: str, *, gone: bool = False) -> str:
    """The page, once it has these words."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        page = looking.client.get(path).text
        if (words in page) is not gone:
            return page
        time.sleep(0.05)
    raise AssertionError(f"{words!r} never {'left' if gone else 'came to'} {path}: {page}")


def write(path: Path, text: str) -> None:
    """As an editor does: beside it first, and then into its place."""
    beside = path.with_name(f".{path.name}.swp")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test_a_file_that_is_saved_is_told_and_shown(start: Start, root: Path) -> None:
    looking = start(root)
    until(looking, "/", "Checking", gone=True)  # the files are watched by then
    with listening(looking) as events:
        write(root / "templates/notes/hello.json.j2", HELLO.replace("Hello", "Good morning"))
        assert any(event == "changed" for event in events)
    assert "Good morning." in looking.page("/t/notes/hello")


def test_what_is_typed_stays_when_a_file_is_saved(start: Start, root: Path) -> None:
    looking = start(root)
    form = {"example": "default", "base": "default", "t/first_name": "Eve", "n/price": "1", "l/stores": "0"}
    assert "Hi Eve" in looking.page("/t/order", **form)
    path = root / "templates/order.json.j2"
    write(path, path.read_text(encoding="utf-8").replace("Hi ", "Dear "))
    until(looking, "/t/order", "Dear Zoë")
    assert "Dear Eve" in looking.page("/t/order", **form)


def test_a_template_comes_and_goes(start: Start, root: Path) -> None:
    looking = start(root)
    path = root / "templates/new/deep.json.j2"
    write(path, HELLO)
    until(looking, "/", 'href="/t/new/deep"')
    path.unlink()
    until(looking, "/", 'href="/t/new/deep"', gone=True)


def test_an_included_file_counts(start: Start, root: Path) -> None:
    (root / "templates/_word.txt").write_text("Hello", encoding="utf-8")
    write(root / "templates/inc.json.j2", '{"template_type": "text", "text": "{% include "_word.json.j2" %}"}')
    write(root / "templates/_word.json.j2", "Hello")
    looking = start(root)
    until(looking, "/t/inc", ">Hello<")
    write(root / "templates/_word.json.j2", "Goodbye")
    until(looking, "/t/inc", ">Goodbye<")


def test_a_broken_template_is_shown_as_its_findings(start: Start, root: Path) -> None:
    looking = start(root)
    path = root / "templates/order.json.j2"
    whole = path.read_text(encoding="utf-8")
    write(path, whole.replace("params:", "params: ["))
    page = until(looking, "/t/order", "bad-front-matter")
    assert "order.json.j2:" in page
    write(path, whole.replace("{{ first_name }}", "{{ first_name"))
    until(looking, "/t/order", "template-syntax")
    write(path, whole)
    until(looking, "/t/order", "Hi Zoë")


def test_a_contract_that_is_none_is_no_form(start: Start, root: Path) -> None:
    write(root / "templates/odd.json.j2", f"---\nparams: {{x: {{type: 5, maxItems: many}}}}\n---\n{HELLO}")
    page = start(root).page("/t/odd")
    assert "invalid-contract" in page
    assert "fault of Handbill" not in page


def test_a_channel_that_nobody_knows(start: Start, root: Path) -> None:
    write(root / "templates/odd.json.j2", f"---\nchannels: [mesenger]\n---\n{HELLO}")
    page = start(root).page("/t/odd")
    assert "did you mean <code>messenger</code>?" in page
    assert "odd.json.j2:2:12" in page


def test_broken_settings_are_shown_and_the_server_lives(start: Start, root: Path) -> None:
    looking = start(root)
    config = root / "handbill.toml"
    whole = config.read_text(encoding="utf-8")
    until(looking, "/", "Checking", gone=True)
    write(config, 'channels = ["messenger"\n')
    page = until(looking, "/", "bad-config")
    assert "the list is never closed" in page
    assert "bad-config" in looking.page("/t/order")
    write(config, 'channels = ["mesenger"]\n')
    until(looking, "/", "did you mean <code>messenger</code>?")
    write(config, whole)
    until(looking, "/", 'href="/t/order"')


def test_a_project_that_is_broken_from_the_start(start: Start, root: Path) -> None:
    config = root / "handbill.toml"
    write(config, 'editor = "javascript:alert(1)//{path}"\n')
    looking = start(root)
    assert "bad-config" in looking.page("/")
    assert 'href="javascript' not in looking.page("/")
    write(config, "")
    until(looking, "/t/order", "Hi Zoë")


def test_folders_follow_the_settings(start: Start, root: Path) -> None:
    looking = start(root)
    for name in ("here", "there"):
        write(root / f"other/{name}.json.j2", HELLO)
    until(looking, "/", "Checking", gone=True)
    write(root / "handbill.toml", 'templates = ["other"]\n')
    until(looking, "/", 'href="/t/there"')
    write(root / "other/there.json.j2", HELLO.replace("Hello", "Moved"))
    until(looking, "/t/there", "Moved.")


def test_a_check_counts_problems_and_tells_of_them(start: Start, root: Path) -> None:
    write(root / "templates/long.json.j2", json.dumps({"template_type": "text", "text": "x" * 3000}))
    looking = start(root)
    page = until(looking, "/", "badge-error")
    assert "2 errors" in page
    cards = page[page.index("pv-cards") :]
    assert cards.index(">long<") < cards.index(">order<")  # problems first
    page = until(looking, "/checked?template=long", "text-too-long")
    assert "/t/long?channel=messenger" in page
    write(root / "templates/long.json.j2", HELLO)
    until(looking, "/", "badge-error", gone=True)


def test_a_file_that_no_template_reads_changes_nothing(start: Start, root: Path) -> None:
    looking = start(root)
    until(looking, "/", "Checking", gone=True)
    before = looking.preview.library.version
    (root / "templates/.order.json.j2.swp").write_text("x", encoding="utf-8")
    (root / "notes.txt").write_text("x", encoding="utf-8")
    with listening(looking) as events:
        write(root / "templates/notes/hello.json.j2", HELLO + " ")
        next(events)
    assert looking.preview.library.version == before + 1


def test_a_stop_ends_what_it_has_started(start: Start, root: Path) -> None:
    looking = start(root)
    until(looking, "/t/order", "Hi Zoë")
    process = looking.preview._stages._process._process
    assert process is not None
    with listening(looking) as events:
        began = time.monotonic()
        looking.preview.stop()
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            list(events)
        assert looking.preview._thread is not None
        looking.preview._thread.join(PATIENCE)
    assert time.monotonic() - began < 5
    process.join(PATIENCE)
    assert not process.is_alive()
