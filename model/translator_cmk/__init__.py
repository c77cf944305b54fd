"""An executable specification of customer-managed keys (CMK) for Azure AI Translator.

The public API: what is named here stays, and everything else may change in any release.  A module
of the package is imported only when a name of it is used, since the version and the folder of
features should cost no time.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .machine import (
        COMMANDS,
        ROWS,
        Accepted,
        Command,
        Machine,
        Observation,
        Outcome,
        Refused,
        Stage,
        Unspecified,
        commands,
    )
    from .oracle import Oracle
    from .requirements import load_register
    from .system import ModelSystem, NothingLearned, System, Unsupported

__all__ = [
    "COMMANDS",
    "ROWS",
    "Accepted",
    "Command",
    "Machine",
    "ModelSystem",
    "NothingLearned",
    "Observation",
    "Oracle",
    "Outcome",
    "Refused",
    "Stage",
    "System",
    "Unspecified",
    "Unsupported",
    "__version__",
    "commands",
    "features_dir",
    "load_register",
]

MODULES = {
    "Oracle": "oracle",
    "load_register": "requirements",
    "ModelSystem": "system",
    "NothingLearned": "system",
    "System": "system",
    "Unsupported": "system",
}
"""Where a name is defined that is not of the machine."""

__version__: str


def __getattr__(name: str) -> Any:
    """Return a name of the public API."""
    if name == "__version__":
        return installed_version()
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{MODULES.get(name, 'machine')}")
    found = getattr(module, name)
    globals()[name] = found  # Python does not ask again
    return found


def installed_version() -> str:
    """Return the version of the installed distribution.

    Looking it up takes longer than importing the model.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("translator-cmk")
    except PackageNotFoundError:  # run from the bare sources, as in a browser's Python
        return "0+uninstalled"


def features_dir() -> Path:
    """Return the folder of the `.feature` files: the packaged one, or else that of the checkout.

    An editable install runs this file from the checkout, where no packaged folder lies beside it.
    """
    here = Path(__file__).resolve().parent
    packaged = here / "features"
    if packaged.is_dir():
        return packaged
    return here.parents[1] / "features"
