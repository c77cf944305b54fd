"""What the message log keeps of a long lane: past a size only sequences that tell news; of the rest, counts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple


class Signature(NamedTuple):
    """What makes two failures the same: the command, what it is laid to, and what kind of thing was otherwise."""

    command: str
    requirements: tuple[str, ...]
    kinds: tuple[str, ...]


class LeftOut:
    """Counts of sequences whose messages are not kept; whatever came of them came of one that is kept as well."""

    def __init__(self, lane: str, logged: int = 0) -> None:
        self.lane = lane
        self.logged = logged  # bytes that the lane has in the log before these counts
        self.sequences = 0
        self.lost_track = 0
        self.commands = 0
        self.compared: Counter[str] = Counter()
        self.failed: Counter[Signature] = Counter()

    def as_json(self) -> dict[str, Any]:
        """The counts as the message log has them."""
        return {
            "sequences": self.sequences,
            "lost_track": self.lost_track,
            "commands": self.commands,
            "compared": dict(sorted(self.compared.items())),
            "failed": [{**each._asdict(), "times": times} for each, times in sorted(self.failed.items())],
        }


def left_out_of(lane: str, content: Mapping[str, Any], logged: int) -> LeftOut:
    """The counts in an entry of the message log, in which the lane has so many bytes before it."""
    found = LeftOut(lane, logged)
    found.sequences, found.lost_track, found.commands = (
        content[name] for name in ("sequences", "lost_track", "commands")
    )
    found.compared = Counter(content["compared"])
    found.failed = Counter({signature_of(each): each["times"] for each in content["failed"]})
    return found


def signature_of(content: Mapping[str, Any]) -> Signature:
    """The signature in an entry."""
    requirements: Iterable[str] = content["requirements"]
    return Signature(content["command"], tuple(requirements), tuple(content["kinds"]))
