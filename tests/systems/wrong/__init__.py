"""Wrong systems, topic by topic: each makes one mistake that a real implementation may make."""

from tests.systems.wrong import (
    encryption,
    environment,
    identity,
    keys,
    resource,
    restoration,
    revocation,
    tenant,
    vault,
    workspace,
)

BY_TOPIC = {
    "encryption": encryption.WRONG,
    "keys": keys.WRONG,
    "resource": resource.WRONG,
    "identity": identity.WRONG,
    "vault": vault.WRONG,
    "workspace": workspace.WRONG,
    "revocation": revocation.WRONG,
    "restoration": restoration.WRONG,
    "tenant": tenant.WRONG,
    "environment": environment.WRONG,
}

WRONG = tuple(variant for variants in BY_TOPIC.values() for variant in variants)
