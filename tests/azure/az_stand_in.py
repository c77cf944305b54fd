"""Stands in for `az`: records each command, and answers for what the server of the model lacks.

With AZ_REAL, the path of the Azure CLI, this runs in the Python of that CLI.  What the server has is
then carried out by the CLI itself; all else goes through the CLI's own reading of its arguments, so
a wrong option or value fails.  Without AZ_REAL nothing is carried out or checked.

AZ_REFUSED is the beginning of a command that is refused.  AZ_OPERATOR_MAY has the permissions on keys
that the person who runs the scripts had before.
"""

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

SUBSCRIPTION = "/subscriptions/3f1c9a52-8d0e-4b7a-9c55-0d6e2b18f734"
WATCHED = f"{SUBSCRIPTION}/resourceGroups/rg-cmk-watch/providers"
OPERATOR = "4ad7b0c1-6f4e-4d35-8c2b-90a1f3e5d7c6"
"""The object id of the person who runs the scripts."""

ANSWERS: dict[str, Any] = {
    "account show": {"id": SUBSCRIPTION.rpartition("/")[2]},
    "ad signed-in-user show": {"id": OPERATOR},
    "monitor log-analytics workspace create": {
        "id": f"{WATCHED}/Microsoft.OperationalInsights/workspaces/cmk-log"
    },
    "monitor action-group create": {"id": f"{WATCHED}/Microsoft.Insights/actionGroups/cmk-on-call"},
}
"""By the name of a command, what Azure would answer; nothing for all others."""

OUTSIDE = ("monitor", "lock", "ad", "rest")
"""The first words of commands that the server does not have."""


def name_of(arguments: list[str]) -> str:
    """Return the words of a command before its first option."""
    words = []
    for each in arguments:
        if each.startswith("-"):
            break
        words.append(each)
    return " ".join(words)


def record(arguments: list[str]) -> None:
    """Add the command to the file that AZ_RECORD names."""
    with Path(os.environ["AZ_RECORD"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(arguments) + "\n")


def option(arguments: list[str], name: str) -> str:
    """Return the value of an option, or an empty text."""
    return arguments[arguments.index(name) + 1] if name in arguments else ""


def locks_file() -> Path:
    """Return the file that keeps the locks, beside that of the commands."""
    return Path(os.environ["AZ_RECORD"]).with_name("locks.json")


def locks() -> list[dict[str, str]]:
    """Return the locks that were created, each with the name of its resource."""
    return json.loads(locks_file().read_text("utf-8")) if locks_file().exists() else []


def create_lock(arguments: list[str]) -> None:
    """Keep the lock of a command."""
    lock = {"name": option(arguments, "--name"), "resource": option(arguments, "--resource")}
    locks_file().write_text(json.dumps([*locks(), lock]), "utf-8")


def vault_of_the_operator() -> dict[str, Any]:
    """Return a key vault, as far as it shows the operator's permissions on keys."""
    permissions = os.environ["AZ_OPERATOR_MAY"].split()
    policy = {"objectId": OPERATOR, "applicationId": None, "permissions": {"keys": permissions}}
    return {"properties": {"accessPolicies": [policy]}}


def answer_to(arguments: list[str]) -> Any:
    """Return what Azure would answer."""
    name = name_of(arguments)
    if name == "lock list":
        resource = option(arguments, "--resource")
        return [each for each in locks() if each["resource"] == resource]
    if name == "keyvault show":
        return vault_of_the_operator()
    return ANSWERS.get(name)


def asks_for_the_operator(arguments: list[str]) -> bool:
    """Return whether a command is about the operator's permissions, which are known here alone."""
    asked = name_of(arguments) == "keyvault show" and OPERATOR in option(arguments, "--query")
    return asked and "AZ_OPERATOR_MAY" in os.environ


def is_refused(arguments: list[str]) -> bool:
    """Return whether Azure refuses a command."""
    refused = os.environ.get("AZ_REFUSED", "").split()
    return bool(refused) and arguments[: len(refused)] == refused


def check(arguments: list[str], answer: Any) -> int:
    """Let the CLI read the arguments and write the answer, without a request in between."""
    core = import_module("azure.cli.core")
    schemas = import_module("azure.cli.core.aaz").AAZCommand
    invocations = import_module("azure.cli.core.commands").AzCliCommandInvoker

    def answered(invoker: Any, namespace: Any, command: Any) -> Any:
        if isinstance(command, schemas):
            # the values are read by their schemas
            schemas._handler(command, invoker._filter_params(namespace))
        return answer

    invocations._run_job = answered
    return int(core.get_default_cli().invoke(arguments))


def carry_out(real: str, arguments: list[str]) -> NoReturn:
    """Become the CLI itself."""
    os.execv(real, [real, *arguments])


def main(arguments: list[str]) -> int:
    """Return the exit code of a command."""
    record(arguments)
    if is_refused(arguments):
        print("ERROR: (AuthorizationFailed) no right to do this", file=sys.stderr)
        return 1
    real = os.environ.get("AZ_REAL")
    if real is None:
        answer = answer_to(arguments)
        if answer is not None:
            print(answer["id"])
        return 0
    if arguments[:2] == ["lock", "create"]:
        create_lock(arguments)
    outside = arguments[0] in OUTSIDE or OPERATOR in arguments
    if outside or asks_for_the_operator(arguments):
        return check(arguments, answer_to(arguments))
    carry_out(real, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
