"""What a plan does to what its accounts hold: one finding for each address, the gravest first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..machine import Command, Machine, Refused, Unspecified
from ..machine.commands import DeleteResource
from ..machine.entities import Document, Model, Resource, Workspace
from ..machine.rows import Means, Row
from ..requirements import Register
from .access_changes import ROLES
from .causes import forced
from .changes import Operation, operations_of
from .consequences import (
    NO_FINDINGS,
    Consequence,
    Readings,
    Telling,
    broken_demands,
    must_be_lost,
)
from .context import Context, PlannedChange
from .estate import Estate, KnownAccount, holds_of
from .finding import Finding, Note, Part, Replay, Report
from .gaps import how_long
from .order import Name, predecessors
from .plan import CREATE, DELETE, Plan, without_keys
from .setup import document_of, model_of, workspace_of
from .undecided import NotJudged, accounts_not_judged, may_take_a_key, not_followed, not_judged
from .verdicts import (
    LOSES,
    MAY_LOSE,
    NOT_JUDGED,
    NOT_SPECIFIED,
    REFUSED,
    VERDICTS,
    graver,
)
from .walk import NAMES_THAT_MEAN_NOTHING, CommandEffect, Stake, Traced, Walk, Walker

DELETIONS = {
    "account-deleted": "account",
    "account-replaced": "account",
    "vault-deleted": "vault",
    "vault-replaced": "vault",
}
"""By kind of change: what it deletes, as its words name it."""


@dataclass(frozen=True)
class Story:
    """One operation on the world of one account, and the walk that tells what it does."""

    context: Context
    operation: Operation
    walk: Walk

    def replay(self, commands: tuple[Command, ...]) -> Replay:
        """Return how the oracle shows what the commands do."""
        setup = self.context.setup
        return Replay(setup.stage(), tuple(setup.commands()), commands)


@dataclass
class Judge:
    """Judges plans by one machine of the oracle."""

    machine: Machine
    register: Register
    profile: str = "article"
    holds: Mapping[str, str] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    undecided: list[NotJudged] = field(default_factory=list)

    def judge(self, plan: Plan) -> Report:
        """Return what a plan does."""
        self.undecided = []
        estate = Estate(plan, self.holds)
        self.notes = [Note("key-not-told", name) for name in sorted(estate.with_key_not_judged)]
        all_found = self._findings(plan, estate)
        self._look_at_what_is_not_judged(plan, estate)
        findings = [finding for finding in all_found if finding.verdict]
        findings += map(not_decided, dict.fromkeys(self.undecided))
        others = estate.not_judged.items()
        return Report(
            plan=plan,
            profile=self.profile,
            holds=self.holds,
            revision=self.register.revision,
            findings=tuple(gravest_first(plan, with_what_goes_with(findings))),
            quiet=tuple(changes_without_finding(plan, all_found, findings)),
            changes=sum(1 for _ in plan.changes()),
            accounts={account.name: account.is_outside for account in estate.every_account()},
            # an account has an address, and may have an id besides
            not_judged=Counter(kind for name, kind in others if name.startswith("@")),
            notes=tuple(self.notes),
        )

    def _look_at_what_is_not_judged(self, plan: Plan, estate: Estate) -> None:
        """Note what may cost something that is not judged, and what only seems to."""
        self.undecided += not_judged(plan, estate)
        for resource in not_followed(plan, estate):
            if may_take_a_key(plan, estate, resource):
                self.undecided.append(NotJudged("request-not-followed", resource))
            else:
                self.notes.append(Note("not-followed", resource.address))
        for vault, accounts in accounts_not_judged(estate):
            for account in accounts:
                for operation in self._losing(Context(plan, estate, account)):
                    its = operation.resource
                    self.undecided.append(NotJudged("key-elsewhere", its, vault.name))

    def _losing(self, context: Context) -> Iterator[Operation]:
        """Yield each operation by which an account loses something, by itself."""
        operations = list(operations_of(context))
        if not operations:
            return
        walker = self._walker(context)
        for operation in operations:
            if stakes_lost(walker.walk_alone(operation)):
                yield operation

    def _walker(self, context: Context) -> Walker:
        """Return what walks the orders of a plan, from the world of an account before it."""
        account = context.account
        stakes: list[Stake] = []
        if account.exists_before:
            stakes = stakes_of(account.name, holds_of(self.holds, account.name))
        machine = self.machine
        if context.setup.works_by_role():
            machine = where_roles_work(machine)
        walker = Walker(machine, context.setup.stage(), stakes)
        walker.prepare(context.setup.commands())
        return walker

    def _findings(self, plan: Plan, estate: Estate) -> list[Finding]:
        """Return what is found on each address; a harmless change has no verdict."""
        by_address: dict[str, list[Finding]] = {}
        for account in estate.every_account():
            for finding in self._judge_account(plan, estate, account):
                by_address.setdefault(finding.address, []).append(finding)
        found = map(merged, by_address.values())
        return [replace(each, forced=forced(plan, each.resource)) for each in found]

    def _judge_account(
        self, plan: Plan, estate: Estate, account: KnownAccount
    ) -> Iterator[Finding]:
        """Yield what the plan does to one account."""
        context = Context(plan, estate, account)
        operations = list(operations_of(context))
        if not operations:
            return
        lacked = context.setup.lost_before()
        if lacked:
            self.notes.append(Note(f"lacked-{lacked}", account.name))
        walker = self._walker(context)
        existing: set[Name] = set()
        for command in context.setup.commands():
            existing.update((kind, name) for kind, name, is_new in command.names() if is_new)
        walk = walker.walk(operations, predecessors(plan, operations, frozenset(existing)))
        if not walk.is_exact:
            its = operations[0].resource
            self.undecided.append(NotJudged("orders-not-tried", its, account.name))
        findings: list[Finding] = []
        for number, operation in enumerate(operations):
            story = Story(context, operation, walk)
            finding = self._finding(story, number)
            # What comes before a deletion may have taken all that the deletion would take.  So it
            # is also judged as if nothing came before it.
            is_hidden = not finding.verdict or deletes_the_account(operation)
            if is_hidden and operation.verb == DELETE:
                # Whether it is lost or may be is said of the whole plan.
                by_itself = replace(walker.walk_alone(operation), at_the_end=walk.at_the_end)
                if loses_only_what_is_not_kept(by_itself):
                    finding = self._finding(replace(story, walk=by_itself), 0)
            findings.append(finding)
        for number, finding in enumerate(findings):
            yield replace(finding, gaps=how_long(walk, operations, number, findings))

    def _finding(self, story: "Story", number: int) -> Finding:
        """Return what one operation does to an account; its verdict is empty if it is harmless."""
        operation = story.operation
        account = story.context.account
        parts: list[Part] = []
        for place, change in enumerate(operation.changes):
            parts.append(self._part(story, story.walk.traced[number, place], change))
        is_found = any(part.verdict for part in parts)
        return Finding(
            operation.resource,
            tuple(worth_telling(parts) if is_found else parts),
            {account.name: account.kind},
        )

    def _part(self, story: "Story", traced: Traced, change: PlannedChange) -> Part:
        """Return what one change does, at its worst over all orders."""
        walk = story.walk
        telling = Telling(story.context.account.name, self.register, self.machine.silent)
        found: list[tuple[str, CommandEffect]] = []
        for effect in traced.all_effects():
            found.append((self._verdict(effect, change, traced.effects, walk), effect))
        verdicts = filter(None, [change.verdict, *(verdict for verdict, _ in found)])
        verdict = min(verdicts, key=VERDICTS.index, default="")
        worst = [effect for its_verdict, effect in found if verdict and its_verdict == verdict]
        if worst:
            shown = max(worst, key=gravity)
            consequences = tuple(telling.consequences(shown, change, traced.effects, walk))
            gentler = any(loses_less(effect, shown) for effect in worst)
            is_harmless_in_one = any(not its_verdict for its_verdict, _ in found)
            # Of several readings, one may be harmless in every order.
            only_in_some = change.is_certain and (is_harmless_in_one or gentler)
            replay = story.replay(shown.path)
            return Part(story.operation.verb, change, verdict, consequences, only_in_some, replay)
        told: tuple[Consequence, ...] = ()
        if change.cites:
            told = (telling.of_request("refused", change.cites),)
        # What it gives back is told by the first order in which it does.
        for effect in traced.all_effects():
            told = told or tuple(telling.regained(effect, walk))
        return Part(story.operation.verb, change, verdict, told)

    def _verdict(
        self,
        effect: CommandEffect,
        change: PlannedChange,
        readings: Readings,
        walk: Walk,
    ) -> str:
        """Return the verdict on what one command does in one order; empty if it is no finding."""
        if effect.losses:
            if any(must_be_lost(loss, change, readings, walk) for loss in effect.losses):
                return LOSES
            return MAY_LOSE
        outcome = effect.outcome
        if isinstance(outcome, Refused):
            # A request about what is gone is refused, but what took it away is the finding.
            reasons = outcome.because - NAMES_THAT_MEAN_NOTHING
            return REFUSED if reasons else ""
        # Where all is lost already, what is not specified costs nothing.
        if effect.nothing_left:
            return ""
        deciding = effect.deciding - NO_FINDINGS
        if isinstance(outcome, Unspecified):
            if broken_demands(effect, self.register, self.machine.silent):
                return REFUSED
            # An answer that only an earlier change leaves open is no finding of this one.
            return NOT_SPECIFIED if deciding & outcome.silent else ""
        return NOT_SPECIFIED if effect.unspecified and deciding else ""


def where_roles_work(machine: Machine) -> Machine:
    """Return the machine of a service in which a role is worth something: an account used its key
    by one before the plan.
    """
    kept: list[Row] = []
    for row in machine.rows:
        # What is left out says that a key is inaccessible though a role gives access to it.
        if not isinstance(row, Means) or row.requirement != ROLES:
            kept.append(row)
    return Machine(kept, machine.silent)


def not_decided(reason: NotJudged) -> Finding:
    """Return the finding that something is not judged."""
    change = PlannedChange(reason.kind, (), {"what": reason.what})
    return Finding(reason.resource, (Part("", change, NOT_JUDGED),))


def with_what_goes_with(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield findings, those told in one line that only go with an account or a vault."""
    found = list(findings)
    deletions: dict[str, Finding] = {}
    for finding in found:
        # What goes for certain doesn't go with what only may go.
        if finding.resource.is_potential:
            continue
        for part in finding.parts:
            what = DELETIONS.get(part.change.kind)
            if what is not None:
                deletions[str(part.change.names[what])] = finding
    for finding in found:
        deletion = deletion_it_goes_with(finding, deletions)
        if deletion is None:
            yield finding
        else:
            yield replace(finding, goes_with=deletion.address, gaps=())


