"""What a message looks like: HTML that shows it the way a channel does, honest about what nobody knows."""

from __future__ import annotations

from .drawing import draw
from .gauges import Gauge, gauges
from .marking import Mark
from .pages import page, script, stylesheet
from .shown import Shown, framed, phone, shown

__all__ = ["Gauge", "Mark", "Shown", "draw", "framed", "gauges", "page", "phone", "script", "shown", "stylesheet"]
