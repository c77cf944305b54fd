"""The command `translator-cmk site`."""

import argparse
import sys
from pathlib import Path

from ..bdd.features import FeatureError
from ..errors import OK, CommandError

RESULTS = Path(".results/run")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `site`."""
    parser.add_argument(
        "--results",
        metavar="DIR",
        type=Path,
        help=f"report of pytest --results or verify (default: {RESULTS}; without it nothing counts as run)",
    )
    parser.add_argument(
        "--docs", metavar="DIR", type=Path, default=Path("docs"), help="the folder of the pages (default: docs)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the generated parts of the site; raises `CommandError` for bad input."""
    # here, since Jinja is in the extra `site`, and --help needs none of this
    from ..conformance.results import ResultsError, load_results
    from .content import load_content
    from .pages import FOLDERS, generate
    from .render import replace_folders

    try:
        if not args.docs.is_dir():
            raise OSError(f"{args.docs}: no such folder; run this in the root of the project, or use --docs DIR")
        results = load_results(args.results or RESULTS) if args.results or RESULTS.exists() else None
        content = load_content(results, args.docs)
        files = generate(content)
        replace_folders(args.docs, FOLDERS, files)
    except (FeatureError, ResultsError, OSError) as error:
        raise CommandError(str(error)) from None
    for each in content.implementations:
        if each.problems:
            print(f"translator-cmk: warning: {each.name}: not shown: {'; '.join(each.problems)}", file=sys.stderr)
    print(f"{args.docs}: {len(files)} files generated; {content.evidence.subject}: {content.evidence.whole.words}")
    return OK
