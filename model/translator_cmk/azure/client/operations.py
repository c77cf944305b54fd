"""Waits for a long-running operation, but not for ever."""

from typing import Any

from .refusals import NotLearned
from .target import WORK


def result_of(operation: Any, command: str) -> Any:
    """Return what a long-running operation ends with; raises `NotLearned` where it is still under
    way after the time that the plan gives its command.

    By itself `result` waits for ever, or says nothing of a time that is up.
    """
    patience = WORK[command]["patience"]
    operation.wait(patience)
    if not operation.done():
        raise NotLearned(f"the operation is still under way after {patience} seconds")
    return operation.result()
