"""Keys: their store, the kinds that are accepted, and what can be done with them."""

from ..commands import (
    CreateKey,
    CreateWorkspace,
    DeployModel,
    DisableKey,
    EnableCustomerManagedKeys,
    EnableIdentity,
    GrantKeyAccess,
    ImportKey,
    ReadData,
    ReturnToMicrosoftManagedKeys,
    RotateKey,
    TrainModel,
    TranslateWithModel,
    UploadDocument,
)
from ..conditions import (
    can_be_customer_managed,
    can_be_enabled_again,
    can_be_put_in_use,
    is_in_use,
    lacks_earlier_key,
    puts_another_key_in_use,
    serves_another,
    uses_a_rotated_key,
    uses_key,
)
from ..entities import CUSTOMER, MICROSOFT, Model, Workspace
from ..meanings import data_inaccessible, key_inaccessible
from ..rows import effect, means, refuse, silent
from ..updates import key_use, loses_data, puts_key_in_use, sets

ROWS = (
    effect(
        EnableCustomerManagedKeys,
        "keys.enable",
        when=lambda c: can_be_put_in_use(c),
        then=lambda c: sets(c.resource, key_source=CUSTOMER, key=c.key, data_key=c.key),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "keys.vault-only-refused",
        unless=lambda c: c.store != "elsewhere",
    ),
    silent(
        EnableCustomerManagedKeys,
        "keys.managed-hsm",
        when=lambda c: c.store == "managed-hsm",
        free=lambda c: can_be_customer_managed(c.resource),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "keys.rsa-2048-refused",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.key.type in ("RSA", "RSA-HSM") and c.key.size == 2048,
    ),
    silent(
        EnableCustomerManagedKeys,
        "keys.rsa-hsm",
        when=lambda c: c.store == "key-vault" and c.key.type == "RSA-HSM",
        free=lambda c: can_be_put_in_use(c),
    ),
    effect(
        CreateKey,
        "keys.create",
        then=lambda c: sets(c.key, vault=c.vault, origin="generated", state="active"),
    ),
    effect(
        ImportKey,
        "keys.import",
        then=lambda c: sets(c.key, vault=c.vault, origin="imported", state="active"),
    ),
    effect(
        RotateKey,
        "keys.rotate",
        then=lambda c: sets(c.key, version=c.key.version + 1),
    ),
    effect(DisableKey, "keys.disable", then=lambda c: sets(c.key, enabled=False)),
    *(
        effect(on, "keys.use-logged", uses=lambda c: key_use(c.workspace.resource))
        for on in (UploadDocument, TrainModel, ReadData)
    ),
    *(
        effect(on, "keys.use-logged", uses=lambda c: key_use(c.model.workspace.resource))
        for on in (DeployModel, TranslateWithModel)
    ),
    silent(
        EnableCustomerManagedKeys,
        "keys.change",
        when=lambda c: (
            c.store == "key-vault"
            and c.resource.data_key is not None
            and c.resource.data_key.name != c.key.name
        ),
        free=lambda c: can_be_put_in_use(c),
    ),
    effect(
        ReturnToMicrosoftManagedKeys,
        "keys.return",
        then=lambda c: sets(c.resource, key_source=MICROSOFT, key=None, data_key=None),
    ),
    effect(
        ReturnToMicrosoftManagedKeys,
        "keys.return",
        each=Workspace,
        when=lambda c, w: w.resource.name == c.resource.name,
        then=lambda c, w: sets(w, covered=False),
    ),
    silent(
        ReturnToMicrosoftManagedKeys,
        "keys.return-while-inaccessible",
        when=lambda c: key_inaccessible(c.resource),
    ),
)

MEMORY = (
    effect(
        EnableCustomerManagedKeys,
        "keys.enable",
        when=lambda c: puts_another_key_in_use(c),
        then=lambda c: sets(c.resource, earlier_key=c.resource.data_key),
    ),
)

OTHER_READINGS = (
    silent(
        EnableCustomerManagedKeys,
        "keys.change",
        when=lambda c: c.resource.key_source == CUSTOMER and not can_be_put_in_use(c),
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    means(data_inaccessible, "keys.change", when=lambda w: lacks_earlier_key(w)),
    silent(
        EnableCustomerManagedKeys,
        "keys.enable-again",
        when=lambda c: can_be_enabled_again(c) and c.resource.identity,
        each=Workspace,
        free=lambda c, w: w.resource.name == c.resource.name,
        may_refuse=False,
    ),
    silent(
        RotateKey,
        "keys.rotation-keeps-data",
        when=lambda c: is_in_use(c.key),
        each=Workspace,
        free=lambda c, w: uses_key(w.resource, c.key),
        may_refuse=False,
    ),
    effect(
        EnableCustomerManagedKeys,
        "keys.change",
        when=lambda c: puts_another_key_in_use(c),
        then=lambda c: loses_data(c.resource),
    ),
    effect(
        RotateKey,
        "keys.rotation-keeps-data",
        each=Model,
        when=lambda c, m: m.state == "deployed" and uses_key(m.workspace.resource, c.key),
        then=lambda c, m: sets(m, state="undeployed"),
    ),
)
"""A key that is enabled again costs what was left, unless the identity was off, of which a sentence
says what becomes of models.  Another key costs uploads and deployed models, or leaves workspaces
under the earlier one.  A rotation undeploys models, and no more.
"""

COUNTER_ROWS = (
    refuse(
        EnableCustomerManagedKeys,
        "keys.enable-again",
        unless=lambda c: not can_be_enabled_again(c),
    ),
    refuse(
        EnableCustomerManagedKeys,
        "keys.shared",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: not serves_another(c.key.vault, c.resource),
    ),
    effect(
        EnableCustomerManagedKeys,
        "keys.vault-only",
        when=lambda c: c.store == "elsewhere",
        then=lambda c: puts_key_in_use(c),
    ),
    effect(
        EnableCustomerManagedKeys,
        "keys.rsa-2048",
        when=lambda c: (
            c.store == "key-vault" and (c.key.size != 2048 or c.key.type not in ("RSA", "RSA-HSM"))
        ),
        then=lambda c: puts_key_in_use(c),
    ),
    *(
        effect(
            on,
            "keys.opt-in",
            when=lambda c: c.resource.key_source == MICROSOFT,
            then=lambda c: sets(c.resource, key_source=CUSTOMER),
        )
        for on in (EnableIdentity, GrantKeyAccess, CreateWorkspace)
    ),
    refuse(
        EnableCustomerManagedKeys,
        "keys.any-origin",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.key.origin == "generated",
    ),
    refuse(
        EnableCustomerManagedKeys,
        "keys.any-origin",
        when=lambda c: c.store == "key-vault",
        unless=lambda c: c.key.origin == "imported",
    ),
    refuse(
        CreateWorkspace,
        "keys.rotation-keeps-data",
        unless=lambda c: not uses_a_rotated_key(c.resource),
    ),
    means(
        data_inaccessible,
        "keys.rotation-keeps-data",
        when=lambda w: uses_a_rotated_key(w.resource),
    ),
)
