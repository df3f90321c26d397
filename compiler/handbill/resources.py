"""The data that ships with Handbill: `schemas/` and `templates/`.

In a wheel they lie inside the package; in a checkout (and an editable install) beside it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).parent


@cache
def folder(kind: str) -> Path:
    """The folder of one kind of shipped data: `schemas` or `templates`."""
    inside = _PACKAGE / kind
    return inside if inside.is_dir() else _PACKAGE.parents[1] / kind


@cache
def load(name: str) -> Any:
    """A shipped JSON file, by its path under `schemas/`: `messenger/limits.json`. Not to be changed."""
    return json.loads((folder("schemas") / name).read_bytes())
