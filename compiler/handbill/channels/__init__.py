"""The channels, one line each."""

from __future__ import annotations

from functools import cache

from .base import Channel, Emitter, load_channel

CHANNELS = (
    "messenger",
    "instagram",
    "whatsapp",
    "webmessaging",
    "apple",
    "line",
    "x",
    "sms",
    "open",
    "telegram",
    "viber",
    "rcs",
    "slack",
    "teams",
    "discord",
    "googlechat",
    "twilio",
    "wechat",
    "kakao",
)


@cache
def channel(name: str) -> Channel:
    """A channel by its name. Raises KeyError when there is none."""
    if name not in CHANNELS:
        raise KeyError(name)
    return load_channel(name)


__all__ = ["CHANNELS", "Channel", "Emitter", "channel"]
