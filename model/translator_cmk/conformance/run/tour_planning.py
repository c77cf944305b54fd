"""Plan the sequences of a tour: each scope gets a share of the steps."""

from collections.abc import Iterable, Iterator

from ...explore.scopes import Scope
from ...explore.suites import Suite, suite


def suites(scopes: Iterable[Scope], steps: int) -> Iterator[Suite]:
    """Yield sequences of each scope, the smallest first, with an equal share of the steps that are
    left.
    """
    waiting = sorted(scopes, key=pairs)
    left = steps
    for number, scope in enumerate(waiting):
        share = left // (len(waiting) - number)
        at_least = len(scope.start) + 2  # a reset, the way to the scope, and one command
        made = within(scope, max(share, at_least))
        left -= made.steps
        yield made


def within(scope: Scope, steps: int) -> Suite:
    """Return sequences of a scope in so many steps: a whole tour if there is room for one, or what
    is worth most.
    """
    if pairs(scope) <= steps:
        whole = suite(scope)
        if whole.steps <= steps:
            return whole
    return suite(scope, steps)


def pairs(scope: Scope) -> int:
    """Return the number of pairs of a state and a command of a scope, at most."""
    return scope.states * len(scope.alphabet)
