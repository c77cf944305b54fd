"""`pytest --system` and `verify --lane features` are one thing: the same scenarios and ids come to the same."""

import shutil
from pathlib import Path

import pytest

from tests.conformance import limited_systems
from tests.conformance.verifying import verify
from tests.gherkin import wrong_systems
from tests.gherkin.samples import MODULE
from translator_cmk import features_dir
from translator_cmk.gherkin.results import load_results


@pytest.mark.parametrize(
    "system",
    [
        f"{wrong_systems.__name__}:AnyRegion",
        f"{limited_systems.__name__}:Bare",
    ],
)
def test_both_doors_lead_to_the_same_results(tmp_path: Path, pytester: pytest.Pytester, system: str) -> None:
    folder = pytester.mkdir("features")
    shutil.copy(features_dir() / "vault.feature", folder)
    pytester.makepyfile(test_features=MODULE)
    arguments = ("-p", "translator_cmk.gherkin", "-p", "no:hypothesispytest", "--system", system)
    pytester.runpytest_inprocess(*arguments, "--results", "results.json")
    by_pytest = {item.id: item for item in load_results(pytester.path / "results.json").items}
    found = verify(tmp_path, "--python", system, "--lane", "features", "--topic", "vault", "--profile", "full")
    by_verify = {item.id: item for item in load_results(found.folder / "results.json").items}
    assert by_pytest.keys() == by_verify.keys() & by_pytest.keys()
    differ = {
        name: (item.status, by_verify[name].status, by_verify[name].reason)
        for name, item in by_pytest.items()
        if item.status != by_verify[name].status
    }
    assert {name for name in differ if "is ever accepted" not in (differ[name][2] or "")} == set()
