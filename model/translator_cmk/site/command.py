"""The command `translator-cmk site`."""

import argparse
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from .. import features_dir
from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..verdict import Status

RESULTS = Path(".results/run")
JUDGED = (
    "features",
    "model",
    "tests/machine",
    "tests/conftest.py",
    ":!model/translator_cmk/site",
    ":!model/translator_cmk/cli.py",
)
"""What the results of a run depend on, from the root of the source."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `site`."""
    parser.add_argument(
        "--results",
        metavar="DIR",
        type=Path,
        help=f"report of pytest --results or verify (default: {RESULTS}; without it nothing counts "
        "as run)",
    )
    parser.add_argument(
        "--docs",
        metavar="DIR",
        type=Path,
        default=Path("docs"),
        help="the folder of the pages (default: docs)",
    )


def run(args: argparse.Namespace) -> int:
    """Write the generated parts of the site; raises `CommandError` for bad input.

    Return 4 if a page could not be computed, and 1 if a law of the model does not hold: the model
    is broken, and the pages say so.
    Where writing fails, the generated parts of an earlier run go: their badges would stay green.
    """
    # here, since Jinja is in the extra `site`, and --help needs none of this
    from ..conformance.results import load_results
    from .content import MODEL, load_content
    from .laws import run_laws
    from .pages import FOLDERS, generate
    from .render import replace_folders

    if not args.docs.is_dir():
        raise CommandError(
            f"{args.docs}: no such folder; run this in the root of the project, or use --docs DIR"
        )
    try:
        results = (
            load_results(args.results or RESULTS) if args.results or RESULTS.exists() else None
        )
        content = load_content(results, args.docs)
        root = features_dir().parent
        evidence = content.evidence
        if results and results.subject == MODEL and not evidence.stale:
            evidence = replace(evidence, laws=run_laws(root))
        is_of_the_checkout = args.docs.resolve().is_relative_to(root)
        changed = uncommitted(root) if results and is_of_the_checkout else ""
        if changed:
            warn_of_uncommitted(changed)
            evidence = replace(evidence, stale=f"{changed} is not committed")
        content = content._replace(evidence=evidence)
        generated = generate(content)
        replace_folders(args.docs, FOLDERS, generated.files)
    except BaseException as error:
        for folder in FOLDERS:
            shutil.rmtree(args.docs / folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise CommandError(str(error)) from None
        raise
    for each in content.implementations:
        if each.problems:
            print(
                f"translator-cmk: warning: {each.name}: not shown: {'; '.join(each.problems)}",
                file=sys.stderr,
            )
    for path, why in generated.not_computed.items():
        print(f"translator-cmk: warning: {path}: not computed: {why}", file=sys.stderr)
    print(
        f"{args.docs}: {len(generated.files)} files generated; {content.evidence.subject}: "
        f"{content.evidence.whole.words}"
    )
    if generated.not_computed:
        return INCOMPLETE
    for law in content.evidence.beyond:
        if law.status is Status.FAILED:
            return DEVIATIONS
    return OK


def warn_of_uncommitted(changed: str) -> None:
    """Print that nothing counts before this file is committed."""
    print(
        f"translator-cmk: warning: {changed} is not committed, so everything is stale; "
        "commit it, then run make site",
        file=sys.stderr,
    )


def uncommitted(root: Path) -> str:
    """Return a file that results depend on and no commit has as it is; empty without such a file or
    a repository.
    """
    if not (root / ".git").exists() or not shutil.which("git"):
        return ""
    command = ["git", "-C", str(root), "status", "--porcelain", "--", *JUDGED]
    return (
        subprocess.run(command, capture_output=True, text=True, check=False)
        .stdout[3:]
        .partition("\n")[0]
    )