def deletion_it_goes_with(finding: Finding, deletions: Mapping[str, Finding]) -> Finding | None:
    """Return the deletion of an account or a vault that tells all that a finding takes, if any.

    ``deletions`` has them by the name of what they delete.
    """
    takes = finding.verdict in (LOSES, MAY_LOSE) or DELETE in finding.resource.actions
    if not takes:
        return None
    for what in ("account", "vault"):
        for part in finding.parts:
            deletion = deletions.get(str(part.change.names.get(what, "")))
            if deletion is None or deletion is finding:
                continue
            # A vault that goes takes nothing from an account that doesn't use it.
            tells_of_all = finding.accounts.keys() <= deletion.accounts.keys()
            if tells_of_all and not graver(finding.verdict, deletion.verdict):
                return deletion
    return None


def gravest_first(plan: Plan, findings: Iterable[Finding]) -> list[Finding]:
    """Return the gravest first, and of equals that on which the fewest others depend.

    Terraform destroys it before what it depends on itself.
    """
    found = list(findings)

    def place(this: Finding) -> tuple[int, int]:
        name = without_keys(this.address)
        dependents = 0
        for other in found:
            if name in plan.dependencies.get(without_keys(other.address), ()):
                dependents += 1
        return VERDICTS.index(this.verdict), dependents

    return sorted(found, key=place)


