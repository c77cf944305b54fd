"""The model in Azure's place: the answer to each request, one at a time."""

import secrets
import threading
from collections.abc import Callable, Collection, Mapping

from ...machine import Machine
from ...machine.rows import Silent
from . import arm, custom_translator, entra, key_vault
from .calls import Call, Reply
from .error_bodies import error_body
from .hosts import apis_at, cloud_at
from .problems import Problem, answer_to, outside
from .routing import Routed, find
from .strictness import Strictness
from .worlds import Worlds

APIS: dict[str, type[Call]] = {
    "login": entra.EntraCall,
    "metadata": entra.EntraCall,
    "manager": arm.ManagerCall,
    "vault": key_vault.VaultCall,
    "account": custom_translator.TranslatorCall,
    "text": custom_translator.TranslatorCall,
}
"""The requests of each API: their methods are its handlers, and the look-ups of what its paths
name.
"""


class Simulation:
    """A machine, and the worlds of all who signed in."""

    def __init__(
        self, machine: Machine, strictness: Strictness, clock: Callable[[], float]
    ) -> None:
        self.machine = carrying_out(machine)
        self.strictness = strictness
        self.clock = clock
        self.worlds = Worlds()
        self.secret = secrets.token_bytes(32)
        self.lock = threading.Lock()

    def answer(self, method: str, target: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Return the answer to a request, whatever it is; the names of headers are in lower
        case.
        """
        authority = headers.get("host", "").lower()
        host = apis_at(authority.partition(":")[0])
        api = host.usual_api
        try:
            routed = find(host.apis, method, target, authority)
            api = routed.route.api
            with self.lock:
                call = APIS[api](
                    machine=self.machine,
                    worlds=self.worlds,
                    secret=self.secret,
                    strictness=self.strictness,
                    now=self.clock(),
                    cloud=cloud_at(authority),
                    authority=authority,
                    host_name=host.name,
                    path=routed.path,
                    query=routed.query,
                    headers=headers,
                    content=content,
                    at=dict(routed.texts),
                    handler=routed.route.handler,
                )
                return self.carried_out(call, routed)
        except Problem as problem:
            # to Azure it is no error if there is nothing to delete
            if method == "DELETE" and problem.code == "ResourceNotFound":
                return Reply(204)
            return Reply(problem.status, error_body(api, problem), problem.headers)

    def carried_out(self, call: Call, routed: Routed) -> Reply:
        """Return the answer to a request that succeeds, and keep the world as it leaves it; raises
        `Problem`.
        """
        if "if-match" in call.headers or "if-none-match" in call.headers:
            raise outside("a conditional request")
        entity = call.log_in()
        for word, text in routed.texts.items():
            if word in call.collections:
                entity = call.find(word, entity, text)
                call.at[word] = entity
        reply = call.reply(routed.route.handler, entity)
        # who asks for a token, or for the endpoints, is in no world yet
        if hasattr(call, "world"):
            self.worlds.put(call.world)
        if isinstance(reply, Reply):
            return reply
        return Reply(200, reply)


def carrying_out(machine: Machine) -> Machine:
    """Return the machine without the rows that leave open what happens on a command that we chose
    to carry out.
    """
    rows = []
    for row in machine.rows:
        if isinstance(row, Silent) and row.on.__name__ in carried_out_for(row.requirement):
            continue
        rows.append(row)
    return Machine(rows)


def carried_out_for(requirement: str) -> Collection[str]:
    """Return the names of the commands that are carried out where a requirement leaves them
    open.
    """
    commands: Collection[str] = answer_to([requirement]).get("carried_out", ())
    return commands
