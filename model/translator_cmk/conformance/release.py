"""Which release a kit is of: known by a digest of what the specification says, not of how its code
is written.

The digest is over three things: the register, the text of the features, and the model's answers on
the corpus.  A changed wording, scenario or answer changes it.  A renamed variable, a comment or
another layout does not.

What a system is asked, and how answers are compared, is code of the kit.  `digest.kit_digest` is
the identity of that.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from .. import features_dir
from ..bdd.feature_files import pickles
from ..bdd.ties import without_assumptions
from ..digest import files
from ..language.messages import command_to_wire, observation_to_wire, outcome_to_wire
from ..machine import (
    DEFAULT_STAGE,
    ROWS,
    Command,
    Machine,
    RowDefect,
    State,
    initial,
    observe,
)
from ..machine.rows import Row
from ..oracle.profiles import silent_in
from ..requirements import Register, load_register
from ..requirements.exports import register_to_json
from ..strict_yaml import read_yaml
from .cases import Envelope, is_scored
from .corpus import Sequence, of_scenarios, of_starting_points

RELEASES = Path(__file__).with_name("releases.yaml")


def known_releases() -> Mapping[str, str]:
    """Return the digest of each release by its version."""
    releases: Mapping[str, str] = read_yaml(RELEASES).value()
    return releases


def release() -> str:
    """Return the version of the release that this kit is of; empty where it is of none.

    Of several releases with this specification, where only code of the kit differs, it is the last.
    """
    of_this = [
        version for version, digest in known_releases().items() if digest == specification_digest()
    ]
    return of_this[-1] if of_this else ""


def specification_of(envelope: Envelope) -> str:
    """Return the digest of the specification that a report rests on; empty where it is not
    known."""
    if "specification" in envelope:
        return str(envelope["specification"])
    return known_releases().get(envelope["release"], "")


@cache
def specification_digest() -> str:
    """Return the SHA-256 of register, features and answers, by which a release is known."""
    return digest_of_specification(load_register(), features_dir(), ROWS)


def digest_of_specification(register: Register, features: Path, rows: tuple[Row, ...]) -> str:
    """Return the SHA-256 of a register, the features in a folder, and what these rows answer."""
    total = hashlib.sha256()
    for part in (
        register_to_json(register),
        texts_of(features),
        counting_scenarios(),
        list(answers_of(rows)),
    ):
        total.update(
            json.dumps(part, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
        )
        total.update(b"\n")
    return total.hexdigest()


def texts_of(features: Path) -> dict[str, str]:
    """Return the text of each feature by its name, with one kind of line end."""
    texts = {}
    for name, path in files(features):
        texts[name] = path.read_text("utf-8").replace("\r\n", "\n")
    return texts


def counting_scenarios() -> dict[str, bool]:
    """Return for each scenario whether the oracle demands it in the profile `article`."""
    silent = silent_in("article", load_register())
    return {pickle.id: is_scored(pickle.id, silent) for pickle in pickles()}


def answers_of(rows: tuple[Row, ...]) -> Iterator[Any]:
    """Yield what a model of these rows answers on the corpus, with all its rows and without
    assumptions.

    Without assumptions, a system follows the article alone.  There, a row shows that a refusal
    hides otherwise.
    """
    yield from answers(Machine(rows), [*of_scenarios(), *of_starting_points()])
    yield from answers(Machine(without_assumptions(rows)), of_scenarios())


class Reached(NamedTuple):
    """A state, and what each command led to that was asked in it."""

    state: State
    branches: dict[Command, "Reached"]


def answers(machine: Machine, sequences: Iterable[Sequence]) -> Iterator[Any]:
    """Yield each command with its outcome, and what can be observed after it if it changed
    something.

    Sequences that begin alike are followed once as far as they do.
    """
    start = Reached(initial(DEFAULT_STAGE), {})
    for sequence in sequences:
        here = start
        for command in sequence:
            known = here.branches.get(command)
            if known is not None:
                here = known
                continue
            try:
                after, outcome = machine.step(here.state, command)
                shown = None
                if after != here.state:
                    shown = observation_to_wire(observe(machine.world(after)))
            except RowDefect:
                yield [command_to_wire(command), "the rows are wrong"]
                break
            yield [command_to_wire(command), outcome_to_wire(outcome)]
            if shown is not None:
                yield shown
            reached = Reached(after, {})
            here.branches[command] = reached
            here = reached
