"""Handbill compiles chat messages: one Jinja template in, the exact JSON a channel accepts out."""

__version__ = "0.1.0"
