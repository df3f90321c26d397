"""A Genesys Cloud on this computer: the routes that Handbill sends to, and every way in which they go wrong.

It listens on loopback only, keeps what it took in memory, and sends nothing to anybody.
"""
