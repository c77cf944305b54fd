"""A server that answers as Azure does for the model.

In a process of its own it is `translator-cmk serve --azure [HOST:PORT]`.  In a test:

    from translator_cmk.azure.server import azure_server

    with azure_server() as server:
        server.port, server.authority_file

`parse_fault` reads what `azure_server(faults=[...])` takes.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fault_words import parse_fault
    from .listening import azure_server

__all__ = ["azure_server", "parse_fault"]

MODULES = {"azure_server": "listening", "parse_fault": "fault_words"}


def __getattr__(name: str) -> Any:
    """Import the server when it is used: `serve --help` has to work without the extra `azure`."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{MODULES[name]}")
    return getattr(module, name)
