"""Write the analysis of a run as a document for people who were not there: what was tested, what
the article says, what was done, what was seen and when, and what that settles.
"""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence

from ... import __version__
from ...bdd.feature_records import slug
from ...digest import kit_digest
from ...language.declaration import OF_AZURE
from ...requirements import Register, Requirement, load_register
from ...verdict import HAS_FAILED, OF_REQUIREMENTS, Status
from ..cases import FEATURES, FUZZ, TOUR, Envelope
from ..selection import SELECTED
from .by_requirement import Cell, cells, shown_once, verdict
from .cause_blocks import CauseBlock, cause_blocks
from .document import (
    Block,
    Code,
    Commands,
    Document,
    Folded,
    Heading,
    Items,
    Link,
    Paragraph,
    Strong,
    Table,
    Text,
)
from .essentials import facts_of, title_of
from .left_out import KINDS_OF_TEST, gaps
from .line_of_time import loss_blocks, sequence_title, shown_worlds, world_blocks
from .timeline import World
from .wording import (
    WHAT_COUNTS,
    amount_of,
    counted,
    headline,
    is_called_the_model,
    kit_of,
    product,
)

MOST_OPEN = 25
"""How many rows a table has at most that is not folded."""


def analysis(envelope: Envelope, worlds: Sequence[World]) -> Document:
    """Return the document."""
    register = load_register(revision=envelope["register"]["article"])
    found = cells(envelope, register)
    tried = {name: cell for name, cell in found.items() if was_tried(cell)}
    blocks: list[Block] = [Heading(1, f"{name_of(envelope)}: {headline(envelope)}")]
    blocks += whose(envelope)
    blocks += tested(envelope)
    blocks += by_microsoft(register, tried.keys() | shown_once(envelope).keys())
    blocks += done(envelope, worlds)
    blocks.append(Heading(2, "What we saw, and when"))
    blocks += seen(envelope, worlds)
    blocks += settled(envelope, register, tried)
    blocks += open_still(envelope, found, worlds)
    blocks += repeated(envelope)
    return tuple(blocks)


LONGEST_VERSION = 40
"""Characters of a version that stands in the title."""


def name_of(envelope: Envelope) -> str:
    """Return the product, with its version unless that is long, as it is of a cloud."""
    subject = envelope["subject"]
    if subject is not None and len(subject["version"]) > LONGEST_VERSION:
        return str(subject["product"])
    return product(envelope)


def was_tried(cell: Cell) -> bool:
    return cell.status not in (Status.NOT_RUN, Status.DECLARED) and cell.applicable > 0


# Whose answers these are


def whose(envelope: Envelope) -> Iterator[Block]:
    """Yield whether this was Azure, and who has judged it."""
    name = product(envelope)
    if is_called_the_model(envelope):
        yield Paragraph(
            (
                Strong("An example, not an observation."),
                " The system under test was the model of this specification itself. Its answers "
                "show nothing about Azure.",
            )
        )
    elif name.startswith(OF_AZURE):
        yield Paragraph(
            (
                Strong("Observed on Azure, as whoever ran it says."),
                " Microsoft has not reviewed this page.",
            )
        )
    else:
        yield Paragraph(
            (
                Strong("Not observed on Azure."),
                " The answers are those of the system that was run, under the name that it gives "
                "itself. They show nothing about Microsoft's service.",
            )
        )
    if envelope["digest"] != kit_digest():
        yield Paragraph(
            (
                Strong("Judged by another kit."),
                f" The verdicts are those of {kit_of(envelope)}. translator-cmk {__version__} has "
                "only laid them out on this page.",
            )
        )


# What was tested


def tested(envelope: Envelope) -> Iterator[Block]:
    """Yield the facts about system and run."""
    yield Heading(2, "What was tested")
    article = load_register(revision=envelope["register"]["article"]).article
    rows: list[tuple[Text, Text]] = [
        (("System",), (system_of(envelope),)),
        (("Run",), (f"{envelope['started']} to {envelope['finished']} (UTC)",)),
        (("Compared with",), (Link(article.title, article.url), f", revision {article.revision}")),
        (("Profile",), (Code(envelope["profile"]), f": {WHAT_COUNTS[envelope['profile']]}")),
        (("Result",), (counted(envelope["counts"]["scored"]),)),
        (("Tested and judged by",), (kit_of(envelope),)),
        (
            ("Attested by",),
            (
                "nobody whom the report names. Whoever ran the kit wrote the log, and vouches for "
                "it",
            ),
        ),
    ]
    subject = envelope["subject"]
    if subject is not None:
        rows.append((("Not shown by the system",), (", ".join(subject["hidden"]) or "nothing",)))
        rows.append((("Delays that it declares",), (windows_of(subject),)))
    yield Table(("What", "In this run"), tuple(rows))


