"""The option `--revision`, which chooses the revision of the article by its date."""

from collections.abc import Callable

WHAT_COUNTS = (
    "the revision of the article that counts, such as 2025-11-18 (default: 2025-01-28, which is "
    "specified)"
)


def add_revision_option(add: Callable[..., object], text: str = WHAT_COUNTS) -> None:
    """Add the option; the loader of the register reads it, and knows which revisions there are."""
    add("--revision", metavar="DATE", help=text)
