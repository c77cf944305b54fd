"""Wrong systems: which keys are accepted, and what can be done with them."""

from typing import Any

from tests.systems.histories import accepted, once
from tests.systems.variants import (
    accepting,
    adding,
    demanding,
    doing,
    only_where,
    without,
    wrong,
)
from translator_cmk.machine.commands import (
    CreateKey,
    DisableKey,
    EnableCustomerManagedKeys,
    GrantKeyAccess,
    ImportKey,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    RotateKey,
)
from translator_cmk.machine.conditions import can_be_put_in_use, granted, uses_key
from translator_cmk.machine.entities import CUSTOMER, MICROSOFT, Key, Resource
from translator_cmk.machine.outcomes import KeyUse
from translator_cmk.machine.rows import effect, refuse
from translator_cmk.machine.updates import puts_key_in_use, returns_to_microsoft_keys, sets


def local_name(key: Any) -> str:
    """Return the name of a key inside its key vault."""
    return str(key.name).partition("/")[2]


def namesakes(key: Any) -> list[Any]:
    """Return the keys of this name in all key vaults, the oldest first."""
    return [other for other in key.world.every(Key) if local_name(other) == local_name(key)]


def is_namesake(command: Any, key: Any) -> bool:
    """Return whether a key has the name of the command's key, in another key vault."""
    return key.name != command.key.name and local_name(key) == local_name(command.key)


def is_of_vault(command: Any, key: Any) -> bool:
    """Return whether a key is another one of the command's key vault."""
    return bool(key.vault.name == command.vault.name and key.name != command.key.name)


def is_in_use(command: Any) -> bool:
    """Return whether a resource uses the command's key."""
    return any(uses_key(resource, command.key) for resource in command.key.world.every(Resource))


def is_asked_for_again(command: Any) -> bool:
    """Return whether the resource uses the key already that the command asks for."""
    return uses_key(command.resource, command.key)


ACCEPTED_KEYS = (
    wrong(
        "accepts a key of 3072 bits",
        "2048 bits are taken for the least, as elsewhere in Azure",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.key.type == "RSA" and c.key.size == 3072),
    ),
    wrong(
        "accepts an RSA key of 2048 bits or more",
        "the size is compared in the wrong direction",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.key.type == "RSA" and c.key.size >= 2048),
    ),
    wrong(
        "accepts an EC key",
        "the type is not looked at",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.key.type == "EC"),
    ),
    wrong(
        "accepts an RSA-HSM key of any size",
        "the size is looked at for the type RSA alone",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.key.type == "RSA-HSM"),
    ),
    wrong(
        "looks at type and size in the portal alone",
        "the check is in the user interface",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.through == "api"),
    ),
    wrong(
        "does not look at the size of an imported key",
        "the check is made where keys are generated",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting(
            "keys.rsa-2048-refused", lambda c: c.key.type == "RSA" and c.key.origin == "imported"
        ),
    ),
    wrong(
        "lets a resource with customer-managed keys change to an RSA key of any size",
        "a change of the key is another code path than the first request",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting(
            "keys.rsa-2048-refused",
            lambda c: c.resource.key_source == CUSTOMER and c.key.type == "RSA",
        ),
    ),
    wrong(
        "does not look at the size of a key that has been rotated",
        "only the first version of a key is checked",
        ["keys.rsa-2048", "keys.rsa-2048-refused"],
        accepting("keys.rsa-2048-refused", lambda c: c.key.type == "RSA" and c.key.version > 1),
    ),
    wrong(
        "puts a key of another store in use",
        "where the key is kept is not looked at",
        ["keys.vault-only", "keys.vault-only-refused"],
        without("keys.vault-only-refused"),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.vault-only",
                when=lambda c: c.store == "elsewhere",
                then=puts_key_in_use,
            )
        ),
    ),
    wrong(
        "refuses imported keys",
        "bringing one's own key was left for later",
        ["keys.any-origin"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.rsa-2048-refused",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.key.origin == "generated",
            )
        ),
    ),
    wrong(
        "accepts imported keys only",
        "customer-managed is taken for brought by the customer",
        ["keys.any-origin"],
        adding(
            refuse(
                EnableCustomerManagedKeys,
                "keys.rsa-2048-refused",
                when=lambda c: c.store == "key-vault",
                unless=lambda c: c.key.origin == "imported",
            )
        ),
    ),
    wrong(
        "can't use a key at its third version",
        "the version is taken for a part of the size check",
        ["keys.enable", "keys.rsa-2048-refused"],
        demanding(
            "keys.rsa-2048-refused",
            lambda c: c.key.type == "RSA" and c.key.size == 2048 and c.key.version < 3,
        ),
    ),
)

