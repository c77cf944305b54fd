"""Searches a model with minicheck, and prints what it found as JSON.  Run with the file of the model."""

import json
import runpy
import sys
import time

from minicheck import Protocol, check_safety  # type: ignore[import-not-found]  # it has an environment of its own

model = runpy.run_path(sys.argv[1])
protocol = Protocol(
    name="world",
    candidate=False,
    fields=model["FIELDS"],
    initial=(0,) * len(model["FIELDS"]),
    transitions=model["transitions"],
    invariants={},
)
started, used = time.perf_counter(), time.process_time()
found = check_safety(protocol, max_states=100_000_000)
assert found["exhaustive"]
seconds, cpu = time.perf_counter() - started, time.process_time() - used
print(json.dumps({"states": found["reachable_states"], "seconds": seconds, "cpu": cpu}))
