"""The command `translator-cmk init-adapter`: writes the skeleton of an adapter, with Azure's API calls."""

import argparse
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..errors import HARNESS, OK, CommandError
from ..language.declaration import CAPABILITIES
from ..machine import COMMANDS, Command

ARM = "https://management.azure.com"
GROUP = "/subscriptions/{subscription}/resourceGroups/{group}"
ACCOUNT = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{{resource}}"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{vault}}"
DELETED_VAULT = "/subscriptions/{subscription}/providers/Microsoft.KeyVault/locations/{region}/deletedVaults/{vault}"
KEYS = "https://{vault}.vault.azure.net"
TRANSLATOR = "https://{resource}.cognitiveservices.azure.com/translator/customtranslator/api/texttranslator/v1.0"

CALLS: Mapping[str, tuple[str, ...]] = {
    "CreateResource": (
        f"PUT {ARM}{ACCOUNT}",
        '{"kind": "TextTranslation" for Translator, "location": ..., "sku": {"name": tier},',
        ' "properties": {"encryption": {"keySource": "Microsoft.KeyVault", ...}} where keys is customer-managed}',
    ),
    "DeleteResource": (f"DELETE {ARM}{ACCOUNT}",),
    "MoveResource": (
        f"POST {ARM}/subscriptions/.../resourceGroups/.../moveResources",
        '{"resources": [id of the account], "targetResourceGroup": id of the group in the subscription}',
    ),
    "MoveResourceGroup": (
        f"POST {ARM}/subscriptions/{{subscription}}/resourceGroups/{{group}}/moveResources",
        '{"resources": [ids of all that it holds], "targetResourceGroup": id of the group in the subscription {to}}',
    ),
    "MoveSubscription": ("Subscriptions, Change directory in the portal: there is no call that anybody may make",),
    "EnableIdentity": (f"PATCH {ARM}{ACCOUNT}", '{"identity": {"type": "SystemAssigned"}}'),
    "DisableIdentity": (f"PATCH {ARM}{ACCOUNT}", '{"identity": {"type": "None"}}'),
    "EnableCustomerManagedKeys": (
        f"PATCH {ARM}{ACCOUNT}",
        '{"properties": {"encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties":',
        ' {"keyName": key, "keyVersion": ..., "keyVaultUri": "https://{vault}.vault.azure.net"}}}}',
    ),
    "ReturnToMicrosoftManagedKeys": (
        f"PATCH {ARM}{ACCOUNT}",
        '{"properties": {"encryption": {"keySource": "Microsoft.CognitiveServices"}}}',
    ),
    "CreateVault": (
        f"PUT {ARM}{VAULT}",
        '{"location": region, "properties": {"tenantId": ..., "sku": {"family": "A", "name": "standard"},',
        ' "enableSoftDelete": soft_delete, "enablePurgeProtection": true or left out, "accessPolicies": [],',
        ' "enableRbacAuthorization": permission_model is rbac}}',
    ),
    "EnableSoftDelete": (f"PATCH {ARM}{VAULT}", '{"properties": {"enableSoftDelete": true}}'),
    "EnablePurgeProtection": (f"PATCH {ARM}{VAULT}", '{"properties": {"enablePurgeProtection": true}}'),
    "DeleteVault": (f"DELETE {ARM}{VAULT}",),
    "RecoverVault": (f"PUT {ARM}{VAULT}", '{"location": region, "properties": {"createMode": "recover", ...}}'),
    "PurgeVault": (f"POST {ARM}{DELETED_VAULT}/purge",),
    "EndVaultRetention": ("Wait for 7 to 90 days; without the capability clock nobody asks for it",),
    "GrantKeyAccess": (
        f"PUT {ARM}{VAULT}/accessPolicies/add",
        '{"properties": {"accessPolicies": [{"tenantId": ..., "objectId": identity.principalId of the resource,',
        ' "permissions": {"keys": ["get", "wrapKey", "unwrapKey"]}}]}}',
    ),
    "RevokeKeyAccess": (f"PUT {ARM}{VAULT}/accessPolicies/remove", "the same body as for add"),
    "CreateKey": (f"POST {KEYS}/keys/{{key}}/create", '{"kty": type, "key_size": size, or "crv" for EC}'),
    "ImportKey": (f"PUT {KEYS}/keys/{{key}}", '{"key": the key as a JSON Web Key}'),
    "RotateKey": (f"POST {KEYS}/keys/{{key}}/rotate",),
    "DisableKey": (f"PATCH {KEYS}/keys/{{key}}/{{version}}", '{"attributes": {"enabled": false}}'),
    "EnableKey": (f"PATCH {KEYS}/keys/{{key}}/{{version}}", '{"attributes": {"enabled": true}}'),
    "DeleteKey": (f"DELETE {KEYS}/keys/{{key}}",),
    "RecoverKey": (f"POST {KEYS}/deletedkeys/{{key}}/recover",),
    "PurgeKey": (f"DELETE {KEYS}/deletedkeys/{{key}}",),
    "CreateWorkspace": (
        f"POST {TRANSLATOR}/workspaces",
        '{"Name": workspace, "Subscription": {"SubscriptionKey": ..., "BillingRegionCode": ...}}',
    ),
    "UploadDocument": (f"POST {TRANSLATOR}/documents/import?workspaceId=...", "a multipart form with the files"),
    "TrainModel": (f"POST {TRANSLATOR}/models", f"then POST {TRANSLATOR}/models/{{id}}/train; it takes hours"),
    "DeployModel": (f"POST {TRANSLATOR}/models/{{id}}/deployment", '[{"Region": 1, "IsDeployed": true}]'),
    "UndeployModel": (f"POST {TRANSLATOR}/models/{{id}}/deployment", '[{"Region": 1, "IsDeployed": false}]'),
    "TranslateWithModel": (
        "POST https://api.cognitive.microsofttranslator.com/translate?api-version=3.0&to=de&category=...",
        "with allowFallback=false: otherwise the general model answers",
    ),
    "ReadData": (f"GET {TRANSLATOR}/documents?workspaceId=...",),
}