def system_of(envelope: Envelope) -> str:
    """Return the product with the whole of its version."""
    subject = envelope["subject"]
    if subject is None or len(subject["version"]) <= LONGEST_VERSION:
        return product(envelope)
    return f"{subject['product']}, {subject['version']}"


def windows_of(subject: Mapping[str, object]) -> str:
    """Return for how long the effects of which commands may be late."""
    windows = subject["windows"]
    assert isinstance(windows, dict)
    if not windows:
        return "none"
    return ", ".join(f"{command} {seconds} s" for command, seconds in windows.items())


# What the article says


def by_microsoft(register: Register, tried: Collection[str]) -> Iterator[Block]:
    """Yield the requirements that were tried, with their places in the article."""
    yield Heading(2, "What Microsoft says")
    yield Paragraph(
        (
            "These requirements were tried, in our words. ",
            Strong("Stated"),
            ": a sentence of the article says so. ",
            Strong("Implied"),
            ": it follows from sentences. ",
            Strong("Environment"),
            ": another Microsoft document says so. ",
            Strong("Assumed"),
            ": nobody says so, and we had to choose.",
        )
    )
    rows = []
    for requirement in register.values():
        if requirement.id in tried:
            rows.append((*about(requirement), places(requirement, register)))
    yield from folded_if_long(
        "requirements", Table(("Requirement", "Basis", "Where it says so"), tuple(rows))
    )


def places(requirement: Requirement, register: Register) -> Text:
    """Return the sentences of the article behind a requirement, or its other source."""
    if requirement.source is not None:
        return (Link(requirement.source.title, requirement.source.url),)
    parts: list[str | Link] = []
    for number in requirement.statements:
        for place in register.statements[number].places:
            if parts:
                parts.append("; ")
            url = f"{register.article.url}#{slug(place.section)}"
            parts.append(Link(f"{number}: {place}", url))
    return tuple(parts) or ("no sentence",)


def folded_if_long(what: str, table: Table) -> Iterator[Block]:
    """Yield a table, which has to be opened if it has many rows."""
    count = len(table.rows)
    if count > MOST_OPEN:
        yield Folded(f"All {count} {what}", (table,))
    elif count:
        yield table
    else:
        yield Paragraph(("None.",))


# What was done


def done(envelope: Envelope, worlds: Sequence[World]) -> Iterator[Block]:
    """Yield how the requests were chosen, and those of the sequences that are shown."""
    yield Heading(2, "What we did")
    items: list[Text] = []
    for lane in envelope["lanes"]:
        name, means = KINDS_OF_TEST[lane]
        items.append((f"{name}, {means}: {amount_of(envelope, lane)}",))
    yield Items(tuple(items))
    yield Paragraph(
        (
            "Each sequence began with nothing there, under names of its own. After each request "
            "the kit looked at everything that the system shows, as long as effects were due.",
        )
    )
    shown = shown_worlds(envelope, worlds)
    if len(shown) < 2:
        return
    yield Paragraph(
        (
            f"The log has {len(worlds)} sequences: {requests_in(worlds)}. These are shown below, "
            "as failures and losses come before others:",
        )
    )
    titles: list[Text] = []
    for world in shown:
        titles.append((f"{sequence_title(envelope, world)}: {requests_in([world])}",))
    yield Items(tuple(titles), numbered=True)


def requests_in(worlds: Sequence[World]) -> str:
    """Return how many requests there are."""
    count = sum(len(world.steps) for world in worlds)
    return f"{count:,} {'request' if count == 1 else 'requests'}"


# What was seen


def seen(envelope: Envelope, worlds: Sequence[World]) -> Iterator[Block]:
    """Yield how long each loss took to show, and the time line of each sequence that is shown."""
    yield Paragraph(
        (
            "Times are seconds since the run began, and delays are since the answer. A change is "
            "seen by looking: it was there at one look, and not yet at the look before.",
        )
    )
    yield from loss_blocks(worlds)
    for number, world in enumerate(shown_worlds(envelope, worlds), start=1):
        yield from world_blocks(envelope, world, number)


