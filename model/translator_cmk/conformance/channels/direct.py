"""A system in this process: an object that implements `System`."""

from collections.abc import Callable
from typing import Any

from ...system import System
from .answering import Answering


class Direct:
    """Asks an object.  No process is between, so that nothing can interrupt it while it answers."""

    def __init__(self, make: Callable[[], System]) -> None:
        self.answering = Answering(make)

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """The answer of the object."""
        return self.answering.answer(request)

    def restart(self) -> None:
        """Forget all sessions."""
        self.answering.sessions.clear()

    def close(self) -> None:
        """Nothing is left behind."""
        self.answering.sessions.clear()

    def told(self) -> str:
        """It says nothing beside its answers."""
        return ""
