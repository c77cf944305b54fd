"""Every command of the guides about Azure does what the guide says, in order, in an empty folder."""

import re
from pathlib import Path

import pytest

from tests.azure.azure_cli import INSTALLED, ROOT, needs, run_as_user

pytestmark = pytest.mark.azure

BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("guide", ["azure-cli"])
def test_every_command_of_the_guide_does_what_it_says(tmp_path: Path, guide: str) -> None:
    needs(INSTALLED / "bin" / "az", "the Azure CLI")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    blocks = BLOCK.findall((ROOT / "docs" / f"{guide}.md").read_text("utf-8"))
    assert len(blocks) >= 2
    for exit_code, text in blocks:
        if "losing-the-key.sh" in text:
            continue  # tests/azure/test_az.py runs it, and takes a minute
        found = run_as_user("bash", "-euo", "pipefail", "-c", text, folder=tmp_path)
        assert found.returncode == int(exit_code or 0), f"{text}\n{found.stdout}\n{found.stderr}"