LANGUAGES = {"python": "adapter.py", "node": "adapter.mjs"}

PYTHON_HEAD = '''"""An adapter between translator-cmk and a system: requests come in on lines, and so do answers go out.

Give each command its body, and run: translator-cmk doctor --stdio "python3 {file}"
Names come with a salt and never come again, so that reset has nothing to clean up.
"""

import json
import sys

DECLARATION = {{
    "product": "my system",
    "version": "0.1",
    # what it can do beside the rest:
{capabilities}
    "capabilities": [],
    # how many seconds the effects of a command may take to show, such as {{"GrantKeyAccess": 600}}
    "windows": {{}},
}}


SUBSCRIPTIONS = {{}}


class Refused(Exception):
    """The system said no."""


class Unsupported(Exception):
    """There is no such command yet."""


def reset(stage):
    """Begins a world: directories, subscriptions, regions and tiers are symbols, to be mapped to real ones."""
    SUBSCRIPTIONS.clear()
    SUBSCRIPTIONS.update(stage["subscriptions"])

'''

PYTHON_TAIL = '''
def observe():
    """Shows everything that a customer can see: kind, name, field, value."""
    return {
        "subscription": {name: {"directory": directory} for name, directory in SUBSCRIPTIONS.items()},
        "resource": {},
        "vault": {},
        "key": {},
        "grant": {},
        "workspace": {},
        "document": {},
        "model": {},
    }


def answer(request):
    """The answer to a request."""
    verb = request["verb"]
    if verb == "hello":
        return {"answer": "hello", "protocol": 1, **DECLARATION}
    if verb == "reset":
        reset(request["stage"])
        return {"answer": "done"}
    if verb == "submit":
        fields = dict(request["command"])
        try:
            COMMANDS[fields.pop("command")](**fields)
        except Unsupported:
            return {"answer": "unsupported"}
        except Refused as refused:
            return {"answer": "refused", "code": str(refused) or "Refused"}
        return {"answer": "accepted"}
    if verb == "observe":
        return {"answer": "observed", "observation": observe()}
    return {"answer": "settled" if verb == "settle" else "bye"}


for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps({"id": request["id"], **answer(request)}), flush=True)
'''

NODE_HEAD = """// An adapter between translator-cmk and a system: requests come in on lines, and so do answers go out.
//
// Give each command its body, and run: translator-cmk doctor --stdio "node {file}"
// Names come with a salt and never come again, so that reset has nothing to clean up.

import {{ createInterface }} from "node:readline";

const declaration = {{
  product: "my system",
  version: "0.1",
  // what it can do beside the rest:
{capabilities}
  capabilities: [],
  // how many seconds the effects of a command may take to show, such as {{ GrantKeyAccess: 600 }}
  windows: {{}},
}};

let subscriptions = {{}};

class Refused extends Error {{}}
class Unsupported extends Error {{}}

// Begins a world: directories, subscriptions, regions and tiers are symbols, to be mapped to real ones.
function reset(stage) {{
  subscriptions = {{ ...stage.subscriptions }};
}}

const commands = {{
"""

