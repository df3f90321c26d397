"""Genesys Cloud and the channels' own APIs on this computer: where Handbill sends to, and all that goes wrong there.

It listens on loopback only, keeps what it took in memory, and sends nothing to anybody.
"""
