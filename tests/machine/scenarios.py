"""Which scenarios fail against a machine with other rows.

A scenario is run as the features run it: a Given that isn't reached, and rows that read what is
not there, count as failures too.
"""

from translator_cmk.bdd.assertions import AssertionFailed
from translator_cmk.bdd.feature_records import Pickle
from translator_cmk.bdd.scenario_run import SetupFailed, run_scenario
from translator_cmk.machine import Machine, RowDefect
from translator_cmk.system import ModelSystem

FAILURES = (AssertionFailed, SetupFailed, RowDefect, AttributeError, KeyError, TypeError)


def fails(machine: Machine, scenario: Pickle, how: tuple[type[Exception], ...] = FAILURES) -> bool:
    """Return whether the scenario, run against the machine, fails in one of these ways."""
    try:
        run_scenario(ModelSystem(machine), scenario)
    except FAILURES as failure:
        return isinstance(failure, how)
    return False
