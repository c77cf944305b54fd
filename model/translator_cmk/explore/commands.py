"""The commands `translator-cmk explore` and `translator-cmk theorems`."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..machine import ROWS, Machine
from ..progress import ProgressBar
from .counterexample import counterexample
from .engines.stepwise import Report
from .engines.tabulated import NotTabulated
from .exploration import Progress
from .scopes import SCOPES, Scope
from .search import ENGINES, explore
from .statements import Searched, as_data, is_broken, search_lines, theorem_lines
from .theorems import LOCAL, THEOREMS

SOON = 5_000
"""How many states a scope has at most that is searched without being asked for by name: these take seconds."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `explore` and of `theorems`."""
    parser.add_argument(
        "--scope",
        choices=[scope.name for scope in SCOPES],
        metavar="SCOPE",
        help=f"what to search (default: each of up to {SOON:,} states): {', '.join(map(described, SCOPES))}",
    )
    parser.add_argument(
        "--engine",
        choices=list(ENGINES),
        help="how to search; all engines find the same, and 'sets' holds theorems about states alone "
        "(default: what suits the scope)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def described(scope: Scope) -> str:
    """A scope and its size."""
    return scope.name if scope.states is None else f"{scope.name} ({scope.states:,} states)"


def run(args: argparse.Namespace) -> int:
    """Prints what searches find; returns 0 where all theorems hold, 1 where one is broken, 4 after Ctrl-C."""
    return say(args, search_lines)


def run_theorems(args: argparse.Namespace) -> int:
    """Prints every theorem with what searches say of it; returns as `run` does."""
    return say(args, theorem_lines)


def say(args: argparse.Namespace, lines: Callable[[Sequence[Searched]], Iterator[str]]) -> int:
    """Search what the arguments ask for, print it, and return the exit code."""
    try:
        searched = list(searches(chosen(args.scope), args.engine))
    except NotTabulated as error:
        told = f"the engine {args.engine} cannot search {args.scope or 'every scope'}: {error}"
        raise CommandError(told) from None
    print(json.dumps([as_data(each) for each in searched], indent=2) if args.json else "\n".join(lines(searched)))
    return exit_code(searched)


def chosen(name: str | None) -> list[Scope]:
    """The scope of that name; without one, all that are searched in seconds."""
    if name is not None:
        return [scope for scope in SCOPES if scope.name == name]
    return [scope for scope in SCOPES if scope.states is not None and scope.states <= SOON]


def searches(scopes: Iterable[Scope], engine: str | None = None, machine: Machine | None = None) -> Iterator[Searched]:
    """A search of each scope of the machine (the article's, unless another is given), until one is interrupted."""
    machine = machine or Machine(ROWS)
    named = {theorem.name: theorem for theorem in THEOREMS}
    for scope in scopes:
        held = THEOREMS if (scope.states or 0) <= SOON else LOCAL
        bar = ProgressBar(scope.name)
        found = explore(scope, machine, engine, held, reporter(scope, bar) if bar.visible else None)
        bar.clear()
        scenarios = {
            name: counterexample(scope, machine, named[name], broken).scenario for name, broken in found.broken.items()
        }
        yield Searched(found, scenarios)
        if not found.complete:
            return


def exit_code(searched: Iterable[Searched]) -> int:
    """What the command returns after these searches."""
    if not all(each.found.complete for each in searched):
        return INCOMPLETE
    return DEVIATIONS if any(is_broken(theorem, each) for theorem in THEOREMS for each in searched) else OK


def reporter(scope: Scope, bar: ProgressBar) -> Report:
    """Return the function that shows the progress of a search."""
    total = f" of {scope.states:,}" if scope.states else ""

    def show(progress: Progress) -> None:
        bar.show(
            f"{progress.states:,}{total} states, {progress.rate:,.0f} steps/s, "
            f"{progress.frontier:,} at depth {progress.depth + 1}"
        )

    return show
