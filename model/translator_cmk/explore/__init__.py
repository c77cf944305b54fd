"""Bounded worlds, the graphs of their states, and tours through them."""
