"""The lane of fuzzing: Hypothesis makes up sequences over two of everything, and shrinks what fails."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..explore.scopes import SCOPES
from ..machine import Accepted, Command, State
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
from ..situations import situations
from .cases import FUZZ
from .following import applicable
from .keeping import Signature
from .running import Running
from .sequencing import Sequencing
from .shadow import Shadow
from .trouble import Trouble
from .worker import GaveUp, Worker

SECONDS = 20.0
"""How long is fuzzed unless told otherwise."""

LOG_SIZE = 32
"""How many MiB the lane writes into the message log before it keeps there only what tells news."""

SHRINKING = 20.0
"""For how many seconds at most what was found is shrunk once the time is up."""

LONGEST = 25
"""How many commands a sequence has at most, beside those of the situation that it begins with."""

EXAMPLES = 300
"""How many sequences Hypothesis makes in one go; then it begins anew, with another seed."""


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
"""What no scope needs: two of a kind that belong to one thing, and a vault beside the one in use."""


def alphabet() -> tuple[Command, ...]:
    """Every command of every scope, over two resources, two vaults and what belongs to them, and what crosses them."""
    return tuple(dict.fromkeys([*(command for scope in SCOPES for command in scope.alphabet), *CROSSED]))


ByKind = dict[str, list[Command]]

KNOWN = 5_000
"""Of how many states it is kept which commands change something: some 12 MB."""


class Parted(Exception):
    """The system and the specification part."""


class Fuzzing:
    """Rounds of Hypothesis; each ends with a failure of a new kind, or after a number of sequences."""

    def __init__(self, lane: Sequencing, seconds: float, seed: int, examples: Path | None) -> None:
        try:
            import hypothesis
        except ImportError:
            raise Trouble(
                "the lane fuzz needs Hypothesis: pip install 'translator-cmk[kit]'; or leave the lane out"
            ) from None
        self.hypothesis = hypothesis
        self.lane = lane
        self.clock = lane.worker.session.clock
        self.began = self.clock.now()
        self.seconds = seconds
        self.seed = seed
        self.examples = examples
        self.rounds = 0
        self.given_up: GaveUp | None = None
        declared = lane.subject.declaration
        self.alphabet = [each for each in alphabet() if list(applicable([each], declared))]
        self.by_kind = by_kind_of(self.alphabet)
        self.known: dict[State, ByKind] = {}
        self.starts = [(), *(each.commands for each in situations().values())]

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.began + self.seconds - self.clock.now()

    def run(self) -> None:
        """Fuzz until the time is up, but for one sequence at least; raises `GaveUp`."""
        while self.left > 0 or not self.rounds:
            self.rounds += 1
            if (found := self.round()) is not None:
                self.lane.keep(*found)

    def round(self) -> tuple[Signature, tuple[Command, ...]] | None:
        """A failure of a new kind with the shortest sequence for it that Hypothesis has found, if any."""
        hypothesis, found = self.hypothesis, dict[Signature, tuple[Command, ...]]()

        def example(data: Any) -> None:
            over = self.lane.tally.sequences and self.left <= (-SHRINKING if found else 0)
            if over or self.given_up:
                return
            commands = tuple(applicable(self.sequence(data.draw), self.lane.subject.declaration))
            if not found:
                try:
                    followed, new = self.lane.put_through(commands)
                except GaveUp as error:  # Hypothesis would try it again and again
                    self.given_up = error
                    return
                self.show()
                if new is not None:
                    found[new] = followed.asked
                    raise Parted
            elif (again := self.lane.again(commands, next(iter(found)))) is not None:
                found[next(iter(found))] = again.asked
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

    def sequence(self, draw: Callable[[Any], Any]) -> Iterator[Command]:
        """A situation, then commands; of four, three are such as the model accepts for what they change."""
        choose = self.hypothesis.strategies.sampled_from
        shadow = Shadow()
        for command in draw(choose(self.starts)):
            shadow.submit(command)
            yield command
        for _ in range(draw(self.hypothesis.strategies.integers(1, LONGEST))):
            effective = draw(choose((True, True, True, False)))
            by_kind = (self.effective(shadow) if effective else None) or self.by_kind
            command = draw(choose(by_kind[draw(choose(sorted(by_kind)))]))
            shadow.submit(command)
            yield command

    def effective(self, shadow: Shadow) -> ByKind:
        """The commands that the model would accept, and that would change something or record the use of a key."""
        found = self.known.get(shadow.state)
        if found is None:
            found = by_kind_of(each for each in self.alphabet if changes(shadow, each))
            if len(self.known) < KNOWN:
                self.known[shadow.state] = found
        return found

    def show(self) -> None:
        """Show how far it is."""
        tally = self.lane.tally
        spent = self.seconds - self.left
        self.lane.running.progress.show_time(spent, self.seconds, len(tally.failures), tally.sequences)


def by_kind_of(commands: Iterable[Command]) -> ByKind:
    """The commands by the names of their types."""
    found: ByKind = {}
    for command in commands:
        found.setdefault(type(command).__name__, []).append(command)
    return found


def changes(shadow: Shadow, command: Command) -> bool:
    """Whether the model would accept the command and change something, or record the use of a key."""
    outcome = shadow.looks_at(command)
    return isinstance(outcome, Accepted) and bool(outcome.by)


def run_fuzz(running: Running, worker: Worker, seconds: float, examples: Path | None) -> None:
    """Fuzz the system; raises `GaveUp`."""
    running.progress.begin(FUZZ)
    lane = Sequencing(FUZZ, running, worker, largest=running.made.budgets["log_size"])
    fuzzing = Fuzzing(lane, seconds, running.made.seed, examples)
    try:
        fuzzing.run()
    finally:
        lane.end(seconds=round(seconds - max(fuzzing.left, 0.0), 1), rounds=fuzzing.rounds)
