"""Takes up a run of many rows: FOLDER. Prints seconds and megabytes at the most."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path

from handbill.send.ledger import Ledger
from ledger.making import LEASE, NOW, RUN
from peak import megabytes

start = time.perf_counter()
with Ledger.open(Path(sys.argv[1])) as ledger:
    ledger.run(RUN)
    ledger.lapse(RUN, math.inf, resend=False)
    counts = ledger.counts(RUN)
    assert ledger.next(RUN) == 0
    assert len(ledger.claim(RUN, "me", 100, LEASE, NOW)) == 100
seconds = time.perf_counter() - start
sys.stdout.write(f"{seconds} {megabytes()}\n")