# What that settles


def settled(envelope: Envelope, register: Register, tried: Mapping[str, Cell]) -> Iterator[Block]:
    """Yield the failures, and the verdict on each requirement and command that was tried."""
    yield Heading(2, "What that settles")
    for block in cause_blocks(envelope):
        yield from failure(block, register)

    judged = judged_requirements(envelope, register, tried)
    if judged:
        table = Table(("Result", "Requirement", "Basis", "Tests passed"), tuple(judged))
        yield from folded_if_long("requirements", table)
    if shown_once(envelope):
        yield Paragraph(
            (
                Strong("Shown"),
                ": a system without the requirement would have answered otherwise in this run.",
            )
        )
    yield from judged_commands(envelope)


Row = tuple[Text, ...]


def judged_requirements(
    envelope: Envelope, register: Register, tried: Mapping[str, Cell]
) -> list[Row]:
    """Return a row for each requirement that was tried or shown, failures first."""
    order = [Status.FAILED, Status.FLAKY, *OF_REQUIREMENTS]
    rows: list[tuple[int, Row]] = []
    for name, cell in tried.items():
        status = verdict(cell)
        result: Text = (Strong(f"{status.glyph} {status.short}"),)
        count: Text = (f"{cell.passed} of {cell.applicable}",)
        rows.append((order.index(status), (result, *about(register[name]), count)))
    for name, holds in shown_once(envelope).items():
        if name in register and name not in tried:
            status = Status.PASSED if holds else Status.DIFFERS
            result = (Strong(f"{status.glyph} {'shown' if holds else status.short}"),)
            rows.append((order.index(status), (result, *about(register[name]), ("in the run",))))
    rows.sort(key=lambda row: row[0])
    return [row for _, row in rows]


def about(requirement: Requirement) -> tuple[Text, Text]:
    """Return the cells with a requirement and its basis."""
    return (requirement.title, " ", Code(requirement.id)), (requirement.basis,)


def judged_commands(envelope: Envelope) -> Iterator[Block]:
    """Yield how the commands of sequences came out, each that did not pass with its reason."""
    cases = [case for case in envelope["cases"] if case["lane"] != FEATURES]
    if not cases:
        return
    passed = [case for case in cases if case["status"] == Status.PASSED]
    yield Paragraph(
        (
            "In sequences, every answer and everything that shows is compared with the "
            f"specification. {len(passed)} of {len(cases)} commands passed.",
        )
    )
    rows: list[Row] = []
    for case in cases:
        status = Status(case["status"])
        if status is not Status.PASSED:
            result: Text = (Strong(f"{status.glyph} {status.short}"),)
            rows.append((result, (Code(case["id"]),), (case.get("reason", ""),)))
    if rows:
        table = Table(("Result", "Command", "Reason"), tuple(rows))
        yield from folded_if_long("commands that did not pass", table)


def failure(block: CauseBlock, register: Register) -> Iterator[Block]:
    """Yield one cause of failures, with the simplest of them and where the rule holds."""
    title = register[block.cause].title if block.cause in register else block.about
    yield Heading(3, f"{Status.FAILED.glyph} {title} ({block.how_many})")
    first = block.first
    items: list[Text] = [("Test: ", title_of(first), " ", Code(first["id"]))]
    for label, words in (*facts_of(first), *block.contrast):
        if label not in ("test", "again"):
            items.append((f"{label.capitalize()}: {words}",))
    if block.others:
        items.append(
            (f"Tests that failed or were blocked for the same reason: {len(block.others)}",)
        )
    yield Items(tuple(items))


# What it leaves open


