"""Shrinks a sequence that a system fails: to one that fails in the same way, and from which nothing can be left out."""

from collections.abc import Callable, Sequence

from ..machine import Command

Commands = tuple[Command, ...]

ATTEMPTS = 200
"""How many shorter sequences are tried at most."""


def shrunk(commands: Sequence[Command], fails: Callable[[Commands], bool], attempts: int = ATTEMPTS) -> Commands:
    """A shortest sequence that can be had by leaving out one run of commands after another, longer runs first.

    ``fails`` says whether a sequence still fails; the last command stays.
    """
    kept = tuple(commands)
    size = max(len(kept) // 2, 1)
    while size and attempts > 0:
        at = 0
        while at < len(kept) - 1 and attempts > 0:
            shorter = (*kept[:at], *kept[min(at + size, len(kept) - 1) :])
            attempts -= 1
            if fails(shorter):
                kept = shorter
            else:
                at += size
        size //= 2
    return kept
