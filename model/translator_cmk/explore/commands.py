"""The commands `translator-cmk explore` and `translator-cmk theorems`."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Sequence

from ..errors import DEVIATIONS, INCOMPLETE, OK
from ..machine import ROWS, Machine
from ..progress import ProgressBar
from .counterexample import counterexample
from .exploration import Progress, Report
from .scopes import SCOPES, Scope
from .search import SOON, explore
from .statements import Searched, as_data, is_broken, search_lines, theorem_lines
from .theorems import THEOREMS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `explore` and of `theorems`."""
    parser.add_argument(
        "--scope",
        choices=[scope.name for scope in SCOPES],
        metavar="SCOPE",
        help=f"what to search (default: each of up to {SOON:,} states): {', '.join(map(described, SCOPES))}. "
        "Larger scopes are searched by sets of states, which checks theorems about every state, but none about steps "
        "or about what is reached",
    )
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each scope")


def described(scope: Scope) -> str:
    """Return a scope and its size."""
    return scope.name if scope.states is None else f"{scope.name} ({scope.states:,} states)"


def run(args: argparse.Namespace) -> int:
    """Print what searches find; returns 0 where all theorems hold, 1 where one is broken, 4 after Ctrl-C."""
    return search_and_print(args, search_lines)


def run_theorems(args: argparse.Namespace) -> int:
    """Print every theorem with its verdict; returns as `run` does."""
    return search_and_print(args, theorem_lines)


def search_and_print(args: argparse.Namespace, lines: Callable[[Sequence[Searched]], Iterator[str]]) -> int:
    """Search what the arguments ask for, print it, and return the exit code."""
    searched = list(searches(chosen(args.scope)))
    print(json.dumps([as_data(each) for each in searched], indent=2) if args.json else "\n".join(lines(searched)))
    return exit_code(searched)


def chosen(name: str | None) -> list[Scope]:
    """Return the scope of that name, or all that are searched within seconds."""
    if name is not None:
        return [scope for scope in SCOPES if scope.name == name]
    return [scope for scope in SCOPES if scope.states is not None and scope.states <= SOON]


def searches(scopes: Iterable[Scope], machine: Machine | None = None) -> Iterator[Searched]:
    """Search each scope of the machine (by default the article's), until one search is interrupted."""
    machine = machine or Machine(ROWS)
    named = {theorem.name: theorem for theorem in THEOREMS}
    for scope in scopes:
        bar = ProgressBar(scope.name)
        found = explore(scope, machine, None, THEOREMS, reporter(scope, bar) if bar.visible else None)
        bar.clear()
        scenarios = {
            name: counterexample(scope, machine, named[name], broken).scenario for name, broken in found.broken.items()
        }
        yield Searched(found, scenarios)
        if not found.complete:
            return


def exit_code(searched: Iterable[Searched]) -> int:
    """Return the exit code after these searches."""
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
