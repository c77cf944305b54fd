"""The command `translator-cmk site`."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from .. import features_dir
from ..bdd.features import FeatureError, load_features
from ..bdd.results import Results, ResultsError, is_stale, load_results
from ..errors import OK, CommandError
from ..requirements import load_register
from .content import Content
from .coverage import COVERAGE, TOURS, load_coverage, load_tours
from .decisions import load_decisions
from .evidence import Evidence
from .generate import FOLDERS, generate
from .implementation_files import report_files
from .kept import FOLDER, keep, load_kept
from .kept_reports import FOLDER as REPORTS
from .kept_reports import REFUSED, Memory, load_reports
from .kills import EXAMPLE_MUTANTS, KILLS, load_example_mutants, load_kills
from .measured import MEASURED, PAGES, load_pages, load_theorems
from .peers import FOREIGN, PEERS, load_foreign, load_peers
from .rows import fragments
from .scopes import SCOPES, load_scopes
from .speed import BENCH, MEMORY, load_bench, load_memory
from .strength import MUTANTS, MeasurementError, load_mutants
from .tree import replace_folders

RESULTS = Path(".results/results.json")
CONFIRMED_REPORTS = Path(".results/confirmed_reports.json")


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
    parser.add_argument(
        "--keep", action="store_true", help="keep the run in the folder history of the pages, to be compared with later"
    )


def run(args: argparse.Namespace) -> int:
    """Writes the generated parts of the site; exit code 2, with one line on standard error, for bad input."""
    try:
        if not args.docs.is_dir():
            raise OSError(f"{args.docs}: no such folder; run this at the root of the project, or say --docs DIR")
        if args.keep:
            keep_run(args.results, args.docs)
        content = load_content(args.results, args.docs)
        files: dict[str, str | bytes] = {**generate(content), **dict(report_files(content.reports))}
        replace_folders(args.docs, FOLDERS, files)
    except (FeatureError, MeasurementError, ResultsError, OSError) as error:
        raise CommandError(str(error)) from None
    for warning in warnings(content):
        print(f"translator-cmk: warning: {warning}", file=sys.stderr)
    print(f"{args.docs}: {len(files)} files generated; {content.evidence.subject}: {content.evidence.whole.words}")
    return OK


def warnings(content: Content) -> Iterator[str]:
    """What is left out of the site, though it does not keep it from being made."""
    for each in content.reports:
        if each.standing == REFUSED:
            yield f"{each.folder}: not shown: {'; '.join(each.problems)}"


def load_content(results: Path | None, docs: Path) -> Content:
    """All that pages are made from; raises what the readers of each part raise."""
    register = load_register()
    found = read_results(results)
    stale = found is not None and is_stale(found)
    evidence = Evidence(register, load_features(features_dir()), found, stale)
    return Content(
        evidence,
        fragments(register),
        load_decisions(docs / "decisions"),
        load_mutants(docs / MUTANTS),
        load_theorems(docs / MEASURED),
        load_kept(docs / FOLDER),
        load_coverage(docs / COVERAGE),
        load_tours(docs / TOURS),
        load_scopes(docs / SCOPES),
        load_reports(docs / REPORTS, Memory(CONFIRMED_REPORTS)),
        load_pages(docs / PAGES),
        load_kills(docs / KILLS),
        load_peers(docs / PEERS),
        load_foreign(docs / FOREIGN),
        load_bench(docs / BENCH),
        load_example_mutants(docs / EXAMPLE_MUTANTS),
        load_memory(docs / MEMORY),
    )


def keep_run(results: Path | None, docs: Path) -> None:
    """Keep the run that is published; raises `ResultsError` where there is none."""
    found = read_results(results)
    if found is None:
        raise ResultsError(f"{RESULTS}: no run to keep; run the suite first, or say --results FILE")
    path = keep(found, docs / FOLDER)
    print(f"{path}: kept")


def read_results(path: Path | None) -> Results | None:
    """The results in a file; of the default file, that it is not there means that nothing was run."""
    if path is None:
        return load_results(RESULTS) if RESULTS.exists() else None
    return load_results(path)
