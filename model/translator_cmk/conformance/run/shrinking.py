"""Shorten a sequence that fails: leave commands out as long as it still fails."""

from collections.abc import Callable

from ...machine import Command

Commands = tuple[Command, ...]


def shrunk(commands: Commands, fails: Callable[[Commands], bool]) -> Commands:
    """Return a sequence that fails and has no command but the last that can be left out.

    One run of commands after another is left out, longer runs first.  ``fails`` says whether a
    sequence still fails.
    """
    kept = commands
    size = max(len(kept) // 2, 1)
    while size > 0:
        length_before = len(kept)
        start = 0
        while start < len(kept) - 1:
            end = min(start + size, len(kept) - 1)  # the last command is the one that fails
            shorter = kept[:start] + kept[end:]
            if fails(shorter):
                kept = shorter
            else:
                start += size
        # single commands are tried again and again, since one may have needed another that is gone
        if size > 1 or len(kept) == length_before:
            size //= 2
    return kept
