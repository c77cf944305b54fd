"""The part of the lint that reads the steps of each pickle, examples filled in."""

from collections.abc import Iterator

from ..language.facts import Fact
from ..language.phrasebook import UnknownSentence
from ..language.situations import Situation
from ..machine import DEFAULT_STAGE, Command
from .claims import Claim
from .complaints import Complaint
from .records import Feature, Pickle, Scenario, Step
from .vocabulary import READERS, nearest, other_kinds

KINDS = tuple(READERS)
MOST_STEPS = 5
Meaning = Situation | Command | Fact | Claim


def step_complaints(feature: Feature) -> Iterator[Complaint]:
    """Complains of what is wrong with the steps of one feature."""
    for scenario in feature.scenarios:
        if not scenario.steps:
            yield Complaint(feature.path, scenario.line, "a scenario without steps", "write them, or delete it")
            continue
        written = {step.line: step.text for step in scenario.steps}
        for pickle in scenario.pickles:
            yield from order_complaints(feature, scenario, pickle)
            meanings: list[Meaning] = []
            for step in pickle.steps:
                # where a row filled a column in, the mistake may well be in the row
                line = step.line if written.get(step.line, step.text) == step.text else pickle.line
                try:
                    meanings.append(READERS[step.kind](step.text))
                except KeyError:
                    yield Complaint(feature.path, line, f"a first step {step.keyword!r}", "begin with Given or When")
                except UnknownSentence:
                    yield Complaint(feature.path, line, *unknown(step))
            yield from meaning_complaints(feature, scenario, pickle, meanings)


def order_complaints(feature: Feature, scenario: Scenario, pickle: Pickle) -> Iterator[Complaint]:
    """Complains of too many, too few, or misplaced steps."""
    at = (feature.path, scenario.line)
    kinds = [step.kind for step in pickle.steps]
    if not 2 <= len(kinds) <= (len(kinds) if feature.is_counterexample else MOST_STEPS):
        yield Complaint(*at, f"a scenario of {len(kinds)} steps", f"say it in 2 to {MOST_STEPS}; a situation may help")
    if kinds.count("when") > 1:
        yield Complaint(*at, f"a scenario with {kinds.count('when')} Whens", "make a scenario of each")
    if "then" not in kinds:
        yield Complaint(*at, "a scenario without a Then checks nothing", "say what is observed")
    known = [KINDS.index(kind) for kind in kinds if kind]
    if known != sorted(known):
        yield Complaint(*at, "steps out of order", "write all Givens, then the When, then all Thens")
    for step in pickle.steps:
        if step.has_argument:
            yield Complaint(feature.path, step.line, "a table or a text below the step", "no step reads one: remove it")
        if step.keyword == "*":
            yield Complaint(feature.path, step.line, "a step '*'", "write Given, When, Then, And or But")


def unknown(step: Step) -> tuple[str, str]:
    """What is wrong with a step that no sentence of its kind tells, and what to do."""
    text = f"no {step.kind.title()} is told as {step.text!r}"
    if others := other_kinds(step.kind, step.text):
        return text, f"it belongs in a {' or '.join(other.title() for other in others)}"
    return text, f"the most similar sentence is '{nearest(step.kind, step.text)}'"


def meaning_complaints(
    feature: Feature, scenario: Scenario, pickle: Pickle, meanings: list[Meaning]
) -> Iterator[Complaint]:
    """Complains of Thens that could not fail: about a When that is not there, or about what was never named."""
    acts = any(step.kind == "when" for step in pickle.steps)
    named = {("subscription", name) for name in DEFAULT_STAGE.subscriptions}
    for meaning in meanings:
        commands = meaning.commands if isinstance(meaning, Situation) else [meaning]
        for command in commands:
            if isinstance(command, Command):
                named |= set(names(command))
    for meaning in meanings:
        if isinstance(meaning, Claim) and not acts:
            text = "a Then speaks of a When that is not there"
            yield Complaint(feature.path, scenario.line, text, "write the When")
        if isinstance(meaning, Fact):
            for kind, name in parts(meaning):
                if (kind, name) not in named:
                    text = f"a Then speaks of the {kind} {name!r}, which no step before it names"
                    yield Complaint(feature.path, pickle.line, text, "correct the name")


def names(command: Command) -> Iterator[tuple[str, str]]:
    """Kind and name of each entity that the command names."""
    for index, reference, within in command.references:
        if command[index] is not None:
            name = command[index] if within is None else f"{command[within]}/{command[index]}"
            yield reference.kind.word, name


def parts(fact: Fact) -> Iterator[tuple[str, str]]:
    """Kind and name of each entity that the fact is about; a grant is about its vault and its resource."""
    if fact.kind == "grant":
        vault, _, resource = fact.name.partition("/")
        yield "vault", vault
        yield "resource", resource
    else:
        yield fact.kind, fact.name
