"""A step resolves names, collects refusals, and repeats consequences until nothing changes."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.machine.worlds import TWO_AT_WORK
from translator_cmk import machine as package
from translator_cmk.machine import (
    DEFAULT_STAGE,
    ROWS,
    Accepted,
    Machine,
    Refused,
    RowRaises,
    RowsContradict,
    Unspecified,
    initial,
)
from translator_cmk.machine import commands as cmd
from translator_cmk.machine.entities import ENTITY_KINDS, Resource
from translator_cmk.machine.meanings import registered
from translator_cmk.machine.rows import Row, effect, means, refuse, whenever
from translator_cmk.machine.updates import sets
from translator_cmk.system import ModelSystem

CREATE_R1 = cmd.CreateResource("r1", "Translator", "westeurope", "cmk-tier", "production", "g1")


def at_work() -> ModelSystem:
    system = ModelSystem()
    for command in TWO_AT_WORK:
        assert isinstance(system.submit(command), Accepted)
    return system


def test_unknown_name_is_the_only_reason_of_a_refusal() -> None:
    # The vault is in another region: nothing of that is read where a name means nothing.
    outcome = at_work().submit(cmd.EnableCustomerManagedKeys("r1", "v1", "nothing"))
    assert outcome == Refused(frozenset({"environment.exists"}))


def test_key_name_is_local_to_its_vault() -> None:
    system = at_work()
    system.submit(cmd.RotateKey("v2", "k1"))
    keys = system.observe()["key"]
    assert keys["v1/k1"]["version"] == 1
    assert keys["v2/k1"]["version"] == 2


def test_silence_is_unspecified_and_changes_nothing() -> None:
    system = at_work()
    before = system.observe()
    outcome = system.submit(cmd.EnableCustomerManagedKeys("r1", "v2", "k1"))
    assert outcome == Unspecified(frozenset({"keys.change"}))
    assert system.observe() == before


def test_rows_that_contradict_each_other_are_found() -> None:
    wrong = effect(
        cmd.EnableIdentity,
        "identity.enable",
        then=lambda c: sets(c.resource, identity=False),
    )
    system = ModelSystem(Machine([*ROWS, wrong]))
    system.submit(CREATE_R1)
    said = r"identity\.enable writes identity of resource r1 otherwise"
    with pytest.raises(RowsContradict, match=said):
        system.submit(cmd.EnableIdentity("r1"))


def test_consequences_that_reach_no_fixpoint_are_found() -> None:
    on = whenever(
        Resource,
        "a.b",
        when=lambda r: not r.identity,
        then=lambda r: sets(r, identity=True),
    )
    off = whenever(
        Resource,
        "c.d",
        when=lambda r: r.identity,
        then=lambda r: sets(r, identity=False),
    )
    system = ModelSystem(Machine([*ROWS, on, off]))
    with pytest.raises(RowsContradict, match="reach no fixpoint"):
        system.submit(CREATE_R1)


def submit_and_observe(system: ModelSystem) -> None:
    system.submit(CREATE_R1)
    system.observe()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (
            refuse(cmd.CreateResource, "a.b", unless=lambda c: c.resource.nothing),
            "a row of a.b ends in AttributeError: 'Resource' object has no attribute 'nothing'",
        ),
        (
            effect(cmd.CreateResource, "a.b", then=lambda c: sets(c.resource, nothing=True)),
            "a row of a.b ends in KeyError: 'nothing'",
        ),
        (
            whenever(
                Resource,
                "a.b",
                when=lambda r: r.state == "active",
                then=lambda r: sets(r, group=r.name + 1),
            ),
            "a row of a.b ends in TypeError: can only concatenate str",
        ),
        (
            means(registered, "a.b", when=lambda r: r.key.enabled),
            "a row of a.b ends in AttributeError: 'NoneType' object has no attribute 'enabled'",
        ),
    ],
)
def test_row_that_ends_in_an_error_is_named_with_its_line(row: Row, said: str) -> None:
    system = ModelSystem(Machine([*ROWS, row]))
    with pytest.raises(RowRaises, match=re.escape(said)) as caught:
        submit_and_observe(system)
    assert re.match(r"tests/machine/test_step\.py:\d+: ", str(caught.value))


def test_line_of_a_row_is_that_in_which_the_error_was_raised() -> None:
    row = whenever(
        Resource,
        "a.b",
        when=lambda r: True,
        then=lambda r: sets(
            r,
            group=r.nothing,
        ),
    )
    line = row.then.__code__.co_firstlineno + 2
    system = ModelSystem(Machine([*ROWS, row]))
    with pytest.raises(RowRaises, match=rf"test_step\.py:{line}: "):
        system.submit(CREATE_R1)


def test_error_outside_of_rows_is_raised_as_it_is() -> None:
    with pytest.raises(AttributeError, match="references"):
        Machine(ROWS).step(initial(DEFAULT_STAGE), "no command")  # type: ignore[arg-type]  # wrong on purpose


def test_step_knows_no_word_of_the_domain() -> None:
    words = set()
    for kind in ENTITY_KINDS:
        words |= {kind.word, *kind.fields}
    words -= {"state", "type", "key"}  # also words of any program
    text = (Path(package.__file__).parent / "step.py").read_text("utf-8")
    nodes = ast.walk(ast.parse(text))
    attributes = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    assert "requirement" in attributes  # of a row
    assert not attributes & words


def test_machine_imports_the_standard_library_alone() -> None:
    code = """
import sys, translator_cmk.machine.step
imported = {name.partition(".")[0] for name in sys.modules}
print(imported - sys.stdlib_module_names - {"translator_cmk", "__main__"})
print("importlib.metadata" in sys.modules)
"""
    environment = os.environ | {"PYTHONPATH": str(Path(package.__file__).parents[2])}
    run = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert run.stdout == "set()\nFalse\n"
