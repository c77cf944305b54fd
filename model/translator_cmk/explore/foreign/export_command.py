"""The command `translator-cmk export`: a scope in the language of another model checker."""

import argparse
from pathlib import Path

from ...errors import OK, CommandError
from ..commands import chosen, described
from ..engines.tabulated import NotTabulated
from ..scopes import SCOPES, Scope
from ..theorems import THEOREMS, Theorem
from ..tours.command import STANDARD_OUTPUT, write
from .murphi import murphi
from .promela import promela
from .tightened import tightened
from .transition_system import TransitionSystem, transition_system

LANGUAGES = {"promela": promela, "murphi": murphi}

LOOKED_FOR = {theorem.name: theorem for theorem in THEOREMS if theorem.form in ("always", "sometimes")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `export`."""
    parser.add_argument(
        "--scope",
        choices=[scope.name for scope in SCOPES],
        metavar="SCOPE",
        required=True,
        help=f"what to export: {', '.join(map(described, SCOPES))}",
    )
    parser.add_argument(
        "--to", choices=list(LANGUAGES), required=True, help="promela, which Spin reads, or murphi as Rumur reads it"
    )
    parser.add_argument(
        "--theorem",
        metavar="NAME",
        help="a theorem about states, as `translator-cmk theorems` names it: a check then ends where it is broken, or "
        "where what it says comes about",
    )
    parser.add_argument(
        "--moves-only",
        action="store_true",
        help="only the steps that change something, told as briefly as can be: for a fast check",
    )
    parser.add_argument("--output", metavar="FILE", default=STANDARD_OUTPUT, help="where to write it (default: here)")


def run(args: argparse.Namespace) -> int:
    """Writes the scope; exit code 2 for what can't be exported or written."""
    if args.theorem and args.moves_only:
        raise CommandError("a theorem goes with every step: leave out --moves-only, or --theorem")
    if args.theorem and args.theorem not in LOOKED_FOR:
        raise CommandError(f"{args.theorem} is no theorem about states; `translator-cmk theorems` names them")
    (scope,) = chosen(args.scope)
    try:
        text = LANGUAGES[args.to](exported(scope, LOOKED_FOR.get(args.theorem), args.moves_only))
    except NotTabulated as error:
        raise CommandError(f"{scope.name} can't be taken apart: {error}; another scope may be") from None
    if args.output == STANDARD_OUTPUT:
        print(text, end="")
        return OK
    write(Path(args.output), text.splitlines())
    return OK


def exported(scope: Scope, theorem: Theorem | None, moves_only: bool) -> TransitionSystem:
    """What is asked for."""
    return tightened(scope) if moves_only else transition_system(scope, theorem=theorem)
