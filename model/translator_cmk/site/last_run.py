"""What is said of the last run: in one line, in the first paragraphs of the home page, and on a page of its own."""

from collections.abc import Iterator, Sequence

from ..bdd.results import Item, Results
from .badges import LOOKS, Status
from .evidence import MODEL, WORDS, Evidence, number, percent
from .markup import UP, definitions, image, listed, moment, named, page, plain, table

OBSERVED = "never"
"""When the real service was seen to do what a requirement says: no checked report of a live run says that it was."""

HOW = "`make site` runs the features against the model and builds this site from what comes out."


def run_line(evidence: Evidence, badge: str = "") -> str:
    """A paragraph that says who was run and when, with a badge before it if one is given."""
    results = evidence.results
    if results is None:
        told = "Nothing has been run yet."
    else:
        stale = ", and the specification has changed since" if evidence.stale else ""
        told = f"Run against {subject(results)}, finished {moment(results.finished)}{stale}."
    return f"{badge} {told} Observed on Azure: {OBSERVED}.\n{{: .run }}".lstrip()


def whole_badge(evidence: Evidence, root: str = UP) -> str:
    """The badge of the whole."""
    return image(evidence.badge(evidence.whole), "all", root)


def subject(results: Results) -> str:
    """What was put to the test, in words."""
    return "the model" if results.subject == MODEL else plain(results.subject)


def first_paragraphs(evidence: Evidence) -> str:
    """What the home page says before anything else: what it is about, what was run, and that Azure was not asked."""
    article = evidence.register.article
    subject_is = "The model is a state machine in Python, written from the same article. " if of_model(evidence) else ""
    return (
        f"One article of Microsoft's documentation, [{plain(article.title)}]({article.url}) in its revision of "
        f"{article.revision}, is taken apart here into {len(evidence.register)} requirements. {what_was_run(evidence)} "
        f"**Nothing here has been observed on Azure.**\n\n{subject_is}Green on this site means that the subject of the "
        "run agreed with the specification, and nothing more. Where the article is silent, these pages say so."
    )


def of_model(evidence: Evidence) -> bool:
    """Whether there was a run, and of the model."""
    return evidence.results is not None and evidence.results.subject == MODEL


def what_was_run(evidence: Evidence) -> str:
    """What the last run came to."""
    results, whole = evidence.results, evidence.whole
    if results is None:
        return f"**Nothing has been run yet**, so everything on this site shows *not run*. {HOW}"
    told = f"{whole.passed()} of {number(whole.total(), 'scenario')} passed"
    run = f"in a run against **{subject(results)}** that finished {moment(results.finished)}"
    match whole.status:
        case Status.STALE:
            told = f"The specification has changed since its last run: everything is *stale*. **{told}** then, {run}."
        case Status.PASSED:
            told = f"**{told}** {run}."
        case Status.FAILED:
            told = f"**Not everything passed:** {told} {run}."
        case _:
            told = f"**The last run was not complete:** {told} {run}."
    return told


def last_run_page(evidence: Evidence, kept_as: str = "") -> str:
    """The page on the last run, which may be kept under this address."""
    results = evidence.results
    lasting = (
        f"[The page of this run]({kept_as}) keeps its address."
        if kept_as
        else "This one is not kept: `translator-cmk site --keep` gives it an address that stays."
    )
    return page(
        "The last run",
        "What was run last, against what, when, and what came of it.",
        run_line(evidence, whole_badge(evidence)),
        HOW if results is None else "",
        *run_blocks(evidence),
        "## Addresses and downloads { #downloads }",
        f"This page is always about the latest run. {lasting} Any two [kept runs](history.md#compare) can be compared.",
        "\n".join(downloads(results)),
    )


