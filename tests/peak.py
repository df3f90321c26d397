"""The most memory that a process has had, since its program began.

`ru_maxrss` of Linux counts what the process that started it had, too.
"""

from __future__ import annotations

import re
import resource
import sys
from pathlib import Path


def megabytes() -> int:
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"), re.MULTILINE)
        if found is not None:
            return int(found[1]) // 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1_000_000 if sys.platform == "darwin" else 1_000)
