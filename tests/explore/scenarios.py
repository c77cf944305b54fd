"""Reads the scenario of a counterexample, as the features' own are read."""

from translator_cmk.bdd.features import Pickle, Step


def as_pickle(text: str) -> Pickle:
    """The scenario, ready to be played."""
    tags, _, *lines = text.splitlines()
    steps, kind = [], ""
    for number, line in enumerate(lines, start=3):
        keyword, _, text_of_step = line.strip().partition(" ")
        kind = kind if keyword == "And" else keyword.lower()
        steps.append(Step(keyword, kind, text_of_step, number))
    return Pickle("counterexample", "", "", 1, tuple(tag[1:] for tag in tags.split()), tuple(steps))
