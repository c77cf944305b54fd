"""Every command of the guides about Azure does what the guide says, in order, in an empty folder."""

import re
from pathlib import Path

import pytest

from tests.azure.azure_cli import AZURE_ENV, INSTALLED, ROOT, needs, run_as_user

pytestmark = pytest.mark.azure

BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)
INSIDE = (*AZURE_ENV, "--")
GUIDES = {
    "azure-cli": ((), ""),
    "azure-emulator": ((), 'trap "kill %1" EXIT\n'),
    "azure-live": (INSIDE, "subscription=$AZURE_SUBSCRIPTION_ID\n"),
}
"""For each guide: what its commands are run inside, and what a reader has done before them or does after."""


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_the_guide_does_what_it_says(tmp_path: Path, guide: str) -> None:
    needs(INSTALLED / "bin" / "az", "the Azure CLI")
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    blocks = BLOCK.findall((ROOT / "docs" / f"{guide}.md").read_text("utf-8"))
    inside, before = GUIDES[guide]
    # tests/azure/test_az.py runs that script, and takes a minute
    wanted = [expected(*block) for block in blocks if "losing-the-key.sh" not in block[1]]
    assert wanted
    found = run_as_user(*inside, "bash", "-euo", "pipefail", "-c", before + "".join(wanted), folder=tmp_path)
    assert found.returncode == 0, f"{found.stdout}\n{found.stderr}"


def expected(exit_code: str, block: str) -> str:
    """Return the block, which ends the script unless its exit code is the one that the guide names."""
    return f"code=0; (\n{block}) || code=$?; [[ $code == {exit_code} ]]\n" if exit_code else block
