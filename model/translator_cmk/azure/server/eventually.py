"""Reads that don't see yet what was just made: `Strictness.eventual_reads` of them."""

from .calls import Call
from .problems import missing
from .settings import put_settings, settings_of


def hide(call: Call, form: str, name: str) -> None:
    """Let the next reads of something new not find it."""
    if call.strictness.eventual_reads:
        put_settings(call, "unseen", f"{form}/{name}", {"reads": call.strictness.eventual_reads})


def refuse_unseen(call: Call, form: str, name: str) -> None:
    """Refuse a read of what does not show yet, and count it; raises `Problem`."""
    left = settings_of(call.world, "unseen", f"{form}/{name}").get("reads", 0)
    if left == 0:
        return
    put_settings(call, "unseen", f"{form}/{name}", {"reads": left - 1})
    # a refused request leaves no other trace
    call.worlds.put(call.world)
    problem = missing("ResourceNotFound", f"The resource '{name}' was not found there.")
    # it exists, so no requirement is behind this
    problem.because = ()
    raise problem
