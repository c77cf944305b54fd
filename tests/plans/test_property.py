"""For random plans: what loses is a loss in the model in every order that is permitted, whatever
silent rows do, and silence is no loss in any.

Orders are tried here one by one, and states one by one: no step is shared, and the oracle's own
bookkeeping has no part in it.
"""

import json
from collections.abc import Iterator, Sequence
from itertools import permutations, product
from pathlib import Path
from random import Random

import pytest

from tests.plans import builder as b
from tests.plans.test_cases import K, P, R, T, V, judge
from translator_cmk.machine import REMEMBERING, Command, Machine, State, initial
from translator_cmk.machine.entities import Entity
from translator_cmk.oracle.transitions import transitions
from translator_cmk.plans.changes import Operation, operations_of
from translator_cmk.plans.context import Context
from translator_cmk.plans.estate import Estate
from translator_cmk.plans.findings import stakes_of
from translator_cmk.plans.order import predecessors
from translator_cmk.plans.plan import Plan
from translator_cmk.plans.reading import read_plan
from translator_cmk.plans.walk import Stake

FULL = Machine(REMEMBERING)
MOST_OPERATIONS = 5
LIMIT = 4096


def random_plan(random: Random) -> b.TerraformPlan:
    """Return a plan about one account, its vault, its key, a policy and perhaps a role."""
    plan = b.TerraformPlan()
    has_key = random.random() < 0.8
    before = b.account(key=b.key_id() if has_key else None)
    random_account(plan, random, before)
    entries = [b.policy_entry()] if random.random() < 0.5 else []
    random_vault(plan, random, b.vault(policies=entries))
    actions = random.choice([["no-op"], ["no-op"], ["delete"], ["delete", "create"]])
    refers = {"key_vault_id": f"{V}.id"}
    made = b.key(id=b.UNKNOWN) if "create" in actions else b.key()
    plan.change(K, actions, b.key(), None if actions == ["delete"] else made, refers=refers)
    random_policy(plan, random)
    if random.random() < 0.3:
        actions = random.choice([["no-op"], ["delete"], ["create"]])
        role = b.role()
        plan.change(
            R, actions, None if "create" in actions else role, None if "delete" in actions else role
        )
    return plan


def random_account(plan: b.TerraformPlan, random: Random, before: b.Values) -> None:
    match random.randrange(7):
        case 0:
            plan.update(T, before, {**before, "identity": []})
        case 1:
            plan.update(T, before, {**before, "customer_managed_key": []})
        case 2:
            plan.update(T, before, b.account(key=b.key_id(key="other")))
        case 3:
            plan.delete(T, before)
        case _:
            plan.keep(T, before)


def random_vault(plan: b.TerraformPlan, random: Random, before: b.Values) -> None:
    match random.randrange(7):
        case 0:
            plan.update(V, before, {**before, "access_policy": []})
        case 1:
            plan.update(V, before, {**before, "access_policy": b.UNKNOWN})
        case 2:
            plan.update(V, before, {**before, "rbac_authorization_enabled": True})
        case 3:
            plan.delete(V, before)
        case _:
            plan.keep(V, before)


def random_policy(plan: b.TerraformPlan, random: Random) -> None:
    refers = {"key_vault_id": f"{V}.id"}
    owner = random.choice([b.PRINCIPAL, b.PRINCIPAL, b.OTHER])
    policy = b.policy(owner)
    match random.randrange(6):
        case 0:
            plan.delete(P, policy, depends=(V,))
        case 1:
            plan.replace(P, policy, b.policy(b.UNKNOWN), refers=refers, depends=(V,))
        case 2:
            plan.update(P, policy, b.policy(owner, key_permissions=["Get"]), refers=refers)
        case 3:
            plan.create(P, policy, refers=refers)
        case _:
            plan.keep(P, policy, refers=refers)


def read(plan: b.TerraformPlan, folder: Path) -> Plan:
    file = folder / "plan.json"
    file.write_text(json.dumps(plan.as_dict()), "utf-8")
    return read_plan(str(file))


def orders(before: Sequence[frozenset[int]]) -> Iterator[tuple[int, ...]]:
    """Yield every order in which each operation comes after those that have to come before it."""
    for order in permutations(range(len(before))):
        if all(before[each] <= set(order[:place]) for place, each in enumerate(order)):
            yield order


def commands_in(
    operations: Sequence[Operation], order: Sequence[int]
) -> Iterator[tuple[Command, ...]]:
    """Yield the commands of the operations in this order, for each way to read them."""
    readings = []
    for number in order:
        for change in operations[number].changes:
            readings.append(change.readings)
    for chosen in product(*readings):
        yield tuple(command for reading in chosen for command in reading)


Run = tuple[State, frozenset[Stake]]
"""Where a system is, and what was lost on the way."""


def runs(
    machine: Machine, start: Run, commands: Sequence[Command], stakes: Sequence[Stake]
) -> set[Run]:
    """Return where all runs of a sequence of commands end."""
    found = {start}
    for command in commands:
        following: set[Run] = set()
        for state, lost in found:
            for transition in transitions(machine, state, command, LIMIT).possible:
                now = {stake for stake in stakes if stake.is_lost_in(transition.after)}
                following.add((transition.after, lost | now))
        found = following
    return found


def context_of(plan: Plan) -> Context:
    estate = Estate(plan, {})
    [account] = estate.every_account()
    return Context(plan, estate, account)


@pytest.mark.parametrize("profile", ["article", "full"])
@pytest.mark.parametrize("seed", range(0, 120, 12))
def test_losing_is_a_loss_in_every_order_and_silence_in_none(
    seed: int, profile: str, tmp_path: Path
) -> None:
    plan = read(random_plan(Random(seed)), tmp_path)
    context = context_of(plan)
    account = context.account
    operations = list(operations_of(context))
    if len(operations) > MOST_OPERATIONS:
        pytest.skip("more orders than are tried one by one")
    setup = context.setup.commands()
    state = initial(context.setup.stage())
    existing: set[tuple[type[Entity], str]] = set()
    for command in setup:
        state, _ = FULL.step(state, command)
        existing.update((kind, name) for kind, name, is_new in command.names() if is_new)
    stakes = stakes_of(account.name, "models")
    lost = frozenset(stake for stake in stakes if stake.is_lost_in(state))
    machine = judge(profile).machine

    ends: set[Run] = set()
    before = predecessors(plan, operations, frozenset(existing))
    for order in orders(before):
        for commands in commands_in(operations, order):
            ends |= runs(machine, (state, lost), commands, stakes)

    findings = judge(profile).judge(plan).findings
    lost_in_all = frozenset.intersection(*(each for _, each in ends)) - lost
    lost_in_some = frozenset.union(*(each for _, each in ends)) - lost
    if any(finding.verdict == "loses" for finding in findings):
        assert lost_in_all
    grave = {finding.verdict for finding in findings} & {"loses", "may-lose"}
    assert bool(grave) == bool(lost_in_some)