NODE_TAIL = """};

// Shows everything that a customer can see: kind, name, field, value.
function observe() {
  const subscription = {};
  for (const [name, directory] of Object.entries(subscriptions)) subscription[name] = { directory };
  return { subscription, resource: {}, vault: {}, key: {}, grant: {}, workspace: {}, document: {}, model: {} };
}

function answer(request) {
  switch (request.verb) {
    case "hello":
      return { answer: "hello", protocol: 1, ...declaration };
    case "reset":
      reset(request.stage);
      return { answer: "done" };
    case "submit":
      try {
        const { command, ...fields } = request.command;
        commands[command](fields);
        return { answer: "accepted" };
      } catch (error) {
        if (error instanceof Unsupported) return { answer: "unsupported" };
        if (error instanceof Refused) return { answer: "refused", code: error.message || "Refused" };
        throw error;
      }
    case "observe":
      return { answer: "observed", observation: observe() };
    default:
      return { answer: request.verb === "settle" ? "settled" : "bye" };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify({ id: request.id, ...answer(request) }));
}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of `init-adapter`."""
    parser.add_argument("language", choices=LANGUAGES, help="what the adapter is written in")
    parser.add_argument("folder", metavar="DIR", type=Path, nargs="?", default=Path(), help="where (default: here)")


def run(args: argparse.Namespace) -> int:
    """Writes the skeleton, unless there is such a file already."""
    file: Path = args.folder / LANGUAGES[args.language]
    text = python(file.name) if args.language == "python" else node(file.name)
    try:
        args.folder.mkdir(parents=True, exist_ok=True)
        stream = file.open("x", encoding="utf-8", newline="\n")
    except FileExistsError as error:
        raise CommandError(f"{error.filename} is there already, and is left as it is; name another folder") from None
    except OSError as error:
        raise CommandError(f"{file}: can't be written: {error.strerror}; name another folder") from None
    try:
        with stream:
            stream.write(text)
    except OSError as error:
        file.unlink()
        raise CommandError(f"{file}: can't be written: {error.strerror}", HARNESS) from None
    program = "python3" if args.language == "python" else "node"
    print(f"{file}: {len(COMMANDS)} commands, each unsupported so far")
    print(f"next: translator-cmk doctor --stdio {shlex.quote(shlex.join([program, str(file)]))}")
    return OK


def python(file: str) -> str:
    """The skeleton in Python."""
    head = PYTHON_HEAD.format(file=file, capabilities="\n".join(f"    #   {name}" for name in CAPABILITIES))
    table = "".join(f'    "{name}": {snake(name)},\n' for name in COMMANDS)
    functions = "".join(f"\n{text}\n" for text in map(python_function, COMMANDS.values()))
    return f"{head}{functions}\nCOMMANDS = {{\n{table}}}\n\n{PYTHON_TAIL}"


def python_function(command: type[Command]) -> str:
    """The function of one command."""
    fields = [f"{field}=None" if field in command.named_where else field for field in ordered(command)]
    return "\n".join(
        [
            f"def {snake(command.__name__)}({', '.join(fields)}):",
            f'    """{described(command)}"""',
            *(f"    # {line}" for line in CALLS[command.__name__]),
            "    raise Unsupported",
            "",
        ]
    )


def node(file: str) -> str:
    """The skeleton in JavaScript."""
    head = NODE_HEAD.format(file=file, capabilities="\n".join(f"  //   {name}" for name in CAPABILITIES))
    return head + "".join(node_function(command) for command in COMMANDS.values()) + NODE_TAIL


def node_function(command: type[Command]) -> str:
    """The method of one command."""
    return "\n".join(
        [
            f"  // {described(command)}",
            f"  {command.__name__}({{ {', '.join(ordered(command))} }}) {{",
            *(f"    // {line}" for line in CALLS[command.__name__]),
            "    throw new Unsupported();",
            "  },",
            "",
            "",
        ]
    )


def ordered(command: type[Command]) -> Iterator[str]:
    """The fields of a command, those last that may be left out."""
    yield from (field for field in command.fields if field not in command.named_where)
    yield from command.named_where


def described(command: type[Command]) -> str:
    """What the command does, in one line."""
    return (command.__doc__ or "").splitlines()[0].replace("``", "`")


def snake(name: str) -> str:
    """The name of a command as functions are called in Python."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
