"""What the web servers that run on the user's own computer share: who may ask, and how they are run."""

from __future__ import annotations
