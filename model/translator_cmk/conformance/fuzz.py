"""The lane of fuzzing: Hypothesis makes up sequences over two or three of everything, and shrinks what fails."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ..explore.scopes import SCOPES
from ..language.declaration import Declaration
from ..language.situations import situations
from ..machine import Accepted, Command, Outcome, Refused, Unspecified
from ..machine.commands import (
    CreateVault,
    CreateWorkspace,
    EnableCustomerManagedKeys,
    EnablePurgeProtection,
    EndVaultRetention,
    GrantKeyAccess,
    PurgeVault,
    RevokeKeyAccess,
    TrainModel,
    UploadDocument,
)
from ..oracle.profiles import NAMES_ARE_RESOLVED_FIRST
from .cases import FUZZ
from .findings import Signature
from .fixtures import CROWDED, crowd, in_variant, variants
from .judging import SequenceResult, applicable
from .lane import SequenceLane, Step
from .running import Aborted, Running, Worker
from .subject import ReferenceModel

SECONDS = 20.0
"""How many seconds fuzzing lasts by default."""

LOG_SIZE = 32
"""How many MiB the lane writes into the message log before it keeps only sequences that show something new."""

SHRINKING = 20.0
"""For how many seconds at most what was found is shrunk once the time is up."""

LONGEST = 25
"""How many commands a sequence has at most, beside those of the situation that it begins with."""

TIMES = (1, 1, 1, 1, 1, 1, 1, 5)
"""How often a command is given in a row: what goes wrong only after some times goes wrong then."""

EXAMPLES = 300
"""How many sequences Hypothesis makes in one go; then it starts again, with another seed."""


CROSSED: tuple[Command, ...] = (
    CreateWorkspace("other-workspace", "translator"),
    UploadDocument("other-document", "workspace"),
    TrainModel("other-model", "workspace"),
    GrantKeyAccess("spare-vault", "translator"),
    RevokeKeyAccess("spare-vault", "translator"),
    EnableCustomerManagedKeys("translator", "spare-vault", "key", through="api"),
    CreateVault("spare-vault", "westeurope", "production", "apps", purge_protection=False),
    EnablePurgeProtection("spare-vault"),
    *(each(vault) for each in (PurgeVault, EndVaultRetention) for vault in ("vault", "spare-vault")),
)
"""Commands that no scope needs: two children of one entity, and a vault beside the one in use."""


def alphabet() -> tuple[Command, ...]:
    """Return every command of every scope, over two resources, two vaults and their parts, and across them."""
    return tuple(dict.fromkeys([*(command for scope in SCOPES for command in scope.alphabet), *CROSSED]))


ByKind = dict[str, list[Command]]
LeavesOut = Callable[[Step], bool]

Asked = tuple[tuple[Command, ...], bool]
"""A sequence that a system is asked for, and whether it is looked at only after the last command."""

EFFECTIVE, NEAR_MISS, ANY = "effective", "near miss", "any"
"""Commands that the model accepts for what they change, or leaves open; those that it just refuses; and all."""

MOSTLY_EFFECTIVE = (EFFECTIVE, EFFECTIVE, EFFECTIVE, NEAR_MISS, ANY)
MIXED = (EFFECTIVE, EFFECTIVE, NEAR_MISS, NEAR_MISS, ANY)
"""Where nothing is looked at, only refusals show that something was lost."""

TRIES = 5
"""From how many kinds of commands one is drawn that is wanted, before any is taken."""


class Universe:
    """Commands to choose from, and what a sequence of them begins with."""

    def __init__(
        self, alphabet: Iterable[Command], starts: Sequence[tuple[Command, ...]], declared: Declaration
    ) -> None:
        self.by_kind = by_kind_of(each for each in alphabet if list(applicable([each], declared)))
        self.kinds = sorted(self.by_kind)
        self.starts = starts

    def of_kind(
        self, kind: str, wanted: str, reference: ReferenceModel, leaves_out: LeavesOut = lambda _: False
    ) -> list[Command]:
        """Return the commands of a kind that are wanted, and are not left out."""
        commands = [each for each in self.by_kind[kind] if not leaves_out(Step(each, reference.looks_at(each)))]
        if wanted == ANY:
            return commands
        fits = may_change_something if wanted == EFFECTIVE else is_near_miss
        return [each for each in commands if fits(reference.looks_at(each))]


class Parted(Exception):
    """The system and the specification part."""


class Fuzzing:
    """Rounds of Hypothesis; each ends with a failure of a new kind, or after a number of sequences."""

    def __init__(self, lane: SequenceLane, seconds: float, seed: int, examples: Path | None) -> None:
        import hypothesis

        self.hypothesis = hypothesis
        self.lane = lane
        self.clock = lane.worker.session.clock
        self.seconds = seconds
        self.seed = seed
        self.examples = examples
        self.rounds = 0
        self.given_up: Aborted | None = None
        declared = lane.subject.declaration
        two = Universe(alphabet(), [(), *(each.commands for each in situations().values())], declared)
        self.universes = (two, two, two, Universe(crowd(), [CROWDED], declared))
        self.variants = variants(declared.stage)
        self.slow = {command for command, seconds in declared.windows.items() if seconds}
        self.began = self.clock.now()  # the time is for sequences, not for what precedes them

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.began + self.seconds - self.clock.now()

    def run(self) -> None:
        """Fuzz until the time is up, but for one sequence at least; raises `Aborted`."""
        while self.left > 0 or not self.rounds:
            self.rounds += 1
            if (found := self.round()) is not None:
                self.lane.keep(*found)

    def round(self) -> tuple[Signature, SequenceResult] | None:
        """Return a failure of a new kind with the shortest sequence for it that Hypothesis has found, if any."""
        hypothesis, found = self.hypothesis, dict[Signature, SequenceResult]()

        def example(data: Any) -> None:
            over = self.lane.tally.sequences and self.left <= (-SHRINKING if found else 0)
            if over or self.given_up:
                return
            commands, unobserved = self.drawn(data.draw)
            if not found:
                try:
                    found.update(islice(self.lane.run(commands, unobserved), 1))
                except Aborted as error:  # Hypothesis would try it again and again
                    self.given_up = error
                    return
                self.show()
                if found:
                    raise Parted
            else:
                ((new, followed),) = found.items()
                if (again := self.lane.again(commands, new, followed.unobserved)) is not None:
                    found[new] = again
                    raise Parted

        settings = hypothesis.settings(
            max_examples=EXAMPLES,
            database=hypothesis.database.DirectoryBasedExampleDatabase(self.examples) if self.examples else None,
            deadline=None,
            suppress_health_check=list(hypothesis.HealthCheck),
            print_blob=False,
            report_multiple_bugs=False,
            phases=[hypothesis.Phase.reuse, hypothesis.Phase.generate, hypothesis.Phase.shrink],
        )
        test: Callable[[], None] = hypothesis.given(hypothesis.strategies.data())(example)
        with suppress(Parted, hypothesis.errors.Flaky):  # what was found is kept, and tried again, in either case
            hypothesis.seed(self.seed + self.rounds)(settings(test))()
        if self.given_up:
            raise self.given_up
        return next(iter(found.items()), None)

    def drawn(self, draw: Callable[[Any], Any]) -> Asked:
        """Return a sequence that the system can be asked for, and whether it is looked at only after that."""
        choose = self.hypothesis.strategies.sampled_from
        variant, unobserved = draw(choose(self.variants)), draw(choose((False, False, False, True)))
        sequence = in_variant(self.sequence(draw, MIXED if unobserved else MOSTLY_EFFECTIVE), variant)
        asked = tuple(applicable(sequence, self.lane.subject.declaration))
        waits = any(type(command).__name__ in self.slow for command in asked)  # for what it then looks at
        return asked, unobserved and not waits

    def sequence(self, draw: Callable[[Any], Any], mix: Sequence[str]) -> Iterator[Command]:
        """Yield a situation, then commands of such a mix."""
        choose = self.hypothesis.strategies.sampled_from
        reference, universe = ReferenceModel(), draw(choose(self.universes))
        for command in draw(choose(universe.starts)):
            reference.submit(command)
            yield command
        for _ in range(draw(self.hypothesis.strategies.integers(1, LONGEST))):
            command = self.command(draw, draw(choose(mix)), universe, reference)
            for _ in range(draw(choose(TIMES))):
                reference.submit(command)
                yield command

    def command(
        self, draw: Callable[[Any], Any], wanted: str, universe: Universe, reference: ReferenceModel
    ) -> Command:
        """Return a command of a kind that has some that are wanted, if one is found soon."""
        choose = self.hypothesis.strategies.sampled_from
        for _ in range(TRIES):
            kind = draw(choose(universe.kinds))
            if found := universe.of_kind(kind, wanted, reference, self.lane.leaves_out):
                break
        command: Command = draw(choose(found or universe.by_kind[kind]))
        return command

    def show(self) -> None:
        """Show how far it is."""
        tally, progress = self.lane.tally, self.lane.running.progress
        if progress.is_due():
            rate = tally.sequences / max(self.seconds - self.left, 0.001)
            left = f"{max(self.left, 0):,.0f} s left, {len(tally.failures):,} failed"
            progress.show(f"{tally.sequences:,} sequences, {rate:,.0f}/s, {left}")


def by_kind_of(commands: Iterable[Command]) -> ByKind:
    """Return the commands by the names of their types."""
    found: ByKind = {}
    for command in commands:
        found.setdefault(type(command).__name__, []).append(command)
    return found


def may_change_something(outcome: Outcome) -> bool:
    """Return whether the command is accepted, and changes something or records the use of a key; or may be."""
    return isinstance(outcome, Unspecified) or (isinstance(outcome, Accepted) and bool(outcome.by))


def is_near_miss(outcome: Outcome) -> bool:
    """Return whether the command is refused for one reason alone, which is not a name."""
    return isinstance(outcome, Refused) and len(outcome.because) == 1 and not outcome.because & NAMES_ARE_RESOLVED_FIRST


def run_fuzz(running: Running, worker: Worker, seconds: float, examples: Path | None) -> None:
    """Fuzz the system; raises `Aborted`."""
    running.progress.begin(FUZZ)
    lane = SequenceLane(FUZZ, running, worker, largest=running.made.budgets["log_size"])
    fuzzing = Fuzzing(lane, seconds, running.made.seed, examples)
    try:
        fuzzing.run()
    finally:
        lane.end(seconds=round(seconds - max(fuzzing.left, 0.0), 1), rounds=fuzzing.rounds)