def changes_without_finding(
    plan: Plan, judged: Iterable[Finding], findings: Iterable[Finding]
) -> Iterator[Finding]:
    """Yield the changes of which nothing was found, those first that say what they do."""
    done = {finding.address for finding in findings}
    quiet = [finding for finding in judged if finding.address not in done]
    done.update(finding.address for finding in quiet)
    yield from quiet
    for resource in plan.changes():
        if resource.address not in done:
            yield Finding(resource)


def gravity(effect: CommandEffect) -> tuple[int, int, int]:
    """Return by what the worst of several effects is found; of equals, it is the earliest."""
    certain = sum(1 for loss in effect.losses if loss.degree == "must")
    return certain, len(effect.losses), -len(effect.path)


def loses_less(effect: CommandEffect, worst: CommandEffect) -> bool:
    """Return whether something that must be lost in the worst order may be kept in this one."""
    may_be_kept = {loss.stake for loss in effect.losses if loss.degree == "may"}
    for loss in worst.losses:
        if loss.degree == "must" and loss.stake in may_be_kept:
            return True
    return False


def deletes_the_account(operation: Operation) -> bool:
    """Return whether an operation takes the account: all that it holds goes with it, whatever
    comes first.
    """
    for change in operation.changes:
        for commands in change.readings:
            if any(isinstance(command, DeleteResource) for command in commands):
                return True
    return False


