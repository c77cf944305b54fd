"""Search of a scope: every state that can be reached, by the shortest way, and every command in each.

Engines go about it differently, and agree on all that they say but the seconds.
"""

from collections.abc import Callable, Iterable, Mapping

from ..machine import ROWS, Machine
from .exploration import Exploration
from .packed import packed
from .scopes import Scope
from .sets import sets
from .stepwise import Remembering, Report, stepwise
from .tabulated import NotTabulated
from .theorems.theorem import Theorem

Engine = Callable[[Scope, Machine, tuple[Theorem, ...], Report | None, bool], Exploration]
"""Searches a scope of a machine and holds theorems against it; told whom to report to, and whether to stop early."""

ENGINES: Mapping[str, Engine] = {
    "reference": stepwise("reference", lambda judge: judge),
    "remembering": stepwise("remembering", Remembering),
    "packed": packed,
    "sets": sets,
}


def explore(
    scope: Scope,
    machine: Machine | None = None,
    engine: str | None = None,
    theorems: Iterable[Theorem] = (),
    report: Report | None = None,
    stop: bool = False,
) -> Exploration:
    """Search a scope of the machine (of the article, unless another is given) and hold theorems against it.

    ``report`` is told now and then how far the search has come.  With ``stop`` it ends at the first broken theorem.
    Ctrl-C ends it too, and gives what it has found so far, which is not ``complete``.
    Raises `StartNotReached`, `NotTabulated` where the engine asked for cannot search the machine, and `ValueError`
    where there is no engine of that name.
    """
    name = engine or chosen(scope)
    if name not in ENGINES:
        raise ValueError(f"there is no engine {name!r}; the engines are {' and '.join(ENGINES)}")
    try:
        return ENGINES[name](scope, machine or Machine(ROWS), tuple(theorems), report, stop)
    except NotTabulated:
        if engine:
            raise
        return ENGINES["remembering"](scope, machine or Machine(ROWS), tuple(theorems), report, stop)


def chosen(scope: Scope) -> str:
    """The engine that suits the size of the scope."""
    return "reference" if scope.states is not None and scope.states < 500 else "packed"
