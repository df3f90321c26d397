"""The file that a ledger is: where it lies, who may read it, its tables, and what can be wrong with it."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from ..diagnostic import Diagnostic, Failed
from ..home import FOLDER, home
from ..resources import load

NAME = "ledger.db"
APPLICATION = 0x48424C47  # "HBLG", in the file's header: this is a ledger
VERSION = 2  # of the tables

_PAUSE = 0.01  # seconds between two looks at a file that another process is making

# A row is some 45 bytes. Who has it in hand is kept apart, so that a row does not grow and move when it is claimed.
TABLES = """
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
    template TEXT NOT NULL, template_digest TEXT NOT NULL, recipients TEXT NOT NULL, recipients_digest TEXT NOT NULL,
    channel TEXT NOT NULL, gateway TEXT NOT NULL, connection TEXT NOT NULL, unknown TEXT NOT NULL,
    phase TEXT NOT NULL, total INTEGER NOT NULL, settings TEXT NOT NULL
);
CREATE TABLE rows (
    run INTEGER NOT NULL, row INTEGER NOT NULL, line INTEGER NOT NULL,
    offset INTEGER NOT NULL, length INTEGER NOT NULL, recipient BLOB NOT NULL,
    state INTEGER NOT NULL, done INTEGER NOT NULL, attempts INTEGER NOT NULL, ambiguous INTEGER NOT NULL,
    due REAL NOT NULL, id TEXT NOT NULL, code TEXT NOT NULL, error TEXT NOT NULL,
    PRIMARY KEY (run, row)
) WITHOUT ROWID;
CREATE INDEX new_rows ON rows (run, row, due) WHERE state = 0;
CREATE TABLE claims (
    run INTEGER NOT NULL, row INTEGER NOT NULL, owner TEXT NOT NULL, lease REAL NOT NULL,
    PRIMARY KEY (run, row)
) WITHOUT ROWID;
CREATE TABLE permits (
    name TEXT NOT NULL PRIMARY KEY, tat REAL NOT NULL, held REAL NOT NULL
) WITHOUT ROWID;
"""
# The key of the hashes of recipients: without the file, nobody can try numbers to see whose hash they have.
_SINCE_2 = """
CREATE TABLE keys (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO keys VALUES ('recipients', randomblob(16))
"""


@cache
def data() -> dict[str, Any]:
    """The numbers of sending: `schemas/sending.json`."""
    facts: dict[str, Any] = load("sending.json")
    return facts


def connected(folder: Path) -> sqlite3.Connection:
    """A connection to the project's ledger, which is made when there is none. Raises Failed (bad-ledger)."""
    path = folder / FOLDER / NAME
    with told(path):
        home(folder)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)  # SQLite gives the same rights to the files it puts beside it
        db = sqlite3.connect(
            path, timeout=data()["ledger"]["busy_seconds"], isolation_level=None, check_same_thread=False
        )
        try:
            _prepare(db, path)
        except BaseException:
            db.close()
            raise
    return db


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    _made(db, path)
    _logged(db)
    db.execute("PRAGMA synchronous = FULL")  # NORMAL may forget the last commits when the power fails: sent twice
    db.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves it in the drive's cache


def _logged(db: sqlite3.Connection) -> None:
    """A log instead of a journal: who reads does not wait for who writes. The file says so from then on."""
    end = time.monotonic() + data()["ledger"]["busy_seconds"]
    while _pragma(db, "journal_mode") != "wal":
        try:
            db.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:  # for this, SQLite itself does not wait
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def _made(db: sqlite3.Connection, path: Path) -> None:
    """The tables are there, made in one transaction if they were not."""
    with transaction(db):
        application, version = _pragma(db, "application_id"), _pragma(db, "user_version")
        if (application, version) == (APPLICATION, VERSION):
            return
        if (application, version) == (APPLICATION, 1):
            _grown(db, _SINCE_2)
            return
        if application == APPLICATION:
            raise _bad(path, "Ledger of a newer Handbill", "A later version has written it.", "update Handbill")
        if application or version or db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            raise _not_one(path)
        _grown(db, TABLES + _SINCE_2)
        db.execute(f"PRAGMA application_id = {APPLICATION}")


def _grown(db: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _pragma(db: sqlite3.Connection, name: str) -> Any:
    return db.execute(f"PRAGMA {name}").fetchone()[0]


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All or nothing, and nobody else writes meanwhile. It is on the disk when the block ends."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield db
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turns what SQLite and the file system report into a Failed (bad-ledger). A fault of ours stays what it is."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError, sqlite3.InterfaceError):
        raise
    except sqlite3.Error as error:
        raise _explained(path, error) from error
    except OSError as error:
        raise _bad(path, "Ledger not readable", f"{(error.strerror or 'It cannot be opened')}.", _RIGHTS) from error


_RIGHTS = f"check who may write to {FOLDER} and to what is in it"


def _explained(path: Path, error: sqlite3.Error) -> Failed:
    name: str = getattr(error, "sqlite_errorname", "") or ""
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "BUSY" | "LOCKED":
            seconds = data()["ledger"]["busy_seconds"]
            return _bad(
                path, "Ledger in use", f"Another program has held it for more than {seconds} seconds.",
                "wait until that program has ended; nothing is lost",
            )  # fmt: skip
        case "READONLY" | "CANTOPEN" | "PERM" | "AUTH":
            return _bad(path, "Ledger not writable", "The file or its folder may not be written.", _RIGHTS)
        case "FULL":
            return _bad(path, "Disk full", "There is no room left.", "make room, then resume the run")
        case "NOTADB":
            return _not_one(path)
        case "CORRUPT":
            return _bad(path, "Ledger damaged", "The file is not whole.", "restore it from a copy; do not send anew")
        case _:
            return _bad(path, "Ledger failed", f"{error}.".capitalize(), "look at the disk, then resume the run")


def _not_one(path: Path) -> Failed:
    return _bad(path, "Not a ledger", "The file was not written by Handbill.", "move it away")


def _bad(path: Path, title: str, text: str, hint: str) -> Failed:
    return failed("bad-ledger", title, f"{path}: {text[:1].lower()}{text[1:]}", hint)


def failed(code: str, title: str, text: str, hint: str) -> Failed:
    return Failed(Diagnostic(code, title, text=text, hint=hint))
