"""The command `register`: prints the register as text or JSON."""

import argparse
import json
from collections import Counter

from ..errors import OK
from .exports import register_to_json
from .loading import load_register
from .register import Register, Requirement
from .revision_option import add_revision_option


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `register`."""
    parser.add_argument(
        "--json",
        action="store_true",
        help="print JSON: an array with an object for each requirement",
    )
    add_revision_option(parser.add_argument)


def run(args: argparse.Namespace) -> int:
    """Print the register; raises `CommandError`."""
    register = load_register(revision=args.revision)
    if args.json:
        print(json.dumps(register_to_json(register), indent=2))
    else:
        print(format_register(register))
    return OK


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
