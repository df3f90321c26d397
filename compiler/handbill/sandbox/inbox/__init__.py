"""The inbox at `/`: what arrived, as the customer would see it; what went wrong; and taps, which answer."""

from __future__ import annotations
