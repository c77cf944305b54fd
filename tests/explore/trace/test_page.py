"""The example on the page about logs comes to the verdict that stands there."""

import re
import subprocess
from pathlib import Path

from tests.explore.trace.test_check_trace import BINARY

PAGE = Path(__file__).resolve().parents[3] / "docs" / "traces.md"


def block(start: str) -> str:
    found = re.search(f"```{start}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found
    return found[1]


def test_the_example_is_judged_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text(block('json title="log.jsonl"'), "utf-8")
    command = [BINARY, "check-trace", "log.jsonl"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout == block("text")
