"""The server: TLS with a certificate authority of its own, reached as a proxy for Azure's host
names or as a cloud.
"""

import ssl
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingTCPServer
from tempfile import TemporaryDirectory
from typing import Any

import trustme

from ...machine import Machine
from ...system import MACHINE
from .calls import Reply
from .connection import Connection
from .faults import Fault, Faults
from .fixed import FIXED
from .simulation import Simulation
from .strictness import NOT_STRICT, Strictness


class AzureServer(ThreadingTCPServer):
    """Answers for a machine; connections have threads.  ``proxy`` leads Azure's names here."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, simulation: Simulation, faults: Faults, host: str, port: int, folder: str
    ) -> None:
        """Listen, with a certificate authority whose file is in a folder; raises `OSError` where it
        can't.
        """
        super().__init__((host, port), Connection)
        self.simulation = simulation
        self.worlds = simulation.worlds
        self.secret = simulation.secret
        self.faults = faults
        self.host = host
        self.port: int = self.server_address[1]
        self.proxy = f"http://{host}:{self.port}"
        self.authority_file = Path(folder, "authority.pem")
        authority = trustme.CA(organization_name="translator-cmk")
        authority.cert_pem.write_to_path(str(self.authority_file))
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*FIXED["hosts"]).configure_cert(self.context)

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request; the names of headers are in lower case."""
        return self.simulation.answer(method, target, headers, content)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # as the base class has it
        """Print where an exception was raised, but not its message, which may have a credential.

        Clients that go away or break off a handshake are ignored.
        """
        error = sys.exception()
        if isinstance(error, OSError):
            return
        while error is not None:
            name = type(error).__name__
            print(f"translator-cmk: a defect of the server, {name} at", file=sys.stderr)
            traceback.print_tb(error.__traceback__)
            error = error.__cause__


@contextmanager
def azure_server(
    machine: Machine = MACHINE,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    strictness: Strictness = NOT_STRICT,
    faults: Iterable[Fault] = (),
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[AzureServer]:
    """Serve a machine in threads of this process until the context ends; raises `OSError` where it
    can't listen.

    ``clock``: seconds from some time on, by which access takes effect and operations are over.
    """
    simulation = Simulation(machine, strictness, clock)
    with (
        TemporaryDirectory(prefix="translator-cmk-") as folder,
        AzureServer(simulation, Faults(faults), host, port, folder) as server,
    ):
        thread = threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
