"""Payloads read back: the neutral message that a body shows, whoever made it.

No channel has a reader of its own. What emission does with a message is learned by emitting probes, whose leaves say
where in the message they stood; a body is read by what was learned, and emitted again to see whether it was understood.
"""

from __future__ import annotations

from .body import Read, read_body

__all__ = ["Read", "read_body"]
