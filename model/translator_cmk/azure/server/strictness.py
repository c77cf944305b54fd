"""How strict the server is: what Azure demands of a caller, of which the model knows nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Strictness:
    """Rules that the server has beside the model's; all are off by default."""

    strict: bool = False
    """Whether what Azure demands of every caller is demanded here too."""
    grants_after: float = 0.0
    """Seconds until access that was granted, by a policy or a role, takes effect."""
    provisioning: float = 0.0
    """Seconds for which a long-running operation runs."""
    eventual_reads: int = 0
    """How many reads of a new account or key vault don't find it yet."""


NOT_STRICT = Strictness()
