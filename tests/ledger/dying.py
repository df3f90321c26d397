"""Works on a run and dies before its n-th statement: FOLDER N. Notes in a file what the ledger has told it.

It goes through the whole life of rows, so that each kind of change is cut off somewhere. Prints "end" if it lives.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from pathlib import Path

from handbill.send import ledger_file
from handbill.send.ledger import Ledger, Refusal, Result
from handbill.send.outcome import State
from ledger.making import LEASE, NOW, RUN, entries, run

folder, last = Path(sys.argv[1]), int(sys.argv[2])
notes = os.open(folder / "notes", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
count = 0


def note(text: str) -> None:
    os.write(notes, f"{text}\n".encode())


def step(statement: str) -> None:
    global count
    count += 1
    if count == last:
        os._exit(9)


class Connection(sqlite3.Connection):
    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]
        self.set_trace_callback(step)


real = sqlite3.connect
ledger_file.sqlite3.connect = lambda *a, **k: real(*a, factory=Connection, **k)  # type: ignore[assignment]

with Ledger.open(folder) as ledger:
    ledger.create(run())
    note("created")
    ledger.add(RUN, entries(6))
    note("added")
    ledger.refuse(RUN, [Refusal(7, 8, "text-too-long", "Text too long")])
    ledger.phase(RUN, "ready", 7)
    note("ready")
    for number, state in enumerate([State.SENT, State.REJECTED, State.UNKNOWN, State.NEW], 1):
        (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW)
        note(f"claimed {claim.row}")
        ledger.record(RUN, "me", [Result(claim.row, state, due=NOW + 99)])
        note(f"recorded {number} {state}")
    (claim,) = ledger.claim(RUN, "me", 1, LEASE, NOW)
    note(f"claimed {claim.row}")
    ledger.renew(RUN, "me", LEASE, NOW + 1)
    ledger.release(RUN, "me")
    note(f"released {claim.row}")
    ledger.claim(RUN, "me", 2, LEASE, NOW)
    note("claimed 5\nclaimed 6")
    ledger.lapse(RUN, NOW + 2 * LEASE, resend=False)
    note("recorded 5 unknown\nrecorded 6 unknown")
    ledger.again(RUN, State.REJECTED)
    note("recorded 2 new")
    ledger.permit("name", 1.0, NOW)
    ledger.push("name", NOW + 9)
    note("end")
