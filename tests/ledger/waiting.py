"""Asks for permits of one limit: FOLDER NAME INTERVAL FROM UNTIL. Prints the moment at which each may be used.

Time is not the clock's but goes from FROM to UNTIL, as if each permit were waited for and used at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

from handbill.send.ledger import Ledger

folder, name = sys.argv[1:3]
interval, now, until = map(float, sys.argv[3:])
sys.stdin.readline()
with Ledger.open(Path(folder)) as ledger:
    while now < until:
        now += ledger.permit(name, interval, now)
        sys.stdout.write(f"{now!r}\n")
