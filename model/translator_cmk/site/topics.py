"""The pages of the specification: one for each topic, with all there is to say of each requirement; and their index."""

from collections.abc import Iterator, Mapping

from ..bdd.features import Feature, Pickle, Scenario, slug
from ..requirements import Requirement
from .badges import Status
from .content import Content
from .drilldown import steps_block
from .evidence import number
from .kinds import Kinds, kinds_in_words, kinds_of_all, mutants_by_scenario
from .last_run import OBSERVED, run_line, subject
from .markup import (
    BASES,
    UP,
    basis,
    definitions,
    duration,
    fenced,
    filled,
    image,
    indented,
    linked,
    listed,
    moment,
    page,
    places,
    plain,
    quoted,
    statement_link,
    table,
    titled,
    twin,
)
from .rows import Fragment

COUNTER_ROW = (
    "A counter-row is the row of a mistake. The model does not contain it; adding it must make a scenario above fail."
)
DECLARED = "No row of the model speaks of it: a vendor can only declare it."
TRAITS = {
    "second-directory": "a second directory",
    "elapsed-time": "time to pass",
    "training": "a trained model",
    "irreversible": "a loss that can't be undone",
}


def index_page(content: Content) -> str:
    """The page that leads to the topics."""
    evidence = content.evidence
    return filled(
        "index",
        requirements=str(len(evidence.register)),
        topics=str(len(evidence.features)),
        statements=str(len(evidence.register.statements)),
        run=run_line(evidence),
        table=topics_table(content, UP),
    )


def topics_table(content: Content, root: str) -> str:
    """The topics, what they are about, and what came of them."""
    evidence = content.evidence
    return table(
        ["Topic", "What it is about", "Requirements", "Evidence"],
        (
            [
                f"[{feature.name}]({root}specification/{feature.topic}.md)",
                about(feature),
                str(len(evidence.register.topics[feature.topic])),
                topic_badge(feature, content, root),
            ]
            for feature in evidence.features
        ),
    )


def topic_page(feature: Feature, content: Content) -> str:
    """The page of one topic."""
    requirements = content.evidence.register.topics[feature.topic]
    kinds = kinds_of_all(content)
    mutants = mutants_by_scenario(content)
    return page(
        feature.name,
        about(feature),
        about(feature),
        run_line(content.evidence, topic_badge(feature, content, UP)),
        table(
            ["Requirement", "Basis", "Evidence"],
            ([titled(each), basis(each), requirement_badge(each, content)] for each in requirements),
        ),
        *(block for each in requirements for block in requirement_blocks(each, content, kinds[each.id], mutants)),
        twin("requirements"),
    )


def about(feature: Feature) -> str:
    """The description of a feature on one line."""
    return " ".join(feature.description.split())


def topic_badge(feature: Feature, content: Content, root: str) -> str:
    """The badge of a topic."""
    evidence = content.evidence
    return image(evidence.badge(evidence.topic(feature.topic)), f"topics/{feature.topic}", root)


def requirement_badge(requirement: Requirement, content: Content) -> str:
    """The badge of a requirement."""
    evidence = content.evidence
    return image(evidence.badge(evidence.requirement(requirement)), f"requirements/{requirement.id}")


def requirement_blocks(
    requirement: Requirement, content: Content, kinds: Kinds, mutants: Mapping[str, int]
) -> Iterator[str]:
    """One requirement: what it says, on what grounds, and what shows it."""
    yield f"## {requirement.title} {{ #{requirement.id} }}"
    marks = f"`{requirement.id}`{{ .id }} {basis(requirement)} *{requirement.kind}*{{ .kind }}"
    yield f"{marks} {requirement_badge(requirement, content)}"
    yield linked(requirement.wording, content.evidence.register)
    yield definitions([*grounds(requirement, content), *shown(requirement, content, kinds)])
    for scenario in content.evidence.scenarios.get(requirement.id, ()):
        yield from scenario_blocks(scenario, requirement, content, mutants)
    if also := [each for each in content.evidence.carrying(requirement.id) if each.requirements[0] != requirement.id]:
        links = dict.fromkeys(scenario_link(each, content) for each in also)
        yield f"Also shown by {listed(list(links))}."
    yield rows_block(requirement, content)


def grounds(requirement: Requirement, content: Content) -> Iterator[tuple[str, str]]:
    """Terms and what they are: where a requirement comes from."""
    claims = ", ".join(statement_link(each) for each in requirement.statements)
    yield "Basis", f"{requirement.basis}: {BASES[requirement.basis]}"
    yield "In the article", f"{places(requirement.places)} ({claims})" if claims else ""
    yield "Source", f"[{requirement.source.title}]({requirement.source.url})" if requirement.source else ""
    yield "Decision", decision_link(requirement.decision, content) if requirement.decision else ""
    answers = (
        f"[{each}]({UP}specification/left-open.md#{each.lower()}) {content.evidence.register.questions[each].title}"
        for each in requirement.resolves
    )
    yield "Answers", "<br>".join(answers)
    yield "A live run takes", listed([TRAITS[trait] for trait in requirement.traits])
    yield "Note", linked(requirement.notes or "", content.evidence.register)


