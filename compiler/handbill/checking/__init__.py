"""A check of a project, template by template: what is kept from the last one, and done in several processes.

Whatever has a say about one template says it in `work.examine`; the rest of the package must not know what.
"""

from __future__ import annotations

from .asked import Asked, Examined

__all__ = ["Asked", "Examined"]
