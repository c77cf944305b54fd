"""Hypothesis explores the machine over all commands, several entities of each kind, with every law watching."""

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.machine.laws import LAWS, take
from tests.machine.worlds import TWO_AT_WORK, build, values
from translator_cmk.machine import COMMANDS, COUNTER_ROWS, DEFAULT_STAGE, ROWS, Accepted, Command, Machine, initial
from translator_cmk.machine.outcomes import Refused, Unspecified
from translator_cmk.machine.references import New
from translator_cmk.machine.rows import Means

MEANS = [row for row in ROWS if isinstance(row, Means)]

BUNDLED = ("resource", "vault", "key", "workspace", "document", "model")
BUNDLES = {field: Bundle(field) for field in BUNDLED}

EXPLORED = settings(
    max_examples=120, stateful_step_count=40, deadline=None, database=None, derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip  # as a list


def new_field(command: type[Command]) -> str | None:
    """The field in which the command names something new."""
    return next((command.fields[i] for i, reference, _ in command.references if isinstance(reference, New)), None)


def rule_of(command: type[Command]) -> Any:
    """The Hypothesis rule that submits the command, with names drawn from what was made before."""
    new = new_field(command)
    drawn: dict[str, Any] = {}
    for field in command.fields:
        if field == new:
            drawn[field] = st.sampled_from(values(command, field))
        elif field in BUNDLES:
            drawn[field] = BUNDLES[field] | st.sampled_from(values(command, field))
        else:
            drawn[field] = st.sampled_from(values(command, field))

    def submit(self: "Exploration", **fields: Any) -> Any:
        self.submit(build(command, fields))
        return fields[new] if new else None

    submit.__name__ = command.__name__
    decorate: Any = rule  # Hypothesis gives its overloads no types here
    return decorate(**({"target": BUNDLES[new]} if new else {}), **drawn)(submit)


class Exploration(RuleBasedStateMachine):
    """All commands against one machine.  Each step is checked by every law, and what it reached is noted."""

    machine = Machine(ROWS)
    reached: set[str] = set()  # noqa: RUF012  # shared on purpose: it grows over all examples of a run
    walks: list[list[Command]] = []  # noqa: RUF012  # likewise: the commands of each example

    def __init__(self) -> None:
        super().__init__()
        self.state = initial(DEFAULT_STAGE)
        self.walks.append([])

    @initialize(at_work=st.booleans())
    def start(self, at_work: bool) -> None:
        """Start from nothing, or from where two resources are at work."""
        for command in TWO_AT_WORK if at_work else ():
            self.submit(command)

    def submit(self, command: Command) -> None:
        self.walks[-1].append(command)
        step = take(self.machine, self.state, command)
        self.state = step.after
        match step.outcome:
            case Accepted():
                self.reached.update(step.outcome.by)
            case Refused():
                self.reached.update(step.outcome.because)
            case Unspecified():
                self.reached.update(step.outcome.silent)
        world = self.machine.world(self.state)
        self.reached.update(row.requirement for row in MEANS if any(map(row.when, world.every(row.meaning.about))))
        for law in LAWS:
            assert law(step), f"{law.__name__} does not hold of {command}, with the outcome {step.outcome}"


for _command in COMMANDS.values():
    setattr(Exploration, _command.__name__, rule_of(_command))


def explore(machine: Machine, chosen: settings = EXPLORED, walks: list[list[Command]] | None = None) -> set[str]:
    """Explore a machine; the requirements whose rows applied.  Raises `AssertionError` where a law breaks.

    The commands of each example are added to ``walks``.
    """
    reached: set[str] = set()
    kept: dict[str, Any] = {"machine": machine, "reached": reached, "walks": [] if walks is None else walks}
    exploration = type("Exploration", (Exploration,), kept)
    run_state_machine_as_test(exploration, settings=chosen)
    return reached


@pytest.mark.slow
@pytest.mark.evidence("property", "hypothesis-explores-all-commands")
def test_every_law_holds_wherever_hypothesis_goes(evidence_details: list[dict[str, Any]]) -> None:
    reached = explore(Machine(ROWS))
    rows = {row.requirement for row in ROWS}
    evidence_details.append({"reached": sorted(reached & rows), "not_reached": sorted(rows - reached)})
    assert reached


@pytest.mark.slow
def test_hypothesis_finds_a_counter_row() -> None:
    mistake = next(row for row in COUNTER_ROWS if row.requirement == "revocation.only-that-resource")
    with pytest.raises(AssertionError, match="a_command_changes_only_what_depends_on_what_it_names"):
        explore(Machine([*ROWS, mistake]), settings(EXPLORED, max_examples=5000, phases=[Phase.generate]))
