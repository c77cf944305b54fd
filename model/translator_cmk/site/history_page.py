"""The page on kept runs, and on what changed from one to the next."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from ..gherkin.results import Results
from .content import Content
from .evidence import WORDS
from .kept import Difference, Run, difference
from .last_run import mark, run_line, subject
from .markup import UP, filled, moment, plain, table

THIS = ""
"""The file of the run that this site is made from."""


def history_page(content: Content) -> str:
    """The page."""
    current = content.evidence.results
    is_kept = any(run.results.finished == current.finished for run in content.kept) if current else True
    runs = [*content.kept, *([Run(THIS, current)] if current and not is_kept else [])]
    return filled(
        "history",
        run=run_line(content.evidence),
        runs=table(["Run", "Subject", "What came out", "Digest", "File"], map(line, runs))
        if runs
        else "There is none.",
        differences="\n\n".join(block for each in pairwise(runs) for block in blocks(*each))
        or "There are no two runs to compare.",
    )


def line(run: Run) -> list[str]:
    """A line on one run."""
    counts = Counter(item.status for item in run.results.items)
    told = ", ".join(f"{count} {mark(WORDS[status])}" for status, count in sorted(counts.items()))
    file = f"[{run.file}]({UP}history/{run.file})" if run.file else "[this run](last-run.md)"
    when = f'<span id="{anchor(run.results)}">{moment(run.results.finished)}</span>' if run.file else "this run"
    return [when, subject(run.results), told, f"`{run.results.digest[:12]}`", file]


def anchor(results: Results) -> str:
    """Where on the page a run is."""
    return "run-" + results.finished.lower().replace(":", "")


def blocks(before: Run, after: Run) -> Iterator[str]:
    """What changed from one run to the next."""
    found = difference(before.results, after.results)
    name = f"{anchor(before.results)}-{'now' if after.file == THIS else anchor(after.results)}"
    until = "this run" if after.file == THIS else after.results.finished[:10]
    yield f"### From {before.results.finished[:10]} to {until} {{ #{name} }}"
    yield f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed."
    if any(found):
        yield table(["What", "Before", "After"], lines(found))


def lines(found: Difference) -> Iterator[list[str]]:
    """A line for each thing that differs."""
    for name in found.added:
        yield [plain(name), "not there", "added"]
    for name in found.removed:
        yield [plain(name), "there", "removed"]
    for name, was, now in found.changed:
        yield [plain(name), mark(WORDS[was]), mark(WORDS[now])]
