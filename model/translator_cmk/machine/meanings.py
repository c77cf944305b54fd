"""The meanings: what rows of several topics say of an entity together, each under one name."""

from .entities import Resource, Vault, Workspace
from .rows import Meaning

policies_ignored = Meaning("policies_ignored", Vault)
key_inaccessible = Meaning("key_inaccessible", Resource)
data_inaccessible = Meaning("data_inaccessible", Workspace)
shows_encryption_section = Meaning("shows_encryption_section", Resource)
registered = Meaning("registered", Resource)

MEANINGS = (
    policies_ignored,
    key_inaccessible,
    data_inaccessible,
    shows_encryption_section,
    registered,
)
