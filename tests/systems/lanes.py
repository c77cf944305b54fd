"""The lanes of the kit, for a system in this process, and whether the model confirms a failure."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from typing import Literal, NamedTuple

from tests.systems.variants import Variant
from tests.systems.ways import WAYS
from translator_cmk.bdd.feature_files import pickles
from translator_cmk.bdd.vocabulary import commands_of
from translator_cmk.conformance.judgement.cases import SCOPES, STEPS, scenarios
from translator_cmk.conformance.judgement.verdicts import does_count
from translator_cmk.conformance.run.features import play
from translator_cmk.conformance.run.fuzz import Fuzzer
from translator_cmk.conformance.run.sequence_run import SequenceResult, run_sequence
from translator_cmk.conformance.run.shrinking import Commands
from translator_cmk.conformance.run.tour import sequences_for, sequences_of
from translator_cmk.conformance.wire import Direct
from translator_cmk.conformance.wire.session import Session
from translator_cmk.conformance.wire.subject import Subject
from translator_cmk.machine import (
    DEFAULT_STAGE,
    Accepted,
    Command,
    Machine,
    Unspecified,
)
from translator_cmk.oracle import oracle_for
from translator_cmk.oracle.profiles import machine_of, silent_in
from translator_cmk.requirements import load_register
from translator_cmk.system import ModelSystem, System, Unsupported
from translator_cmk.verdict import FAILING


class Failure(NamedTuple):
    """One failure that a lane reports."""

    case: str
    named: tuple[str, ...]
    """The requirements that the report names."""
    commands: Commands
    how: Literal["scenario", "sequence", "blind"]
    """A sequence ends with its first difference.

    A scenario looks at less, and a blind sequence only in the end.
    """


def subject_of(variant: Variant, seed: int = 1) -> Subject:
    """Return a session with the system."""
    return Subject(Session(Direct(variant.make)), seed=seed)


@cache
def machine_in(profile: str) -> Machine:
    """Return the machine in which the rows of a profile are silent."""
    return machine_of(silent_in(profile, load_register()))


def in_features(variant: Variant, profile: str, begins: Iterable[str] = ("",)) -> Iterator[Failure]:
    """Yield each failure of a scenario that counts, whose id begins with one of these."""
    subject = subject_of(variant)
    prefixes = tuple(begins)
    for scenario in scenarios(profile, ()):
        if not scenario.case.id.startswith(prefixes):
            continue
        result = play(subject, scenario)
        if result.fault == "reset":
            yield Failure(scenario.case.id, ("reset",), (), "scenario")
            continue
        assert not result.fault, f"{variant.name}: {result.reason}"
        if result.status in FAILING and does_count(scenario.case, result):
            named = (*result.attributed_to, *scenario.case.requirements)
            yield Failure(scenario.case.id, named, tuple(commands_of(scenario.pickle)), "scenario")


@cache
def default_sequences() -> tuple[Commands, ...]:
    """Return the sequences of the default tour."""
    return sequences_of(SCOPES, STEPS)


def in_sequences(
    subject: Subject, profile: str, lane: str, sequences: Iterable[tuple[Commands, int]]
) -> Iterator[Failure]:
    """Yield each failure of a sequence.

    With each is said for how many commands nothing is observed.
    """
    oracle = oracle_for(machine_in(profile), subject.declaration)
    for commands, blind in sequences:
        result = run_sequence(subject, commands, oracle, blind)
        if result.fault is not None and result.fault.kind == "reset":
            yield Failure(f"{lane}/reset", ("reset",), (), "sequence")
            continue
        assert result.fault is None, f"{result.fault} over {result.last}"
        if result.failed:
            yield failure_of(lane, result)


def failure_of(lane: str, result: SequenceResult) -> Failure:
    """Return what a lane reports of a sequence that failed."""
    named = (*result.why.rests_on, *result.why.without)
    return Failure(
        f"{lane}/{result.last}", named, result.asked, "blind" if result.unobserved else "sequence"
    )


def in_tour(
    variant: Variant, profile: str, sequences: tuple[Commands, ...] = ()
) -> Iterator[Failure]:
    """Return an iterator over the failures in the default tour, or in these sequences."""
    subject = subject_of(variant)
    planned = sequences_for(sequences or default_sequences(), subject.declaration)
    observed_throughout = [(commands, 0) for commands in planned]
    return in_sequences(subject, profile, "tour", observed_throughout)


def in_fuzz(variant: Variant, profile: str, seed: int, steps: int) -> Iterator[Failure]:
    """Yield each failure of random sequences that have so many steps together."""
    subject = subject_of(variant, seed)
    fuzzer = Fuzzer(subject.declaration, seed)

    def drawn() -> Iterator[tuple[Commands, int]]:
        spent = 0
        for _ in count():
            commands, blind = fuzzer.draw()
            spent += 1 + len(commands)
            if spent > steps:
                return
            yield commands, blind

    return in_sequences(subject, profile, f"fuzz {seed}", drawn())


# Whether the readable model differs, too


def is_confirmed(variant: Variant, failure: Failure, profile: str) -> bool:
    """Return whether system and model, asked the same, differ where the failure says so.

    In the profile article they may differ before that, too, in what is assumed.  Where the model
    leaves something open on the way, nothing is compared from there on.
    """
    if failure.named == ("reset",):
        return True
    model = ModelSystem()
    system = variant.make()
    agrees = True
    for command in failure.commands:
        if not agrees:
            return failure.how != "sequence" or profile == "article"
        expected = model.submit(command)
        if isinstance(expected, Unspecified):
            return True
        agrees = answers_alike(expected, system, command)
        if failure.how != "blind":
            agrees = agrees and show_alike(model, system)
    return not agrees or not show_alike(model, system)


def show_alike(model: System, system: System) -> bool:
    """Return whether both show the same.

    A system need not show a workspace that can't be read, nor what it has.
    """
    expected = model.observe()
    seen = system.observe()
    workspaces = expected["workspace"]
    shut = {name for name, workspace in workspaces.items() if not workspace["readable"]}
    for kind in ("workspace", "document", "model"):
        for name, record in tuple(expected[kind].items()):
            if name not in seen[kind] and record.get("workspace", name) in shut:
                del expected[kind][name]
    return expected == seen


def answers_alike(expected: object, system: System, command: Command) -> bool:
    """Return whether the system gives the answer.

    What an acceptance rests on is said by no system.
    """
    try:
        outcome = system.submit(command)
    except Unsupported:
        return False
    if isinstance(expected, Accepted) and isinstance(outcome, Accepted):
        return expected.audit == outcome.audit
    return expected == outcome


# What really differs from the model


@cache
def commands_of_scenarios() -> dict[str, Commands]:
    """Return the commands of each scenario by its id."""
    return {pickle.id: tuple(commands_of(pickle)) for pickle in pickles()}


def ways_for(variant: Variant) -> Iterator[Commands]:
    """Yield sequences of commands along which a system may differ.

    First come those of the scenarios of its requirements, as they are and with their last command
    once more, then those that are written down for what no scenario shows, and last those of the
    other scenarios of its topics.


    """
    prefixes = tuple(f"{name}/" for name in variant.requirements)
    topics = tuple(f"{name.partition('.')[0]}." for name in variant.requirements)
    others = []
    for name, commands in commands_of_scenarios().items():
        if name.startswith(prefixes):
            yield commands
            yield (*commands, commands[-1])
        elif name.startswith(topics):
            others.append(commands)
    yield from WAYS
    for commands in others:
        yield commands
        yield (*commands, commands[-1])


def way_to_a_difference(variant: Variant) -> Commands | None:
    """Return commands along which the system differs from the rows that it was made from.

    None where there are none.
    """
    model = ModelSystem(Machine(variant.reference))
    system = variant.make()
    for commands in ways_for(variant):
        if differs(model, system, commands):
            return commands
    return None


def differs(model: ModelSystem, system: ModelSystem, commands: Commands) -> bool:
    """Return whether the two differ: in an answer, in what they show then, or after a reset."""
    model.reset()
    system.reset(DEFAULT_STAGE)
    for command in commands:
        expected = model.submit(command)
        if not answers_alike(expected, system, command):
            return True
    if model.observe() != system.observe():
        return True
    model.reset()
    system.reset(DEFAULT_STAGE)
    return model.observe() != system.observe()
