"""Secrets: text that shows itself to nobody by accident."""

from __future__ import annotations

import base64
from typing import NoReturn
from urllib.parse import quote

HIDDEN = "<hidden>"


class Secret:
    """A text that `repr`, `str`, f-strings and `%s` do not show. `reveal` is the one way to it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return HIDDEN

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


def in_url(secret: Secret) -> str:
    """As a part of a URL, or of its query. Telegram's tokens have a colon, which stays."""
    return quote(secret.reveal(), safe=":")


def basic(name: Secret, password: Secret) -> Secret:
    """What an Authorization header says behind "Basic " (RFC 7617)."""
    return Secret(base64.b64encode(f"{name.reveal()}:{password.reveal()}".encode()).decode())


class Redactor:
    """Takes the secrets it knows out of what a server said, before anyone reads it.

    A server may give back what it was sent: an error page that quotes the request's headers, for example.
    """

    def __init__(self, *secrets: Secret) -> None:
        self._secrets: list[Secret] = []
        for secret in secrets:
            self.learn(secret)

    def learn(self, secret: Secret) -> None:
        if secret.reveal():
            self._secrets.append(secret)

    def clean(self, text: str) -> str:
        """The text with every known secret hidden, as it is and as a URL writes it."""
        forms = {form for s in self._secrets for form in (s.reveal(), quote(s.reveal(), safe=""), in_url(s))}
        for form in sorted(forms, key=len, reverse=True):  # a secret within a longer one leaves no remains
            text = text.replace(form, HIDDEN)
        return text
