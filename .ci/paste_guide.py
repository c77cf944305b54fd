"""Installs the wheel into a new environment of each Python, and pastes the commands of
docs/validate.md there.

Run as `python .ci/paste_guide.py python3.11 python3.13`.  It needs a package index, for what the
wheel depends on.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "validate.md"
BLOCK = re.compile(r"(?:<!-- exit: (\d) -->\n\n)?```sh\n(.*?)```", re.DOTALL)
INSTALL = "pip wheel --no-deps --wheel-dir wheels .\npip install wheels/translator_cmk-*.whl\n"
"""The first block, which is pasted in a clone; all others are pasted in an empty folder."""


def blocks() -> Iterator[tuple[int, str]]:
    """Yield the commands of the guide, each block with the exit code that it says it has."""
    for exit_code, text in BLOCK.findall(GUIDE.read_text("utf-8")):
        yield int(exit_code or 0), text


def pasted(python: str, wheel: Path, folder: Path) -> Iterator[str]:
    """Yield what went wrong, having printed how long it took until the first verdict was there."""
    started = time.perf_counter()
    (_, install), *others = blocks()
    assert install == INSTALL
    environment = os.environ | {
        "PATH": f"{folder / 'venv' / 'bin'}:{os.environ['PATH']}",
        "PIP_QUIET": "1",
    }
    environment.pop("PYTHONPATH", None)
    subprocess.run([python, "-m", "venv", folder / "venv"], check=True)
    subprocess.run([folder / "venv" / "bin" / "pip", "install", wheel], check=True, env=environment)
    (folder / "docs").symlink_to(ROOT / "docs")
    for number, (exit_code, text) in enumerate(others):
        command = ["bash", "-euo", "pipefail", "-c", text]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode != exit_code:
            yield (
                f"exit code {done.returncode} in place of {exit_code}: {text}{done.stderr[-2000:]}"
            )
            return
        if not number:
            print(
                f"{python}: the first verdict was there after {time.perf_counter() - started:.0f} "
                "s",
                flush=True,
            )
    print(
        f"{python}: {len(others)} blocks pasted in {time.perf_counter() - started:.0f} s",
        flush=True,
    )


def main(pythons: list[str]) -> int:
    """Build the wheel once, and paste the guide with each Python; 1 where a command does not do
    what the guide says.
    """
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        build = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            folder,
            ROOT,
        ]
        subprocess.run(build, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        for python in pythons:
            of_one = Path(folder, Path(python).name)
            of_one.mkdir()
            for problem in pasted(python, wheel, of_one):
                print(f"{python}: {problem}", file=sys.stderr)
                wrong = 1
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["python3"]))
