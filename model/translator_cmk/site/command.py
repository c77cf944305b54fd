"""The command `translator-cmk site`."""

import argparse
import sys
from pathlib import Path

from .. import features_dir
from ..gherkin.pickles import load_features
from ..gherkin.records import FeatureError
from ..gherkin.results import Results, ResultsError, is_stale, load_results
from ..requirements import RegisterError, load_register
from .content import Content
from .decisions import load_decisions
from .evidence import Evidence
from .generate import FOLDERS, generate
from .rows import fragments
from .strength import MUTANTS, MeasurementError, load_mutants
from .tree import replace_folders

RESULTS = Path(".results/results.json")
OK, USAGE = 0, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `site`."""
    parser.add_argument(
        "--results",
        metavar="FILE",
        type=Path,
        help=f"results that pytest --results wrote (default: {RESULTS}; without it nothing counts as run)",
    )
    parser.add_argument(
        "--docs", metavar="DIR", type=Path, default=Path("docs"), help="where the pages are (default: docs)"
    )


def run(args: argparse.Namespace) -> int:
    """Writes the generated parts of the site; exit code 2, with one line on standard error, for bad input."""
    try:
        if not args.docs.is_dir():
            raise OSError(f"{args.docs}: no such folder; run this at the root of the project, or say --docs DIR")
        content = load_content(args.results, args.docs)
        files = generate(content)
        replace_folders(args.docs, FOLDERS, files)
    except (FeatureError, MeasurementError, RegisterError, ResultsError, OSError) as error:
        print(f"translator-cmk: error: {' '.join(str(error).split())}", file=sys.stderr)
        return USAGE
    print(f"{args.docs}: {len(files)} files generated; {content.evidence.subject}: {content.evidence.whole.words}")
    return OK


def load_content(results: Path | None, docs: Path) -> Content:
    """All that pages are made from; raises what the readers of each part raise."""
    register = load_register()
    found = read_results(results)
    stale = found is not None and is_stale(found)
    evidence = Evidence(register, load_features(features_dir()), found, stale)
    return Content(evidence, fragments(register), load_decisions(docs / "decisions"), load_mutants(docs / MUTANTS))


def read_results(path: Path | None) -> Results | None:
    """The results in a file; of the default file, that it is not there means that nothing was run."""
    if path is None:
        return load_results(RESULTS) if RESULTS.exists() else None
    return load_results(path)
