"""Searches a model with musil, and prints what it found as JSON.  Run with the file of the model."""

import json
import sys
import time
from importlib.util import module_from_spec, spec_from_file_location

from musil import Model, check  # type: ignore[import-not-found]  # it has an environment of its own

# dataclasses look for the module of a class by its name
spec = spec_from_file_location("world", sys.argv[1])
assert spec
assert spec.loader
world = module_from_spec(spec)
sys.modules["world"] = world
spec.loader.exec_module(world)

started, used = time.perf_counter(), time.process_time()
found = check(Model(init=world.State(), actions=world.ACTIONS), max_states=100_000_000)
assert found.ok
seconds, cpu = time.perf_counter() - started, time.process_time() - used
print(json.dumps({"states": found.states_explored, "seconds": seconds, "cpu": cpu}))
