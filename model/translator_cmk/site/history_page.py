"""The pages on kept runs: all of them with what changed from each to the next, and one for each, which lasts."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from ..bdd.results import Results
from .badges import LOOKS
from .content import Content
from .evidence import WORDS, Evidence
from .kept import Difference, Run, difference
from .last_run import mark, run_blocks, run_line, subject
from .markup import UP, filled, moment, plain, requirement_path, table
from .topics import scenario_link

THIS = ""
"""The file of the run that this site is made from, where it is not kept."""


def history_page(content: Content) -> str:
    """The page of all runs."""
    runs = known_runs(content)
    return filled(
        "history",
        run=run_line(content.evidence),
        runs=table(["Run", "Subject", "What came out", "Digest", "File"], map(line, runs))
        if runs
        else "There is none.",
        compared=json.dumps(for_any_two(runs, content), ensure_ascii=False, separators=(",", ":")).replace(
            "<", "\\u003c"
        ),
        differences="\n\n".join(block for each in compared(runs) for block in blocks(*each, content))
        or "There are no two runs to compare.",
    )


def run_pages(content: Content) -> Iterator[tuple[str, str]]:
    """A page for each kept run, which keeps its address."""
    evidence = content.evidence
    current = evidence.results and evidence.results.digest
    for run in content.kept:
        then = Evidence(
            evidence.register, evidence.features, run.results, evidence.stale or run.results.digest != current
        )
        yield (
            f"evidence/{page_of(run)}",
            filled(
                "run",
                title=f"Run of {run.results.finished[:10]} {run.results.finished[11:16]} UTC",
                when=moment(run.results.finished),
                place=anchor(run.results),
                file=run.file,
                run="\n\n".join(run_blocks(then, UP + UP, kept=True)),
            ),
        )


def page_of(run: Run) -> str:
    """Where the page of a kept run is, from those of the evidence."""
    return f"runs/{run.file.removesuffix('.json')}.md"


def run_address(content: Content) -> str:
    """The address of the run that is shown, from the other pages of the evidence; empty where it is not kept."""
    current = content.evidence.results
    return next((page_of(run) for run in content.kept if current and run.results.finished == current.finished), "")


def known_runs(content: Content) -> Sequence[Run]:
    """The kept runs, oldest first, and the one that is shown if it is not among them."""
    current = content.evidence.results
    is_kept = current is None or any(run.results.finished == current.finished for run in content.kept)
    return [*content.kept, *([] if is_kept or current is None else [Run(THIS, current)])]


def compared(runs: Sequence[Run]) -> Iterator[tuple[Run, Run, Difference]]:
    """Each run with the next and what differs."""
    for before, after in pairwise(runs):
        yield before, after, difference(before.results, after.results)


def line(run: Run) -> list[str]:
    """A line on one run."""
    file = f"[{run.file}]({UP}history/{run.file})" if run.file else "not kept"
    when = moment(run.results.finished)
    named = f'<span id="{anchor(run.results)}"></span>[{when}]({page_of(run)})' if run.file else f"this run, {when}"
    return [named, subject(run.results), counted(run.results), f"`{run.results.digest[:12]}`", file]


def counted(results: Results) -> str:
    """How many have which status."""
    counts = Counter(item.status for item in results.items)
    return ", ".join(f"{count} {mark(WORDS[status])}" for status, count in sorted(counts.items()))


def anchor(results: Results) -> str:
    """Where on the page a run is."""
    return "run-" + results.finished.lower().replace(":", "")


def blocks(before: Run, after: Run, found: Difference, content: Content) -> Iterator[str]:
    """What changed from one run to the next."""
    name = f"{anchor(before.results)}-{'now' if after.file == THIS else anchor(after.results)}"
    yield f"### From {told(before)} to {told(after)} {{ #{name} }}"
    yield f"{len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} changed."
    if any(found):
        yield table(["What", "Before", "After"], lines(found, content))


def told(run: Run) -> str:
    """A run by its time, to the minute."""
    finished = run.results.finished
    return f"{finished[:10]} {finished[11:16]}" if run.file else "this run"


def lines(found: Difference, content: Content) -> Iterator[list[str]]:
    """A line for each thing that differs."""
    for name in found.added:
        yield [item(name, content), "not there", "added"]
    for name in found.removed:
        yield [item(name, content), "there", "removed"]
    for name, was, now in found.changed:
        yield [item(name, content), mark(WORDS[was]), mark(WORDS[now])]


def item(name: str, content: Content) -> str:
    """The id of something that was run, as a link where there is a scenario of this id."""
    pickle = content.evidence.pickles.get(name)
    return f"[{plain(name)}]({place(scenario_link(pickle, content))})" if pickle else plain(name)


def place(link: str) -> str:
    """Where a link of Markdown leads."""
    return link.rpartition("](")[2].removesuffix(")")


def in_script(value: object) -> str:
    """A value as JSON in a script of a page, which no text in it can end."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def for_any_two(runs: Iterable[Run], content: Content) -> dict[str, object]:
    """All that it takes to compare any two runs in the page: of each thing, its status by number, -1 where it lacks."""
    runs = list(runs)
    statuses = list(WORDS)
    of = [{(item.kind, item.id): statuses.index(item.status) for item in run.results.items} for run in runs]
    things = sorted(set().union(*of))
    register = content.evidence.register
    return {
        "runs": [
            {"key": run.file.removesuffix(".json") or "this", "name": f"{told(run)}, {run.results.subject}"}
            for run in runs
        ],
        "marks": [f"{LOOKS[each].glyph} {each.value}" for each in WORDS.values()],
        "things": [name for _, name in things],
        "places": [
            requirement_path(id_).replace(".md", ".html", 1) if (id_ := name.partition("/")[0]) in register else ""
            for _, name in things
        ],
        "statuses": [[found.get(thing, -1) for thing in things] for found in of],
    }
