"""Templates to look at and to try in a browser: a server on this computer that compiles as one types."""

from __future__ import annotations
