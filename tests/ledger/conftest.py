"""A ledger with one run of a few rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from handbill.send.ledger import Ledger
from ledger.making import ROWS, RUN, entries, run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project whose ledger has a run that is ready."""
    with Ledger.open(tmp_path) as ledger:
        ledger.create(run())
        ledger.add(RUN, entries(ROWS))
        ledger.phase(RUN, "ready", ROWS)
    return tmp_path


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    with Ledger.open(folder) as opened:
        yield opened
