"""Finds the system under test and its declaration."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from traceback import walk_tb
from typing import Any

from .. import __version__
from ..errors import CommandError
from ..language.declaration import CAPABILITIES, DECLARATION, Declaration
from ..machine import ROWS
from ..shapes import read_message
from ..system import ModelSystem, System

MODEL = "model"
"""The product that the model declares."""


def load_factory(name: str, folder: Path, option: str) -> Callable[[], System]:
    """Return the callable that ``name``, `module:callable`, stands for; raises `CommandError`, which names the option.

    Modules are looked for where Python looks for them, and last in ``folder``.
    """
    where = f"{option} {name}"
    module_name, colon, attribute = name.partition(":")
    if not (module_name and colon and attribute) or module_name.startswith("."):
        raise CommandError(f"{where}: write module:factory, such as my_adapter:MySystem")
    if str(folder) not in sys.path:
        sys.path.append(str(folder))
    try:
        made: Any = importlib.import_module(module_name)
        for part in attribute.split("."):
            made = getattr(made, part, None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  # a module is foreign code, and may raise anything
        known = type(error) in (ImportError, ModuleNotFoundError)
        problem = str(error) if known else f"it raises {raised(error)}{where_raised(error)}"
        raise CommandError(f"{where}: {module_name} can't be imported: {problem}") from None
    if not callable(made):
        raise CommandError(f"{where}: {module_name} has no {attribute} that can be called")
    return made  # type: ignore[no-any-return]  # what it makes is seen when it is called


def raised(error: BaseException) -> str:
    """Return what foreign code raised, in words; formatting them may fail as well."""
    try:
        return f"{type(error).__name__}: {error}"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # what is raised is foreign code too
        return type(error).__name__


def where_raised(error: BaseException) -> str:
    """Return the file and line, for the end of a message; empty where the error says so itself."""
    *_, (frame, line) = walk_tb(error.__traceback__)
    return "" if isinstance(error, SyntaxError) else f", at {frame.f_code.co_filename}:{line}"


def declaration_of(system: System) -> Declaration:
    """Return what the system declares: its ``declaration``, as in an answer to `hello`, by default everything.

    Only the model with all of its rows is called the model.  Raises `WireError` where the declaration is malformed.
    """
    declared = getattr(system, "declaration", None)
    if isinstance(declared, Declaration):
        return declared
    if declared is not None:
        plain = {name: plainly(value) for name, value in declared.items()} if isinstance(declared, dict) else declared
        found: Declaration = read_message(DECLARATION, plain, "the declaration of the system")
        return found
    if type(system) is ModelSystem and system.machine.rows == ROWS and not system.machine.silent:
        return Declaration(MODEL, __version__)
    product = f"{type(system).__module__}:{type(system).__qualname__}"
    return Declaration(product, "unstated", frozenset(CAPABILITIES) - {"parallel"})


def plainly(value: Any) -> Any:
    """Return sets and tuples as lists, as in JSON."""
    return sorted(value) if isinstance(value, set | frozenset) else list(value) if isinstance(value, tuple) else value


def not_a_system(made: object) -> str | None:
    """Return what keeps this from being a system, or None."""
    lacking = [name for name in ("reset", "submit", "observe") if not callable(getattr(made, name, None))]
    return f"{made!r} is no system: it has no {' and no '.join(lacking)}" if lacking else None
