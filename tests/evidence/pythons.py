"""Install the wheel for each Python that it is for, and paste the commands of the vendor's guide there."""

import shutil
import subprocess
import sys

from tests.evidence.writing import ROOT, Found, Kept

PYTHONS = ("python3.11", "python3.12", "python3.13", "python3.14")


def works(python: str) -> bool:
    """Return whether there is such a Python, and it starts."""
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0


def gather(_: Kept) -> Found:
    """Paste the guide with each Python that is here."""
    there = [python for python in PYTHONS if works(python)]
    absent = [python for python in PYTHONS if python not in there]
    code = subprocess.call([sys.executable, ROOT / ".ci" / "paste_guide.py", *there])
    sentence = f"the guide for vendors was pasted with {', '.join(there)}"
    return Found(
        sentence + (f"; not here: {', '.join(absent)}" if absent else ""),
        ["a command of the guide does not do what it says"] if code else [],
        {"pythons": there, "absent": absent},
    )
