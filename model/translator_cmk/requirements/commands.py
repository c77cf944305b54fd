"""The commands `register`, `source check` and `source fingerprint`."""

import argparse
import json
from pathlib import Path

from ..errors import DEVIATIONS, OK
from .drift import compare, describe, dump, read_copy
from .register import load_article, load_register
from .report import drift_json, drift_text, register_json, register_text


def register_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `register`."""
    parser.add_argument("--json", action="store_true", help="print JSON: an array with an object for each requirement")


def register(args: argparse.Namespace) -> int:
    """Print the register."""
    requirements = load_register()
    print(json.dumps(register_json(requirements), indent=2) if args.json else register_text(requirements))
    return OK


def check_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source check`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="your copy of the article, as Markdown in UTF-8")
    parser.add_argument("--json", action="store_true", help="print JSON, with every sentence")
    parser.add_argument(
        "--against",
        metavar="YAML",
        type=Path,
        help="the output of 'source fingerprint' for another copy (default: the revision that is specified)",
    )


def check(args: argparse.Namespace) -> int:
    """Compare a copy of the article with the register, or with the fingerprints of another copy."""
    requirements = load_register()
    article = load_article(args.against) if args.against else requirements.article
    drift = compare(article, read_copy(args.file), args.file)
    if args.json:
        print(json.dumps(drift_json(drift, article, requirements), indent=2))
    else:
        print(drift_text(drift, article, requirements, args.file))
    return DEVIATIONS if drift.found else OK


def fingerprint_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `source fingerprint`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a copy of the article, as Markdown in UTF-8")


def fingerprint(args: argparse.Namespace) -> int:
    """Print the places of a copy of the article as YAML; sentences that are known keep what they carry."""
    print(dump(describe(read_copy(args.file), load_register().article)), end="")
    return OK
