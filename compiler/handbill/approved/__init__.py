"""Texts that a vendor has approved: what is known of them, whether a message fits them, what approval asks for."""

from __future__ import annotations

from .judging import Approvals
from .lock import Approved, Lock

__all__ = ["Approvals", "Approved", "Lock"]