def run_blocks(evidence: Evidence, root: str = UP, kept: bool = False) -> Iterator[str]:
    """What there is to say of a run.  One that was kept has no badges: they are those of the last run."""
    results = evidence.results
    yield definitions(facts(results, evidence)) if results else ""
    yield "## What came out { #counts }"
    yield table(
        ["What was run", *(f"{LOOKS[each].glyph} {each.value}" for each in WORDS.values()), "in all"], counts(evidence)
    )
    yield "## By topic { #topics }"
    yield table(
        ["Topic", "Passed", "In all", "Percent, rounded down", *([] if kept else ["Evidence"])],
        by_topic(evidence, root, kept),
    )
    yield "## What did not pass { #not-passed }"
    yield not_passed(evidence, root)
    yield unknown(evidence)


def downloads(results: Results | None) -> Iterator[str]:
    """What other programs can read, a line each."""
    yield "- [Requirements with their evidence](../data/requirements.json), [schema](../data/requirements.schema.json)"
    if results:
        yield "- [Results of this run](../data/results.json), as it wrote them, [schema](../data/results.schema.json)"


def facts(results: Results, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Terms and what they are: how the run came about."""
    yield "Subject", subject(results)
    yield "Profile", plain(results.profile)
    yield "Selection", f"`{' '.join(results.selection)}`" if results.selection else "everything"
    yield "Started", plain(results.started)
    yield "Finished", plain(results.finished)
    yield "Complete", "yes" if results.complete else "no: it was broken off, or not everything was run to its end"
    yield "Versions", plain(", ".join(f"{name} {version}" for name, version in sorted(results.versions.items())))
    yield "Digest of what was run", f"`{results.digest}`{{ .digest }}"
    yield "Specification now", "changed since: everything is stale" if evidence.stale else "the same as was run"
    yield "Observed on Azure", OBSERVED


def counts(evidence: Evidence) -> Iterator[list[str]]:
    """A line for each kind of thing that is run: how many have which status."""
    for kind, count in evidence.whole.counts.items():
        yield [
            number(2, kind).removeprefix("2 "),
            *(str(count[status]) for status in WORDS.values()),
            str(count.total()),
        ]


def by_topic(evidence: Evidence, root: str, kept: bool) -> Iterator[list[str]]:
    """A line for each topic."""
    for feature in evidence.features:
        verdict = evidence.topic(feature.topic)
        passed, total = verdict.passed(), verdict.total()
        badge = [] if kept else [image(evidence.badge(verdict), f"topics/{feature.topic}")]
        link = f"[{feature.name}]({root}specification/{feature.topic}.md)"
        yield [link, str(passed), str(total), f"{percent(passed, total)} %", *badge]


def not_passed(evidence: Evidence, root: str) -> str:
    """Everything that was not seen to pass, with the reason."""
    results = evidence.results
    if results is None:
        return "Nothing was run, so nothing passed."
    missing = [] if evidence.stale else [name for name in evidence.pickles if name not in evidence.items]
    lines = [told(item, root) for item in results.items if item.status != "passed"]
    lines += [[plain(name), mark(Status.NOT_RUN), "not in the results", ""] for name in missing]
    note = "This is how it was; the specification has changed since." if evidence.stale else ""
    if not lines:
        return f"Everything passed. {note}".strip()
    found = table(["What", "Status", "Reason", "Requirements"], lines)
    return f"{note}\n\n{found}" if note else found


def told(item: Item, root: str) -> list[str]:
    """A line on something that did not pass."""
    requirements = listed([named(name, root) for name in item.requirements])
    return [plain(item.id), mark(WORDS[item.status]), plain(item.reason or ""), requirements]


def mark(status: Status) -> str:
    """A status with its glyph, in text."""
    return f"{LOOKS[status].glyph} {status.value}"


def unknown(evidence: Evidence) -> str:
    """What the results have and the features have not."""
    names: Sequence[str] = [] if evidence.stale else [name for name in evidence.items if name not in evidence.pickles]
    if not names:
        return ""
    return "## In the results and in no feature { #unknown }\n\n" + "\n".join(f"- {plain(name)}" for name in names)
