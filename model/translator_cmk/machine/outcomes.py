"""The outcomes of submitting a command."""

from .values import Value


class KeyUse(Value):
    """One use of a customer's key in an audit log: which key (`vault/key`), for which resource."""

    key: str
    resource: str


class Accepted(Value):
    """The command was carried out.

    ``by`` holds the ids of the requirements that changed or recorded something; it is empty where
    all was so already.
    """

    by: frozenset[str] = frozenset()
    audit: tuple[KeyUse, ...] = ()


class Refused(Value):
    """The command was refused and changed nothing.

    ``because`` holds the id of every demand that it broke.
    """

    because: frozenset[str] = frozenset()


class Unspecified(Value):
    """The specification does not say what happens.

    ``silent`` holds the ids of the requirements that say so.
    """

    silent: frozenset[str] = frozenset()


Outcome = Accepted | Refused | Unspecified