KEYS_IN_USE = (
    wrong(
        "accepts customer-managed keys, and keeps Microsoft-managed ones",
        "the request is answered, and never carried out",
        ["keys.enable"],
        without("keys.enable"),
    ),
    wrong(
        "turns customer-managed keys on as soon as access is granted",
        "access is taken for the wish to use it",
        ["keys.opt-in"],
        adding(
            effect(
                GrantKeyAccess, "keys.opt-in", then=lambda c: sets(c.resource, key_source=CUSTOMER)
            )
        ),
    ),
    wrong(
        "puts a rotated key in use for every resource with access to its key vault",
        "who has access is taken for who uses the key",
        ["keys.opt-in", "keys.rotate"],
        adding(
            effect(
                RotateKey,
                "keys.rotate",
                each=Resource,
                when=lambda c, r: r.key_source == MICROSOFT and granted(c.vault, r),
                then=lambda c, r: sets(r, key_source=CUSTOMER, key=c.key, data_key=c.key),
            )
        ),
    ),
    wrong(
        "puts a new key of the key vault in use, in place of the one that was chosen",
        "the newest key of a key vault is taken for its current one",
        ["keys.opt-in", "keys.enable", "keys.create"],
        adding(
            effect(
                CreateKey,
                "keys.create",
                each=Resource,
                when=lambda c, r: r.key is not None and r.key.vault.name == c.vault.name,
                then=lambda c, r: sets(r, key=c.key, data_key=c.key),
            )
        ),
    ),
    wrong(
        "enables customer-managed keys for the whole resource group",
        "the setting is kept for each resource group, as the article's *subscription* may suggest",
        ["keys.opt-in", "encryption.default-key", "keys.enable"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.enable",
                each=Resource,
                when=lambda c, r: (
                    can_be_put_in_use(c) and r.state == "active" and r.group == c.resource.group
                ),
                then=lambda c, r: sets(r, key_source=CUSTOMER, key=c.key, data_key=c.key),
            )
        ),
    ),
    wrong(
        "puts the oldest key of the same name in use, whichever key vault is named",
        "keys are looked up by their names alone",
        ["keys.enable"],
        doing(
            "keys.enable",
            lambda c: sets(
                c.resource,
                key_source=CUSTOMER,
                key=namesakes(c.key)[0],
                data_key=namesakes(c.key)[0],
            ),
        ),
    ),
    wrong(
        "puts no key in use through the API whose name is that of an older key in another key "
        "vault",
        "keys are compared by their names alone, and the other one is found",
        ["keys.enable"],
        only_where(
            "keys.enable",
            lambda c: c.through == "portal" or namesakes(c.key)[0].name == c.key.name,
        ),
    ),
    wrong(
        "gives customer-managed keys up when the key in use is asked for again",
        "the request is carried out as a switch",
        ["keys.enable"],
        only_where("keys.enable", lambda c: not is_asked_for_again(c)),
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.enable",
                when=lambda c: can_be_put_in_use(c) and is_asked_for_again(c),
                then=lambda c: returns_to_microsoft_keys(c.resource),
            )
        ),
    ),
    wrong(
        "puts no key in use once a resource has gone back to Microsoft-managed keys",
        "what was given up once is marked for good",
        ["keys.enable"],
        system=once(accepted(ReturnToMicrosoftManagedKeys), without("keys.enable")),
    ),
    wrong(
        "takes a key away from the resource that uses it, once another asks for it",
        "one key is taken for the key of one resource",
        ["keys.shared", "keys.enable", "encryption.default-key", "revocation.only-that-resource"],
        adding(
            effect(
                EnableCustomerManagedKeys,
                "keys.enable",
                each=Resource,
                when=lambda c, r: (
                    can_be_put_in_use(c) and r.name != c.resource.name and uses_key(r, c.key)
                ),
                then=lambda c, r: returns_to_microsoft_keys(r),
            )
        ),
    ),
    wrong(
        "takes every resource on a key back to Microsoft-managed keys when one of them goes back",
        "the key is given up, where a resource gives it up",
        ["keys.return", "encryption.default-key"],
        adding(
            effect(
                ReturnToMicrosoftManagedKeys,
                "keys.return",
                each=Resource,
                when=lambda c, r: (
                    r.name != c.resource.name
                    and c.resource.key is not None
                    and uses_key(r, c.resource.key)
                ),
                then=lambda c, r: returns_to_microsoft_keys(r),
            )
        ),
    ),
)

