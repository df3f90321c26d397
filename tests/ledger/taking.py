"""Claims rows and records them as sent until none is left: FOLDER OWNER. Prints the rows it had."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from handbill.send.ledger import Ledger, Result
from handbill.send.outcome import State
from ledger.making import LEASE, RUN

folder, owner = sys.argv[1:]
sys.stdin.readline()  # all begin at once
with Ledger.open(Path(folder)) as ledger:
    while claims := ledger.claim(RUN, owner, 5, LEASE, time.time()):
        sys.stdout.write("".join(f"{claim.row}\n" for claim in claims))
        assert ledger.record(RUN, owner, [Result(claim.row, State.SENT) for claim in claims]) == len(claims)
