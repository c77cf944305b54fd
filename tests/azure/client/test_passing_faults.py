"""A run against a cloud with faults that pass comes to the same verdicts as one without."""

from pathlib import Path

import pytest

from tests.azure.client.verifying_azure import credentials, verify
from translator_cmk.azure.server import azure_server, parse_fault
from translator_cmk.errors import OK


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["429 1/9", "500 1/5", "reset 1/5 GET", "delay=0.3 1/5"])
def test_a_fault_that_passes_changes_no_verdict(fault: str, tmp_path: Path) -> None:
    with azure_server(faults=[parse_fault(fault)]) as server:
        variables = credentials(server)
        ran = verify(tmp_path, variables, "--requirement", "vault.same-region")
        (count,) = server.faults.counts
    assert count >= server.faults.faults[0].one_in  # at least one request was struck
    assert ran.code == OK
    assert set(ran.statuses().values()) == {"passed", "not-applicable"}
