"""The command `register`: prints the register as text or JSON, and how two registers differ."""

import argparse
import json
from collections import Counter

from ..errors import DEVIATIONS, EXIT_CODES, OK
from .differences import differences
from .exports import register_to_json
from .frozen_registers import load_entries
from .loading import FOLDER, load_register
from .register import Register, Requirement
from .revision_option import add_revision_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `register`, and `diff`."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON: an array with an object for each requirement",
    )
    add_revision_option(parser)
    diff = parser.add_subparsers(metavar="COMMAND").add_parser(
        "diff",
        help="compare two registers, by requirement",
        description="Compare two registers, by requirement, as Markdown for a changelog.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    named = "a release, a file that 'register --json' wrote, or a folder of YAML"
    diff.add_argument("before", metavar="A", help=named)
    diff.add_argument(
        "after", metavar="B", nargs="?", help=f"{named} (default: the register of this package)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the register, or how two differ; raises `CommandError`."""
    if "before" in args:
        return print_differences(args.before, args.after or FOLDER)
    register = load_register(revision=args.revision)
    if args.json:
        print(json.dumps(register_to_json(register), indent=2))
    else:
        print(format_register(register))
    return OK


def print_differences(before: str, after: object) -> int:
    """Print how two registers differ, and return the exit code; raises `CommandError`."""
    entries_before = load_entries(before)
    entries_after = load_entries(str(after))
    lines = list(differences(entries_before, entries_after))
    if not lines:
        print(f"no difference in {len(entries_after)} requirements")
        return OK
    print("\n".join(lines))
    return DEVIATIONS


def format_register(register: Register) -> str:
    """Return the register as a table by topic: id, basis, kind, statements, title."""
    id_width = max(len(name) for name in register)
    statements_width = max(
        len(" ".join(requirement.statements)) for requirement in register.values()
    )
    lines = []
    for topic, requirements in register.topics.items():
        lines += [topic, "-" * len(topic)]
        for requirement in requirements:
            cells = [
                f"{requirement.id:<{id_width}}",
                f"{basis_in(register, requirement):<11}",
                f"{requirement.kind:<11}",
                f"{' '.join(requirement.statements):<{statements_width}}",
                requirement.title,
            ]
            lines.append("  ".join(cells))
        lines.append("")
    bases = Counter(basis_in(register, requirement) for requirement in register.values())
    counted = ", ".join(f"{count} {basis}" for basis, count in bases.items())
    total = f"{len(register)} requirements ({counted})"
    lines.append(
        f"{total} from {len(register.statements)} statements of {register.article.title!r}, "
        f"revision of {register.revision}"
    )
    return "\n".join(lines)


def basis_in(register: Register, requirement: Requirement) -> str:
    """Return the basis of a requirement, or that it is silent in the revision of the register."""
    if requirement.is_in(register.revision):
        return requirement.basis
    return "silent"