def loses_only_what_is_not_kept(by_itself: Walk) -> bool:
    """Return whether a deletion loses something by itself, and only what the plan loses, or may
    lose, whatever comes first.

    Its place in the plan may hide that: a policy goes before its vault, and takes all with it.
    """
    lost = stakes_lost(by_itself)
    if not lost:
        return False
    return all(by_itself.at_the_end.get(stake) != "kept" for stake in lost)


def stakes_lost(walk: Walk) -> set[Stake]:
    """Return what is lost in some order, or may be."""
    lost: set[Stake] = set()
    for traced in walk.traced.values():
        for effect in traced.all_effects():
            lost.update(loss.stake for loss in effect.losses)
    return lost


def worth_telling(parts: list[Part]) -> Iterator[Part]:
    """Yield what is told of a resource: what has consequences, and that it is made again."""
    for place, part in enumerate(parts):
        is_made = place == 0 and part.verb == CREATE
        if part.verdict or part.consequences or is_made:
            yield part


def stakes_of(account: str, holds: str) -> list[Stake]:
    """Return what is at stake for an account."""
    if holds == "nothing":
        return []
    stakes = [
        Stake("account", Resource, account),
        Stake("data", Workspace, workspace_of(account)),
        Stake("documents", Document, document_of(account)),
    ]
    if holds == "models":
        stakes.append(Stake("models", Model, model_of(account)))
    return stakes


def merged(findings: list[Finding]) -> Finding:
    """Return what one resource does to several accounts, or in several operations."""
    accounts: dict[str, str] = {}
    for finding in findings:
        accounts.update(finding.accounts)
    return replace(
        findings[0],
        parts=tuple(part for finding in findings for part in finding.parts),
        accounts=accounts,
        gaps=tuple(dict.fromkeys(gap for finding in findings for gap in finding.gaps)),
    )
