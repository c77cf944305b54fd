"""Ties of a command: every place where it has to be, and whether it is there.

Everything else follows from its class and these: the messages and their schemas, the skeletons of
adapters, the pages and the property tests.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

from .. import features_dir
from ..explore.scopes import FILE as SCOPES_FILE
from ..explore.scopes import SCOPES, WHAT_IF
from ..language.phrases import COMMAND_PHRASES
from ..language.phrases import FILE as SENTENCES
from ..language.situations import CommandList
from ..machine import COMMANDS, ROWS, Command, Refused
from ..machine.rows import Means, Refuse, Whenever
from ..shapes import TEXT, record
from ..strict_yaml import read_yaml
from ..system import ModelSystem
from .diagnostics import Diagnostic
from .example_answers import EXAMPLE
from .feature_records import Feature, Pickle
from .vocabulary import read_steps

Commands = tuple[Command, ...]

ROOT = features_dir().parent
PACKAGE = Path(__file__).parents[1]
CLASSES = PACKAGE / "machine" / "commands.py"
TOPIC_FILES = PACKAGE / "machine" / "topics"
SEQUENCES = PACKAGE / "conformance" / "run" / "sequences.yaml"

SMOKE = "smoke"
"""The sequence of the doctor, in which no command is refused."""

REFUSALS = "refusals"
"""The sequence in which every demand is broken."""

NOT_IN_WHAT_IF = ("MoveResourceGroup", "AssignKeyRole", "RemoveKeyRole")
"""Commands that the page What if leaves out: too many states, and with a role a switch of the vault
is not specified.
"""


def command_diagnostics(features: Collection[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each place that a command lacks, in the order of mending.

    Without features, nothing is said about scenarios.
    """
    yield from missing_in_language()
    yield from missing_rows()
    if features:
        yield from missing_scenarios(features)
    yield from missing_ways()
    yield from missing_in_the_example()


def missing_in_language() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each command without a sentence, or whose sentence lacks the call."""
    first = {phrase.command: phrase for phrase in reversed(COMMAND_PHRASES)}
    for name, command in COMMANDS.items():
        if command not in first:
            slots = " ".join(f"{{{field}}}" for field in command.fields)
            says = f"'the customer ... {slots}'"
            remedy = f"add `command: {name}` below its subject, `says: {says}`, and `azure:`"
            yield missing(SENTENCES, command, f"{name} has no sentence", remedy)
        elif not first[command].azure:
            remedy = "add `azure:` with method and URL to its sentence"
            yield missing(SENTENCES, command, f"{name} has no call of Azure's API", remedy)


def missing_rows() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each command without a row."""
    with_rows = {row.on for row in ROWS if not isinstance(row, Means | Whenever)}
    for name, command in COMMANDS.items():
        if command not in with_rows:
            remedy = (
                f"add an effect({name}, ...) or a silent({name}, ...) to ROWS of its topic in "
                f"{TOPIC_FILES.relative_to(ROOT)}, with a requirement of its own"
            )
            line = line_of_class(command)
            yield Diagnostic(CLASSES, line, f"no row says what {name} does", remedy)


def missing_scenarios(features: Collection[Feature]) -> Iterator[Diagnostic]:
    """Yield a diagnostic for each command that is the When of no scenario."""
    asked = set[type[object]]()
    for feature in features:
        for pickle in feature.pickles:
            asked.add(type(when_of(pickle)))
    for name, command in COMMANDS.items():
        if command not in asked:
            remedy = (
                f"add one to the rule of its requirement in {features_dir().relative_to(ROOT)}/, "
                "and a situation to language/situations.yaml if its Given needs one"
            )
            line = line_of_class(command)
            yield Diagnostic(CLASSES, line, f"no scenario has {name} as its When", remedy)


def when_of(pickle: Pickle) -> object:
    """Return the meaning of the When of a scenario, or None."""
    for step in read_steps(pickle):
        if step.kind == "when":
            return step.meaning
    return None


def missing_ways() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each command that no sequence and no scope leads to, and for each
    demand that no sequence breaks.
    """
    sequences = named_sequences()
    accepted, _ = answered(sequences[SMOKE])
    _, broken = answered(sequences[REFUSALS])
    searched = {type(command) for scope in SCOPES for command in scope.alphabet}
    asked_what_if = {type(command) for command in WHAT_IF.alphabet}

    for name, command in COMMANDS.items():
        if command not in accepted:
            text = f"the sequence {SMOKE} lacks {name}"
            yield missing(SEQUENCES, command, text, "add a step in which it is accepted")
        if command not in searched:
            remedy = f"add its sentence to a scope of tours and to {WHAT_IF.name}, that of the page"
            yield missing(SCOPES_FILE, command, f"no scope offers {name}", remedy)
        elif command not in asked_what_if and name not in NOT_IN_WHAT_IF:
            text = f"the scope {WHAT_IF.name} does not offer {name}"
            yield missing(SCOPES_FILE, command, text, "add its sentence to the scope of that page")

    for row in ROWS:
        if isinstance(row, Refuse) and row.requirement not in broken:
            text = f"the sequence {REFUSALS} does not break {row.requirement}"
            yield missing(SEQUENCES, row.on, text, f"add a step {row.on.__name__} that it refuses")


def named_sequences() -> dict[str, Commands]:
    """Return the commands of each sequence of the kit, by name; raises `InvalidFile`."""
    sequences: dict[str, Commands] = {}
    for entry in read_yaml(SEQUENCES).items():
        shape = record("a sequence", {"sequence": TEXT, "steps": CommandList(sequences)})
        fields = entry.read(shape)
        sequences[fields["sequence"]] = fields["steps"]
    return sequences


def answered(commands: Commands) -> tuple[set[type[Command]], set[str]]:
    """Return which of the commands the model does not refuse, and by which demands it refuses."""
    model = ModelSystem()
    accepted, broken = set[type[Command]](), set[str]()
    for command in commands:
        outcome = model.submit(command)
        if isinstance(outcome, Refused):
            broken |= outcome.because
        else:
            accepted.add(type(command))
    return accepted, broken


def missing_in_the_example() -> Iterator[Diagnostic]:
    """Yield a diagnostic for each command that the example emulator has no function for."""
    written = set(re.findall(r"\w+", EXAMPLE.read_text("utf-8")))
    for name, command in COMMANDS.items():
        if snake(name) not in written:
            yield missing(EXAMPLE, command, f"it has no answer to {name}", "add what it does")


def missing(file: Path, command: type[Command], text: str, remedy: str) -> Diagnostic:
    """Return the diagnostic of what a file lacks: behind the command that comes before it."""
    return Diagnostic(file, line_behind(file, command), text, remedy)


def line_behind(file: Path, command: type[Command]) -> int:
    """Return the line of a file that names the command defined before this one; 1 if none does."""
    before = ""
    for name, other in COMMANDS.items():
        if other is command:
            break
        before = name
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        if before and {before, snake(before)} & set(re.findall(r"\w+", line)):
            return number
    return 1


def line_of_class(command: type[Command]) -> int:
    """Return the line on which the class of a command begins."""
    for number, line in enumerate(CLASSES.read_text("utf-8").splitlines(), start=1):
        if line.startswith(f"class {command.__name__}("):
            return number
    return 1


def snake(name: str) -> str:
    """Return the name of a command as functions are called in Python."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
