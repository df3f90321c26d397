"""`handbill` with claims that last for SECONDS only, for a test that cannot wait half a minute: SECONDS ARGUMENTS."""

from __future__ import annotations

import sys

from handbill.cli import main
from handbill.send.ledger_file import data

data()["campaign"]["lease"] = float(sys.argv.pop(1))
main()