WORK_WITH_KEYS = (
    wrong(
        "accepts that a key is generated, and stores none",
        "the request is answered, and never carried out",
        ["keys.create"],
        without("keys.create"),
    ),
    wrong(
        "accepts a key that is imported, and stores none",
        "the request is answered, and never carried out",
        ["keys.import"],
        without("keys.import"),
    ),
    wrong(
        "generates no key in a key vault without purge protection",
        "what is demanded of customer-managed keys is demanded of every key",
        ["keys.create"],
        adding(
            refuse(
                CreateKey,
                "vault.purge-protection-refused",
                unless=lambda c: c.vault.purge_protection,
            )
        ),
    ),
    wrong(
        "imports RSA keys of 2048 bits alone",
        "what is demanded of customer-managed keys is demanded of every key",
        ["keys.import"],
        adding(
            refuse(
                ImportKey,
                "keys.rsa-2048-refused",
                unless=lambda c: c.type == "RSA" and c.size == 2048,
            )
        ),
    ),
    wrong(
        "makes no new version when a key is rotated",
        "rotation is accepted, and never carried out",
        ["keys.rotate"],
        without("keys.rotate"),
    ),
    wrong(
        "rotates a key once, and not again",
        "the new version is a constant",
        ["keys.rotate"],
        doing("keys.rotate", lambda c: sets(c.key, version=2)),
    ),
    wrong(
        "rotates keys of the same name in other key vaults as well",
        "keys are looked up by their names alone",
        ["keys.rotate"],
        adding(
            effect(
                RotateKey,
                "keys.rotate",
                each=Key,
                when=is_namesake,
                then=lambda c, k: sets(k, version=k.version + 1),
            )
        ),
    ),
    wrong(
        "leaves a rotated key disabled",
        "a new version has to be enabled by hand",
        ["keys.rotate", "keys.rotation-keeps-data"],
        doing("keys.rotate", lambda c: sets(c.key, version=c.key.version + 1, enabled=False)),
    ),
    wrong(
        "disables all keys of a key vault with one",
        "the key vault is disabled, where a key is",
        ["keys.disable"],
        adding(
            effect(
                DisableKey,
                "keys.disable",
                each=Key,
                when=is_of_vault,
                then=lambda c, k: sets(k, enabled=False),
            )
        ),
    ),
    wrong(
        "enables a disabled key when it is disabled again",
        "the command is carried out as a switch",
        ["keys.disable"],
        doing("keys.disable", lambda c: sets(c.key, enabled=not c.key.enabled)),
    ),
    wrong(
        "accepts that a key in use is disabled, and leaves it enabled",
        "what is in use is protected, and nobody is told",
        ["keys.disable"],
        only_where("keys.disable", lambda c: not is_in_use(c)),
    ),
    wrong(
        "records each use of a key for the first resource that has the key",
        "the resource is looked up by its key",
        ["keys.use-logged"],
        without("keys.use-logged", ReadData),
        adding(
            effect(
                ReadData, "keys.use-logged", uses=lambda c: use_by_the_first(c.workspace.resource)
            )
        ),
    ),
)


def use_by_the_first(resource: Any) -> KeyUse | None:
    """Return the use of the resource's key, laid to the first resource that has this key."""
    if resource.key is None:
        return None
    first = next(other for other in resource.world.every(Resource) if uses_key(other, resource.key))
    return KeyUse(resource.key.name, first.name)


WRONG = (*KEYS_IN_USE, *WORK_WITH_KEYS, *ACCEPTED_KEYS)
