"""A trace fits if, and only if, the specification allows each of its events."""

import re
import subprocess
import sys
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.check_trace.logs import is_judged_as_written, lines, when_accepted
from tests.command_line import Done, each_refused, one_error, run_cli, tables
from tests.oracle.following import ARTICLE, FULL, REQUIREMENTS, PicksAtRandom, commands
from translator_cmk.check_trace import Checker, Event, check, event
from translator_cmk.check_trace.completing import Values, completions, known_values
from translator_cmk.language.messages import command_to_wire
from translator_cmk.language.situations import situations
from translator_cmk.language.strict_json import LONGEST
from translator_cmk.language.traces import CommandInPart
from translator_cmk.machine import (
    COMMANDS,
    DEFAULT_STAGE,
    Accepted,
    Command,
    Machine,
    Observation,
    Outcome,
    Refused,
    RowsContradict,
    Stage,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.oracle.profiles import machine_of
from translator_cmk.oracle.shown import Shown
from translator_cmk.shapes import WireError
from translator_cmk.system import ModelSystem

AT_WORK = situations()["a deployed model under customer-managed keys"].commands


def logged(system: ModelSystem, *sequence: Command) -> list[Event]:
    """What a system does, and everything that is then seen."""
    return [event(command, system.submit(command), system.observe()) for command in sequence]


def log_of(machine: Machine, seed: int, hides: float) -> list[Event | Stage]:
    """Return the log of a system that follows the machine, of which parts are hidden with this
    likelihood.
    """
    random, system = Random(seed), ModelSystem(machine)
    events: list[Event | Stage] = []
    for command in commands(seed, 50):
        if random.random() < 0.02:
            system.reset()
            events.append(DEFAULT_STAGE)
        try:
            outcome: Outcome | None = system.submit(command)
        except RowsContradict:
            break  # what this machine picked does not hold together
        partial = random.random() < hides / 2
        seen = partly(system.observe(), random) if partial else system.observe()
        observation = None if random.random() < hides / 2 else seen
        idle = random.random() < hides / 4
        if idle or random.random() < hides / 3:
            outcome = None
        shown = Shown(audit=random.random() < 0.5)
        if random.random() < hides / 3:
            events.append(event(command, outcome, shown=shown, idle=idle))
            events.append(event(observation=observation, partial=partial))
        else:
            events.append(
                event(command, outcome, observation, partial=partial, shown=shown, idle=idle)
            )
    return events


def partly(observation: Observation, random: Random) -> Observation:
    """Return a part of an observation, and that something else does not exist."""
    found: Observation = {}
    for kind, entities in observation.items():
        for name, fields in entities.items():
            if random.random() < 0.3:
                some = {field: value for field, value in fields.items() if random.random() < 0.5}
                found.setdefault(kind, {})[name] = {"exists": True, **some}
    return found | {"document": {"never": {"exists": False}}}


@pytest.mark.parametrize("hides", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("machine", [FULL, ARTICLE], ids=["full", "article"])
def test_system_that_follows_the_specification_fits_if_parts_of_its_log_are_hidden(
    machine: Machine, hides: float
) -> None:
    """Silent rows hold or not, and observations are complete, partial or missing."""
    for seed in range(3):
        verdict = check(log_of(PicksAtRandom(machine, Random(seed)), seed, hides), machine)
        assert (verdict.deviations, verdict.judgeable > 0) == ([], True)


@pytest.mark.parametrize("seed", range(2))
def test_system_fits_with_any_requirements_waived(seed: int) -> None:
    waived = frozenset(Random(seed).sample(REQUIREMENTS, 6)) - {"environment.exists"}
    machine = machine_of(waived)
    assert check(log_of(PicksAtRandom(machine, Random(seed)), seed, 0.3), machine).fits


@pytest.mark.parametrize("seed", range(4))
def test_mistake_in_a_complete_log_is_found_where_it_is(seed: int) -> None:
    random, events = Random(seed), log_of(FULL, seed, hides=0)
    at = random.choice(
        [number for number, each in enumerate(events) if number > 5 and isinstance(each, Event)]
    )
    right = events[at]
    assert isinstance(right, Event)
    assert right.observation
    wrong = {kind: dict(entities) for kind, entities in right.observation.items()}
    kind = random.choice([kind for kind, entities in wrong.items() if entities])
    name = random.choice(list(wrong[kind]))
    field, value = random.choice(list(wrong[kind][name].items()))
    if random.random() < 0.3:
        del wrong[kind][name]
    else:
        wrong[kind][name] = wrong[kind][name] | {
            field: not value if isinstance(value, bool) else "wrong"
        }
    events[at] = right._replace(observation=wrong)
    assert check(events, FULL).deviations[0].at == at + 1


def test_events_may_come_in_pieces() -> None:
    events = list(enumerate(log_of(ARTICLE, 3, hides=0.5), start=1))
    checker = Checker(ARTICLE)
    for first in range(0, len(events), 7):
        checker.read(iter(events[first : first + 7]))
    assert checker.verdict == check((each for _, each in events), ARTICLE)


def test_a_number_is_no_truth_value() -> None:
    shown = logged(ModelSystem(), *AT_WORK)
    readable, number = ({"workspace": {"ws-prod": {"readable": value}}} for value in (True, 1))
    assert check([*shown, event(observation=readable, partial=True)], FULL).fits
    assert not check([*shown, event(observation=number, partial=True)], FULL).fits


def test_too_much_that_is_possible_is_no_verdict_on_what_follows() -> None:
    keys = ("k1", "k2", "k3")
    begun = [event(cmd.CreateVault("v", "westeurope", "production", "g"), Accepted())]
    begun += [event(cmd.CreateKey("v", key), Accepted()) for key in keys]
    disabled = [event(cmd.DisableKey("v", key), Accepted()) for key in keys]
    wrong = event(cmd.DeleteKey("v", "nothing"), Accepted())
    events: list[Event | Stage] = [*begun, *disabled, wrong, DEFAULT_STAGE, *begun, wrong]
    checker = Checker(machine_of({"keys.disable"}), limit=7)
    checker.read(enumerate(events, start=1))
    verdict = checker.verdict
    assert verdict.overflows == [7]
    assert (verdict.skipped, verdict.complete, verdict.fits) == (1, False, False)
    assert [each.at for each in verdict.deviations] == [14]


# Commands of which a part is given


def values(**names: list[Any]) -> Values:
    return known_values([{"names": names}])


NAMES = values(vault=["v1", "v2"], key=["k1", "k2"], resource=["r1"], group=["g"])


def all_of(command: str, known: Values = NAMES, **given: Any) -> set[Command]:
    found = completions(CommandInPart(COMMANDS[command], **given), known, DEFAULT_STAGE, "f:1")
    assert len(set(found)) == len(found)
    return set(found)


def test_field_that_is_left_out_may_have_any_value_that_is_known() -> None:
    assert all_of("DeleteKey") == {cmd.DeleteKey(v, k) for v in ("v1", "v2") for k in ("k1", "k2")}
    assert all_of("DeleteKey", vault="v3") == {cmd.DeleteKey("v3", "k1"), cmd.DeleteKey("v3", "k2")}
    assert len(all_of("CreateKey", vault="v1", key="k1")) == 3 * 3
    vaults = all_of("CreateVault", vault="v1", group="g", soft_delete=True, purge_protection=True)
    assert {each.as_dict()["region"] for each in vaults} == {"westeurope", "eastus"}
    assert len(vaults) == 2 * 3 * 2
    resources = all_of(
        "CreateResource", resource="r1", kind="Translator", tier="cmk-tier", group="g"
    )
    assert {each.as_dict()["location"] for each in resources} == {"westeurope", "eastus", "global"}
    assert all_of("MoveResourceGroup", group="g", subscription="foreign") == {
        cmd.MoveResourceGroup("g", "foreign", to) for to in DEFAULT_STAGE.subscriptions
    }


def test_what_is_named_only_sometimes_is_left_out_elsewhere_and_a_complete_command_is_itself() -> (
    None
):
    given: dict[str, Any] = {"resource": "r1", "through": "api"}
    with_key = {
        cmd.EnableCustomerManagedKeys(vault=v, key=k, **given)
        for v, k in product(("v1", "v2"), ("k1", "k2"))
    }
    without = {
        cmd.EnableCustomerManagedKeys(store=store, **given)
        for store in ("managed-hsm", "elsewhere")
    }
    assert all_of("EnableCustomerManagedKeys", **given) == with_key | without
    command = cmd.CreateVault("v1", "eastus", "foreign", "g")
    assert all_of("CreateVault", **command.as_dict()) == {command}


def test_command_that_cannot_be_completed_is_an_error() -> None:
    with pytest.raises(WireError, match="f:1: TrainModel has no model"):
        all_of("TrainModel", workspace="w")
    with pytest.raises(WireError, match="no EnableCustomerManagedKeys has these fields"):
        all_of("EnableCustomerManagedKeys", resource="r1", store="elsewhere", vault="v1")
    with pytest.raises(WireError, match="more than 4,096 commands"):
        all_of(
            "DeleteKey",
            values(vault=[f"v{n}" for n in range(70)], key=[f"k{n}" for n in range(70)]),
        )


def test_names_are_taken_from_wherever_they_stand() -> None:
    known = known_values(
        [
            {"command": CommandInPart(cmd.CreateKey, vault="v1", key="k1", size=4097)},
            {"observation": {"key": {"v2/k2": {"size": 1024}}, "grant": {"v3/r1": {}}}},
            {
                "observation": {
                    "resource": {"r2": {"group": "g", "key": "absent"}, "r3": {"key": "v4/k4"}}
                }
            },
            {"names": {"model": ["m"]}},
        ]
    )
    assert known == {
        "vault": {"v1", "v2", "v3", "v4"}, "key": {"k1", "k2", "k4"}, "resource": {"r1", "r2", "r3"}, "group": {"g"},
        "model": {"m"}, "size": {1024, 2048, 3072, 4096, 4097},
    }  # fmt: skip


KEYS = (
    cmd.CreateVault("v1", "westeurope", "production", "g"),
    cmd.CreateVault("v2", "westeurope", "production", "g"),
    cmd.CreateKey("v1", "k1"),
    cmd.CreateKey("v2", "k2"),
)


def test_a_trace_fits_where_one_of_its_completions_does() -> None:
    """Two commands of which only the type is known: each trace is judged as all its completions
    together.
    """
    found = set()
    for seed in range(2, 6):
        random, system = Random(seed), ModelSystem()
        whole = [event(each, system.submit(each)) for each in KEYS]
        partly, possible = list(whole), []
        for _ in range(2):
            some = sorted(
                all_of(random.choice(("DeleteKey", "RecoverKey", "DeleteVault", "RecoverVault")))
            )
            outcome = random.choice([type(system.submit(random.choice(some)))(), Accepted()])
            shown = Shown(reasons=False)
            partly.append(event(some, outcome, shown=shown))
            possible.append([event(each, outcome, shown=shown) for each in some])
        seen = {
            "key": {
                "v1/k1": {"exists": random.random() < 0.5},
                "v2/k2": {"exists": random.random() < 0.5},
            }
        }
        last = event(observation=seen, partial=True)
        expected = any(check([*whole, *chosen, last], FULL).fits for chosen in product(*possible))
        assert check([*partly, last], FULL).fits == expected
        found.add(expected)
    assert found == {True, False}


def test_what_none_of_several_kinds_of_commands_does_names_the_requirements_of_each() -> None:
    begun = logged(ModelSystem(), *KEYS)
    kinds = [cmd.DeleteKey("v1", "k1"), cmd.DisableKey("v1", "k1")]
    (named,) = check([*begun, event(kinds, Refused(), shown=Shown(reasons=False))], FULL).deviations
    assert {"environment.delete-key", "keys.disable"} <= set(named.why.rests_on)


# `translator-cmk check-trace` gives one verdict on any file, and one line for an error in it


@pytest.mark.parametrize("row", tables(__file__, "traces.yaml")[0], ids=lambda row: row["claim"])
def test_a_log_is_judged_as_it_is_written(row: dict[str, Any], tmp_path: Path) -> None:
    is_judged_as_written(row, tmp_path)


PAGE = Path(__file__).resolve().parents[2] / "docs" / "traces.md"


trouble = partial(one_error, out=None)
"""The one line of an error; what comes before it is judged all the same."""


def run(text: bytes, *arguments: str, file: str = "-") -> Done:
    """Run the command on the text."""
    return run_cli("check-trace", *arguments, file, text=text)


def test_profile_and_waived_requirements_say_what_is_demanded() -> None:
    losses = (cmd.DeleteVault("kv-prod"), cmd.DisableKey("kv-prod", "cmk-2048"))
    lost, disabled = (
        lines(*when_accepted(*AT_WORK, loss, cmd.TranslateWithModel("legal-en-de")))
        for loss in losses
    )
    assert [run(text).code for text in (lost, disabled)] == [1, 0]
    assert run(lost, "--waive", "revocation.vault-deleted").code == 0
    assert run(disabled, "--profile", "full").out.startswith(
        f"standard input:{len(AT_WORK) + 2}: impossible"
    )


def test_names_are_read_ahead_from_a_file_and_not_from_a_pipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = cmd.CreateVault("kv-prod", "westeurope", "production", "g")
    recovered = {
        "command": {"command": "RecoverVault"},
        "partial": ["vault"],
        "outcome": {"outcome": "refused"},
    }
    text = lines(recovered, *when_accepted(vault, cmd.DeleteVault("kv-prod")))
    file = tmp_path / "trace.jsonl"
    file.write_bytes(text)
    assert run(b"", file=str(file)).error == ""
    no_name = "standard input:1: RecoverVault has no vault, and the log names none"
    assert trouble(run(text)).startswith(no_name)
    monkeypatch.chdir(tmp_path)
    Path("-").write_bytes(text)
    assert trouble(run(text)).startswith(no_name)
    assert run(lines({"trace": 1, "names": {"vault": ["kv-prod"]}}) + text).error == ""


@pytest.mark.parametrize(
    "text", [b"\n\n", lines({"trace": 1}), lines({"command": command_to_wire(AT_WORK[0])})]
)
def test_where_there_is_nothing_to_judge_the_verdict_says_so(text: bytes) -> None:
    done = run(text)
    assert (done.code, done.error) == (4, "")
    assert "has no outcome and no observation" in done.out


ALL_GOOD = (*AT_WORK, cmd.ReadData("ws-prod"))
GOOD = lines(*when_accepted(*ALL_GOOD))


@each_refused("trace")
def test_what_cannot_be_read_is_one_clear_error(text: str, says: str, after: str) -> None:
    before, line = (GOOD, len(ALL_GOOD) + 1) if after == "good lines" else (b"", 1)
    text = text.replace("LONG", "[" * (LONGEST + 1))
    assert trouble(run(before + text.encode() + b"\n")).startswith(f"standard input:{line}: {says}")


def test_a_file_or_a_requirement_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    assert "can't be read: No such file or directory" in trouble(
        run(b"", file=str(tmp_path / "none"))
    )
    assert "can't be read: Is a directory" in trouble(run(b"", file=str(tmp_path)))
    error = trouble(run(GOOD, "--waive", "revocation.undeploy"))
    assert (
        error
        == "no requirement is called 'revocation.undeploy'; did you mean 'revocation.undeploys'?"
    )
    assert "cannot be silent" in trouble(run(GOOD, "--waive", "environment.exists"))


def test_a_trace_that_is_cut_off_is_judged_as_far_as_it_goes() -> None:
    done = run(GOOD[:-20])
    expected = (
        f"standard input:{len(ALL_GOOD)}: cut off in the middle of the line; copy the whole trace"
    )
    assert trouble(done, 4) == expected
    assert f"{len(ALL_GOOD) - 1} events judged" in done.out
    assert run(GOOD[:-1]).code == 0  # only the last line break is missing


def test_impossible_event_stays_impossible_if_the_rest_cannot_be_read() -> None:
    text = lines(*when_accepted(AT_WORK[1]), *when_accepted(AT_WORK[1]))
    assert trouble(run(text + b"nonsense\n"), 1).startswith("standard input:3: not JSON")
    assert trouble(run(text + b'{"trace'), 1).startswith("standard input:3: cut off")


LITTLE = 200 * 2**20
"""How much memory a process may have: less than what is written to it."""

FED = (
    f'"$0" -c "$1" 2>/dev/null | (ulimit -v {LITTLE // 1024}; "$0" -m translator_cmk check-trace -)'
)


def fed(program: str) -> Done:
    """Run the command, with little memory, on what a program in Python writes."""
    words = ["bash", "-c", FED, sys.executable, program]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return Done(done.returncode, done.stdout, done.stderr)


DIFFERENT = """
import json
for number in range(3_500):
    if number % 1000 == 0:
        print('{"stage":{}}')
    vault = {"command": "CreateVault", "vault": f"vault-{number % 40}", "region": "westeurope",
             "subscription": "production", "group": f"g{number}"}
    outcome = {"outcome": "accepted" if number % 1000 < 40 else "refused"}
    print(" " * 2**16 + json.dumps({"command": vault, "outcome": outcome}))
"""


def test_a_trace_need_not_fit_into_memory() -> None:
    """Events that are all different, with white space around them."""
    done = fed(DIFFERENT)
    assert (done.code, done.error) == (4, "")
    assert "3,500 events judged in 4 worlds" in done.out


def test_a_line_without_end_ends_in_a_verdict() -> None:
    done = fed("for _ in range(250): print(' ' * 2**20, end='')")
    assert trouble(done).startswith("standard input:1: longer than 1 MiB")


def block(start: str) -> str:
    found = re.search(f"```{start}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_judged_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "log.jsonl").write_text(block('json title="log.jsonl"'), "utf-8")
    monkeypatch.chdir(tmp_path)
    done = run(b"", file="log.jsonl")
    assert (done.code, done.error) == (1, "")
    assert done.out == block("text")
