"""The system under test: finding what makes it, and reading what it declares."""

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

PRODUCT_OF_THE_MODEL = "model"
"""The product that the model declares."""


def load_factory(name: str, folder: Path, option: str) -> Callable[[], System]:
    """Return the callable that ``name``, `module:callable`, stands for.

    Modules are looked for where Python looks for them, and last in ``folder``.  Raises
    `CommandError`, which names the ``option``.
    """
    where = f"{option} {name}"
    module_name, colon, attribute = name.partition(":")
    is_whole = module_name and colon and attribute
    if not is_whole or module_name.startswith("."):
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
        problem = f"{module_name} can't be imported: {import_problem(error)}"
        raise CommandError(f"{where}: {problem}") from None
    if not callable(made):
        raise CommandError(f"{where}: {module_name} has no {attribute} that can be called")
    return made  # type: ignore[no-any-return]  # what it makes is seen when it is called


def import_problem(error: BaseException) -> str:
    """Return why a module can't be imported, with the place unless the error says it."""
    if type(error) in (ImportError, ModuleNotFoundError):
        return str(error)
    problem = f"it raises {raised(error)}"
    if isinstance(error, SyntaxError):
        return problem
    *_, (frame, line) = walk_tb(error.__traceback__)
    return f"{problem}, at {frame.f_code.co_filename}:{line}"


def raised(error: BaseException) -> str:
    """Return what foreign code raised, in words; formatting them may fail as well."""
    try:
        return f"{type(error).__name__}: {error}"
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: BLE001  # what is raised is foreign code too
        return type(error).__name__


def declaration_of(system: System) -> Declaration:
    """Return what the system declares; raises `WireError` where that is malformed.

    It declares it in the attribute ``declaration``, as in an answer to `hello`.  Without one it
    has declared everything.  Only the model with all of its rows is called the model.
    """
    declared = getattr(system, "declaration", None)
    if isinstance(declared, Declaration):
        return declared
    if declared is not None:
        return read_declaration(declared)
    if is_whole_model(system):
        return Declaration(PRODUCT_OF_THE_MODEL, __version__)
    product = f"{type(system).__module__}:{type(system).__qualname__}"
    return Declaration(product, "unstated", frozenset(CAPABILITIES) - {"parallel"})


def read_declaration(declared: Any) -> Declaration:
    """Return a declaration that is written as a dictionary; raises `WireError`."""
    if isinstance(declared, dict):
        declared = {name: as_json(value) for name, value in declared.items()}
    found: Declaration = read_message(DECLARATION, declared, "the declaration of the system")
    return found


def is_whole_model(system: System) -> bool:
    """Return whether this is the model with all of its rows, and nothing of it silent."""
    if type(system) is not ModelSystem:
        return False
    return system.machine.rows == ROWS and not system.machine.silent


def as_json(value: Any) -> Any:
    """Return a set or a tuple as a list, as it is in JSON."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return value


def not_a_system(made: object) -> str | None:
    """Return what keeps this from being a system, or None."""
    methods = ("reset", "submit", "observe")
    lacking = [name for name in methods if not callable(getattr(made, name, None))]
    if not lacking:
        return None
    return f"{made!r} is no system: it has no {' and no '.join(lacking)}"
