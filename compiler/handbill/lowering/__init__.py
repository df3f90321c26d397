"""What a channel cannot show becomes what it can: the ladder, its steps, and what is lost on the way."""

from __future__ import annotations

from .explained import Explained
from .judging import problems
from .ladder import Ladder, Lowered, Trial
from .losses import KINDS, Loss
from .plan import Judged, Plan, added, plan
from .prose import Words, default_wording
from .telling import loss_diagnostics, tried

__all__ = [
    "KINDS",
    "Explained",
    "Judged",
    "Ladder",
    "Loss",
    "Lowered",
    "Plan",
    "Trial",
    "Words",
    "added",
    "default_wording",
    "loss_diagnostics",
    "plan",
    "problems",
    "tried",
]
