"""What takes long is made once for all workers of a test run, and many tests read it."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def recorded(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that `make` has filled, once in this run of pytest.

    A worker that asks while another fills it waits.  If `make` raises, the next one tries again.
    Tests only read the folder.
    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # each worker has a folder of its own in that of the run
    folder = shared / "recorded" / name
    folder.mkdir(parents=True, exist_ok=True)
    complete = folder.with_suffix(".complete")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            make(folder)
            complete.touch()
    return folder
