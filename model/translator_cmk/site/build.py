"""Make every generated file, from the record of the last run if there is one: what the hook of
MkDocs in `docs/theme/generated.py` asks for.
"""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from .. import features_dir
from ..bdd.systems import PRODUCT_OF_THE_MODEL
from ..conformance.results import load_results
from ..errors import CommandError
from ..explore.scopes import StartNotReached
from ..machine import RowDefect
from .content import Content, load_content
from .laws import load_laws
from .pages import generate

LAST_RUN = Path(".results/run")
"""Where `make site` puts the record; without it, nothing counts as run."""
JUDGED = (
    "features",
    "model",
    "tests/machine",
    "tests/oracle",
    "tests/conftest.py",
    ":!model/translator_cmk/site",
    ":!model/translator_cmk/cli.py",
)
"""What the results of a run depend on, from the root of the source."""


class Made(NamedTuple):
    """The generated files by their paths from docs/, and what whoever builds the site should know,
    a line each.
    """

    files: Mapping[str, str | bytes]
    said: Sequence[str]


def make(record: Path, docs: Path) -> Made:
    """Return every generated file; raises `CommandError` for bad input, or rows that are wrong."""
    content = content_with_evidence(record, docs)
    try:
        files = generate(content)
    except (RowDefect, StartNotReached) as error:
        raise CommandError(f"a page can't be computed: {error}") from None
    evidence = content.evidence
    said = [f"{evidence.name}: {evidence.whole.words}"]
    if evidence.stale:
        said.append(f"{evidence.stale}, so everything is stale")
    for each in content.implementations:
        if each.problems:
            said.append(f"{each.name}: not shown: {'; '.join(each.problems)}")
    return Made(files, said)


def content_with_evidence(record: Path, docs: Path) -> Content:
    """Return the content of the pages, with what was run: the results, and the laws where they are
    of the model; everything is stale where something is not committed.  Raises `CommandError`.
    """
    results = None
    # a record that somebody names has to be there
    if record.exists() or record != LAST_RUN:
        results = load_results(record)
    content = load_content(results, docs)
    if results is None:
        return content
    root = features_dir().parent
    evidence = content.evidence
    if results.subject == PRODUCT_OF_THE_MODEL and not evidence.stale:
        evidence = replace(evidence, laws=load_laws(root))
    return content._replace(evidence=replace(evidence, stale=uncommitted(root) or evidence.stale))


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
    # before the name of a file stand two letters and a blank
    first, _, _ = done.stdout[3:].partition("\n")
    if not first:
        return ""
    return f"{first} is not committed"
