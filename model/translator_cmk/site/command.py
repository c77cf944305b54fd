"""The command `translator-cmk site`."""

import argparse
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .. import features_dir
from ..errors import DEVIATIONS, INCOMPLETE, OK, CommandError
from ..verdict import Status

if TYPE_CHECKING:
    from .content import Content

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
    from .pages import FOLDERS, generate
    from .render import replace_folders

    must_be_ours(args.docs)
    try:
        content = content_with_evidence(args)
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


def must_be_ours(docs: Path) -> None:
    """Raise `CommandError` if there is no such folder of pages, or if it has a folder that would be
    replaced and was not generated.
    """
    from .pages import FOLDERS, HOME

    if not docs.is_dir():
        raise CommandError(
            f"{docs}: no such folder; run this in the root of the project, or use --docs DIR"
        )
    if (docs / HOME).is_file():
        return
    for folder in FOLDERS:
        if (docs / folder).exists():
            raise CommandError(
                f"{docs / folder}: not made by translator-cmk site, which would replace it; "
                "move or delete it, or use --docs DIR"
            )


def content_with_evidence(args: argparse.Namespace) -> "Content":
    """Return the content of the pages, with what was run: the results, and the laws where they are
    of the model; everything is stale where something is not committed.  Raises `CommandError`.
    """
    from ..bdd.systems import PRODUCT_OF_THE_MODEL
    from ..conformance.results import load_results
    from .content import load_content
    from .laws import load_laws

    results = None
    if args.results or RESULTS.exists():
        results = load_results(args.results or RESULTS)
    content = load_content(results, args.docs)
    if results is None:
        return content
    root = features_dir().parent
    evidence = content.evidence
    if results.subject == PRODUCT_OF_THE_MODEL and not evidence.stale:
        evidence = replace(evidence, laws=load_laws(root))
    if args.docs.resolve().is_relative_to(root):
        problem = uncommitted(root)
        if problem:
            warn_of_uncommitted(problem)
            evidence = replace(evidence, stale=problem)
    return content._replace(evidence=evidence)


def warn_of_uncommitted(problem: str) -> None:
    """Print that nothing counts until this is mended."""
    remedy = "mend that"
    if problem.endswith(NOT_COMMITTED):
        remedy = "commit it"
    print(
        f"translator-cmk: warning: {problem}, so everything is stale; {remedy}, then run make site",
        file=sys.stderr,
    )


NOT_COMMITTED = "is not committed"


def uncommitted(root: Path) -> str:
    """Return which file that results depend on no commit has as it is, or why git can't tell;
    empty without either or without a repository.
    """
    if not (root / ".git").exists():
        return ""
    if not shutil.which("git"):
        return "git is not installed, so nothing is known to be committed"
    # a user's own setting may hide new files
    status = ["git", "-C", str(root), "status", "--porcelain", "--untracked-files=all"]
    done = subprocess.run([*status, "--", *JUDGED], capture_output=True, text=True, check=False)
    if done.returncode:
        words = " ".join(done.stderr.split())
        return f"git can't tell what is committed ({words})"
    first, _, _ = done.stdout[3:].partition("\n")
    if not first:
        return ""
    return f"{first} {NOT_COMMITTED}"
