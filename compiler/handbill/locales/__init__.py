"""Languages: files of translations, what is printed of them, and how numbers and dates are written."""

from __future__ import annotations

from .catalog import Catalog, Message, Phrase, Speech
from .po import Entry, Po, read_po

__all__ = ["Catalog", "Entry", "Message", "Phrase", "Po", "Speech", "read_po"]
