"""Words as a list in a sentence: `a, b and c`."""

from collections.abc import Iterable


def listed(words: Iterable[str], conjunction: str = "and") -> str:
    """Return `a`, `a and b`, `a, b and c`; an empty text if there are no words."""
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"
