"""A channel to an object in this process."""

from typing import Any

from .answering import Answering
from .channel import Channel


class Direct(Answering, Channel):
    """Asks an object.  No process is between: nothing can interrupt it while it answers."""

    def ask(self, request: dict[str, Any], patience: float) -> Any:  # noqa: ARG002  # as the other channels have it
        """Return the answer of the object."""
        return self.answer(request)

    def restart(self) -> None:
        """Forget all sessions."""
        self.sessions.clear()

    close = restart
