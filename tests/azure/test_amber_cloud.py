"""Amber, an emulator by others, is tested through our adapter, and the site shows where it deviates."""

from pathlib import Path

import pytest
import yaml

from translator_cmk.badges import Status
from translator_cmk.site.implementations import CONFIRMED, LIST, badge, load

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.azure


def test_amber_cloud_deviates_where_it_has_no_soft_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = yaml.safe_load((ROOT / "docs" / LIST).read_text("utf-8"))
    (entry,) = (each for each in entries if each["name"] == "amber-cloud")
    if not Path(ROOT, entry["run"].split()[0]).is_file():
        pytest.skip("missing tool: amber-cloud, which `make azure-cli` installs")
    monkeypatch.chdir(ROOT)
    found = load(entry, ROOT / "docs")
    assert (found.standing, found.problems, found.product[:12]) == (CONFIRMED, (), "amber-cloud ")
    assert badge(found).status is Status.FAILED
    assert found.report is not None
    assert found.report["subject"]["levels"] == ["vault-and-key"]
    attributed = {name for case in found.report["cases"] for name in case.get("attributed_to", ())}
    assert {"environment.delete-vault", "environment.delete-key"} <= attributed