def open_still(
    envelope: Envelope, found: Mapping[str, Cell], worlds: Sequence[World]
) -> Iterator[Block]:
    """Yield what was not run, or not learned."""
    yield Heading(2, "What it leaves open")
    items: list[Text] = [(gap,) for gap in gaps(envelope, found)]
    for lane in envelope["lanes"]:
        lost_track = envelope.get(lane, {}).get("lost_track", 0)
        if lost_track:
            items.append(
                (
                    f"Of {lost_track} sequences ({lane}) the rest was not compared: too much was "
                    "possible there.",
                )
            )
        for count, words in LEFT_IN_A_LANE.items():
            amount = envelope.get(lane, {}).get(count, 0)
            if amount:
                items.append((f"{words}: {amount}",))
    items += nothing_learned(envelope)
    items += out_of_sight(worlds)
    items.append(("A log can be invented. It shows what was recorded, and not that it happened.",))
    yield Items(tuple(items))
    differing = [case for case in envelope["cases"] if case["status"] == Status.DIFFERS]
    if differing:
        rows = [((case.get("name", case["id"]),), (case["reason"],)) for case in differing]
        yield Folded(
            f"{len(differing)} differences from our assumptions, which do not count",
            (Table(("Test", "Difference"), tuple(rows)),),
        )


LEFT_IN_A_LANE = {
    "not_reached": "Planned requests that were not reached",
    "nothing_learned": "Requests whose answer said nothing about the specification",
    "unjudged": "Requests after a difference, which were carried out and not judged",
}
"""What a lane counts of what it left open, in words."""


def nothing_learned(envelope: Envelope) -> Iterator[Text]:
    """Yield the cases of which nothing was learned, with the reason in the system's own words."""
    undecided = (Status.INCONCLUSIVE, Status.NOTHING_LEARNED)
    for case in envelope["cases"]:
        if case["status"] in undecided:
            name = case.get("name", case["id"])
            yield ("Nothing was learned of ", Strong(name), f": {case.get('reason', '')}")


def out_of_sight(worlds: Sequence[World]) -> Iterator[Text]:
    """Yield that documents could not be seen, if that ever was so."""
    count = sum(len(step.gone_from_sight) > 0 for world in worlds for step in world.steps)
    if count:
        yield (
            f"After {count} requests, documents could not be told from inaccessible ones. Whether "
            "they were deleted showed only once the data was accessible again.",
        )


# How to repeat it


def repeated(envelope: Envelope) -> Iterator[Block]:
    """Yield the commands that check the report, and repeat the run."""
    yield Heading(2, "How to repeat it")
    yield Paragraph(("Derive every verdict again from the log in the folder of the report:",))
    yield Commands(("translator-cmk report check FOLDER",))
    yield Paragraph(
        ("Ask the system all of it again, or put a system of your own through the same:",)
    )
    system = "--stdio 'COMMAND'"
    commands = [
        f"translator-cmk report reproduce FOLDER {system}",
        f"translator-cmk verify {system} {options_of(envelope)}",
    ]
    if product(envelope).startswith(OF_AZURE):
        words = ["--azure", "--subscription", "SUBSCRIPTION", *selected_by(envelope)]
        commands = [f"translator-cmk verify {shlex.join(words)}"]
    yield Commands(tuple(commands))
    failed = [case for case in envelope["cases"] if case["status"] in HAS_FAILED]
    if failed:
        yield Paragraph(("One failure alone:",))
        case = failed[0]
        if case["lane"] == FEATURES:
            again = f"translator-cmk verify --stdio 'COMMAND' --case {shlex.quote(case['id'])}"
        else:
            again = "translator-cmk replay --stdio 'COMMAND' FOLDER/counterexamples/FILE.json"
        yield Commands((again,))


def selected_by(envelope: Envelope) -> list[str]:
    """Return the options that select scenarios, and waive requirements."""
    words: list[str] = []
    for name in SELECTED:
        for value in envelope["selection"].get(name, ()):
            words += [f"--{name}", value]
    for name in envelope["waived"]:
        words += ["--waive", name]
    return words


def options_of(envelope: Envelope) -> str:
    """Return the options of `verify` that ask for the same run."""
    words = ["--profile", envelope["profile"]]
    register = load_register(revision=envelope["register"]["article"])
    if not register.is_specified:
        words += ["--revision", register.revision]
    for lane in envelope["lanes"]:
        words += ["--lane", lane]
    words += selected_by(envelope)
    words += ["--seed", str(envelope["seed"])]
    budgets = envelope["budgets"]
    if TOUR in envelope["lanes"] and budgets:
        words += ["--steps", str(budgets["steps"])]
        for scope in budgets["scopes"]:
            words += ["--scope", scope]
    if FUZZ in envelope and "sequences" in envelope[FUZZ]:
        words += ["--sequences", str(max(1, envelope[FUZZ]["sequences"]))]
    return shlex.join(words)
