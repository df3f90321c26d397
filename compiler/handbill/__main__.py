"""`python -m handbill` is `handbill`."""

from __future__ import annotations

from .cli import main

main()
