"""Scenario ids frozen at a release, each with a digest of what the scenario does and claims."""

from pathlib import Path

import pytest

from tests.bdd.samples import ENABLE, pickle_of, steps
from translator_cmk.bdd.frozen_scenarios import digest_of, load_frozen
from translator_cmk.requirements import frozen_registers

ACCEPTED = "the request is accepted"
SPELLED_OUT = 'the customer creates the vault "kv-prod"\n  And the customer generates the key "cmk-2048" in "kv-prod"'


def test_every_frozen_register_has_the_scenarios_that_showed_it() -> None:
    registers = frozen_registers.load_frozen()
    scenarios = load_frozen()
    assert list(scenarios) == list(registers)
    for version, digests in scenarios.items():
        shown = {name.partition("/")[0] for name in digests}
        assert shown < set(registers[version])


def digest(folder: Path, when: str, *then: str, given: str = "a vault with a key") -> str:
    return digest_of(pickle_of(folder, steps(when, *then, given=given)))


def test_digest_is_the_same_whether_a_situation_or_its_commands_are_written(tmp_path: Path) -> None:
    written = digest(tmp_path, ENABLE, ACCEPTED)
    assert digest(tmp_path, ENABLE, ACCEPTED, given=SPELLED_OUT) == written


@pytest.mark.parametrize(
    ("when", "then", "given"),
    [
        (ENABLE, "what happens is not specified", "a vault with a key"),
        (ENABLE, '"translator-prod" uses customer-managed keys', "a vault with a key"),
        (ENABLE.replace("portal", "API"), ACCEPTED, "a vault with a key"),
        (ENABLE, ACCEPTED, "a resource and a vault with a key"),
    ],
)
def test_digest_is_another_where_a_command_or_a_claim_is(
    tmp_path: Path, when: str, then: str, given: str
) -> None:
    assert digest(tmp_path, when, then, given=given) != digest(tmp_path, ENABLE, ACCEPTED)
