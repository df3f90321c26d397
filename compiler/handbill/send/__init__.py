"""Sending: the connection, the exact requests, their dump, and the one client that posts them."""
