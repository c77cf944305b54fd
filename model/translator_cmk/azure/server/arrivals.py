"""Cuts connections on which something that began to arrive takes too long."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

LONGEST_ARRIVAL = 30.0
"""Seconds that a request, or a handshake of TLS, may take from its first byte to its last."""


class Arrivals:
    """The connections on which something is arriving."""

    def __init__(self) -> None:
        self.longest = LONGEST_ARRIVAL
        self.due: dict[socket.socket, float] = {}

    @contextmanager
    def limited(self, connection: socket.socket) -> Iterator[None]:
        """Let what arrives in this context take no longer than it may."""
        self.due[connection] = time.monotonic() + self.longest
        try:
            yield
        finally:
            del self.due[connection]

    def cut_overdue(self) -> None:
        """Cut the connections on which something takes longer; whoever reads there sees an end."""
        now = time.monotonic()
        for connection, due in self.due.copy().items():
            if due < now:
                with suppress(OSError):  # it may have ended meanwhile
                    # not its own shutdown, after which TLS would go on without encryption
                    socket.socket.shutdown(connection, socket.SHUT_RDWR)