def shown(requirement: Requirement, content: Content, kinds: Kinds) -> Iterator[tuple[str, str]]:
    """Terms and what they are: what shows a requirement, when it was run last, and how far it has been observed."""
    evidence = content.evidence
    items = [evidence.items[each.id] for each in evidence.carrying(requirement.id) if each.id in evidence.items]
    took = f", its scenarios in {duration(sum(item.seconds for item in items))}" if items else ""
    run = f"{subject(evidence.results)}, {moment(evidence.results.finished)}{took}" if evidence.results else "never"
    yield "Shown by", ", ".join(kinds_in_words(kinds, content)) or "nothing"
    yield "Last run", run
    yield "Observed on Azure", OBSERVED


def decision_link(file: str, content: Content) -> str:
    """A link to a record; one that is not there is named by its file, and breaks the strict build of the site."""
    found = content.decisions.get(file)
    return found.link if found else f"[{file}]({UP}decisions/{file})"


def scenario_blocks(
    scenario: Scenario, requirement: Requirement, content: Content, mutants: Mapping[str, int]
) -> Iterator[str]:
    """One scenario as written, and what came of it or of each of its examples."""
    evidence = content.evidence
    topic = requirement.topic
    yield f"### {plain(scenario.name)} {{ #{anchor(scenario, requirement.id)} }}"
    where = f"`features/{topic}.feature:{scenario.line}`{{ .where }}"
    if scenario.outline:
        yield where
        yield fenced("gherkin", scenario.source, ".scenario")
        yield table(
            ["Example", "Evidence", "Time", "Finds"],
            (
                [plain(each.row), pickle_badge(each, content), pickle_time(each, content), finds(each, mutants)]
                for each in scenario.pickles
            ),
        )
    else:
        (pickle,) = scenario.pickles
        found = finds(pickle, mutants) and f", finds {finds(pickle, mutants)}"
        yield f"{pickle_badge(pickle, content)} {pickle_time(pickle, content)}{found} {where}\n{{: .run }}"
        yield fenced("gherkin", scenario.source, ".scenario", ".steps")
    yield steps_block(scenario.pickles, evidence)
    for pickle in scenario.pickles:
        item = evidence.items.get(pickle.id)
        if item and item.reason:
            kind = "failure" if evidence.scenario(pickle.id).was is Status.FAILED else "warning"
            told = f"{pickle.row}: {item.reason}" if pickle.row else item.reason
            yield f'!!! {kind} "Why"\n\n{indented(plain(told))}'


def finds(pickle: Pickle, mutants: Mapping[str, int]) -> str:
    """How many mutants of the model a scenario is named for."""
    return f"[{number(mutants[pickle.id], 'mutant')}]({UP}evidence/strength.md#mutants)" if mutants[pickle.id] else ""


def anchor(scenario: Scenario, requirement: str) -> str:
    """Where on its page a scenario is."""
    return f"{requirement}/{slug(scenario.name)}"


def scenario_link(pickle: Pickle, content: Content, root: str = UP) -> str:
    """The scenario that a pickle comes from, as a link to it."""
    requirement = pickle.requirements[0]
    scenario = next(each for each in content.evidence.scenarios[requirement] if pickle in each.pickles)
    topic = requirement.partition(".")[0]
    return f"[{plain(scenario.name)}]({root}specification/{topic}.md#{anchor(scenario, requirement)})"


def pickle_badge(pickle: Pickle, content: Content) -> str:
    """The badge of one scenario or one of its examples."""
    return image(content.evidence.badge(content.evidence.scenario(pickle.id)), f"scenarios/{pickle.id}")


def pickle_time(pickle: Pickle, content: Content) -> str:
    """How long one scenario took, where it was run."""
    item = content.evidence.items.get(pickle.id)
    return duration(item.seconds) if item and item.status != "not-run" else ""


def rows_block(requirement: Requirement, content: Content) -> str:
    """The rows of the machine that cite a requirement, folded."""
    found = content.rows.get(requirement.id, ())
    if not found:
        return DECLARED if requirement.kind == "attestation" else ""
    counters = sum(each.counter for each in found)
    kinds = ((len(found) - counters, "row"), (counters, "counter-row"))
    told = listed([number(count, kind) for count, kind in kinds if count])
    blocks = [fenced("python", each.code, f"title={quoted(place(each))}") for each in found]
    if counters:
        blocks.insert(0, COUNTER_ROW)
    content_blocks = "\n\n".join(blocks)
    return f'??? fold "In the model: {told}"\n\n{indented(content_blocks)}'


def place(fragment: Fragment) -> str:
    """Where a row is written, and whether it is one of the model."""
    return f"{'counter-row, ' if fragment.counter else ''}{fragment.path}:{fragment.line}"
