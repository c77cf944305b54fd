"""Search of a scope: every state that can be reached, by the shortest way, and every command in each.

Engines go about it differently, and agree on all that they say but the seconds.
"""

from collections.abc import Callable, Iterable, Mapping

from ..machine import ROWS, Machine
from .engines.packed import packed
from .engines.sets import sets
from .engines.stepwise import Remembering, Report, stepwise
from .engines.symmetric import symmetric
from .engines.tabulated import NotTabulated
from .exploration import Exploration
from .scopes import Scope
from .theorems.theorem import Theorem

Engine = Callable[[Scope, Machine, tuple[Theorem, ...], Report | None, bool], Exploration]
"""Searches a scope of a machine and holds theorems against it; told whom to report to, and whether to stop early."""

ENGINES: Mapping[str, Engine] = {
    "reference": stepwise("reference", lambda judge: judge),
    "remembering": stepwise("remembering", Remembering),
    "packed": packed,
    "sets": sets,
    "symmetric": symmetric,
}


ABOUT_STATES = ("always", "sometimes")

VERY_FEW, FEW, MANY = 500, 5_000, 50_000
"""States below which plain steps are quickest, below which remembered steps are, and above which sets of states are."""


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
    The engine "sets" holds theorems about states, and none about steps.
    Raises `StartNotReached`, `NotTabulated` where the engine asked for cannot search the machine, and `ValueError`
    where there is no engine of that name.
    """
    held = tuple(theorems)
    name = engine or chosen(scope, held)
    if name not in ENGINES:
        raise ValueError(f"there is no engine {name!r}; the engines are {', '.join(ENGINES)}")
    if name == "sets":
        held = tuple(theorem for theorem in held if theorem.form in ABOUT_STATES)
    try:
        return ENGINES[name](scope, machine or Machine(ROWS), held, report, stop)
    except NotTabulated:
        if engine:
            raise
        return ENGINES["remembering"](scope, machine or Machine(ROWS), held, report, stop)


def chosen(scope: Scope, theorems: tuple[Theorem, ...] = ()) -> str:
    """The engine that suits the scope and what is to be held against it.

    Tables are worth making where many states share them, and with theorems about steps they are larger.  Where there
    are many states, so many combinations of what can be reached are among them that sets of them pay.
    """
    about_steps = any(theorem.form not in ABOUT_STATES for theorem in theorems)
    states = scope.states or FEW
    if states < (FEW if about_steps else VERY_FEW):
        return "remembering" if about_steps else "reference"
    if not about_steps and (scope.interchangeable or states > MANY):
        return "sets"
    return "symmetric" if scope.interchangeable else "packed"
